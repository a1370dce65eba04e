import {
  approvalFact,
  artefactFact,
  breakGlassFact,
  deployRequestFact,
  gateFact,
  mergeFact,
  mergeRequestFact,
  refusalFact,
} from '../evidence/index.ts';
import type { Fact } from '../evidence/index.ts';
import type { Case } from './case.ts';
import type { Promotion, PromotionStatus } from './kinds.ts';

interface Change extends Case {
  readonly before: PromotionStatus | undefined;
  readonly status: PromotionStatus;
  /** RFC 3339. */
  readonly now: string;
  /** Groups of those who approved. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/**
 * What has happened to a promotion since it was looked at last, for the ledger. Each fact has an id of its own, so that
 * a pass that was cut off may tell it again.
 */
export function factsOf(change: Change): readonly Fact[] {
  return [...opened(change), ...judged(change), ...approved(change), ...mergedFacts(change), ...ended(change)];
}

function step({ spec, metadata }: Promotion): {
  readonly service: string;
  readonly environment: string;
  readonly release: string;
  readonly promotion: string;
  readonly mergeRequest: string;
} {
  const { service, environment, release, mergeRequest } = spec;
  const promotion = metadata.uid ?? metadata.name ?? '';
  return { service, environment, release, promotion, mergeRequest: mergeRequest.url };
}

function opened(change: Change): readonly Fact[] {
  const { before, status, mergeRequest, promotion } = change;
  const at = status.openedAt;
  if (before?.openedAt !== undefined || at === undefined) return [];
  const { title, sha, author } = mergeRequest;
  const { breakGlass, requestedBy } = promotion.spec;
  const facts = [mergeRequestFact({ ...step(change.promotion), actor: author, at, title, sha })];
  if (breakGlass === undefined) return facts;
  return [...facts, breakGlassFact({ ...glassOf(promotion), actor: requestedBy, at, review: 'Open' })];
}

/** Verdicts on the images, and gates that were found shut for good. */
function judged(change: Change): readonly Fact[] {
  const { before, status, now } = change;
  const { promotion: about, service, environment, release } = step(change.promotion);
  const place = { service, environment, release };
  const verdicts = (status.artefacts ?? []).filter(({ digest, verified }) => {
    const known = before?.artefacts?.find((one) => one.digest === digest);
    return known?.verified !== verified;
  });
  const artefacts = verdicts.map(({ image, digest, verified, reason }) =>
    artefactFact({
      ...{ ...place, about, actor: 'stoa-cd', at: now, stage: 'MergeRequest', repository: image, digest },
      verdict: verified ? 'Verified' : 'Refused',
      checks: [{ name: 'policy', passed: verified, reason }],
    }),
  );
  const shut = status.gates.filter(({ name, state, reason }) => {
    const known = before?.gates.find((gate) => gate.name === name);
    return state === 'failed' && (known?.state !== 'failed' || known.reason !== reason);
  });
  const gates = shut.map(({ name, reason, at }) =>
    gateFact({ ...step(change.promotion), actor: 'stoa-cd', at, gate: name, state: 'failed', reason }),
  );
  return [...artefacts, ...gates];
}

function approved(change: Change): readonly Fact[] {
  const { before, status, now, groups } = change;
  const { sha } = status;
  if (sha === undefined) return [];
  const known = before?.sha === sha ? (before.approvers ?? []) : [];
  return (status.approvers ?? [])
    .filter((name) => !known.includes(name))
    .map((name) =>
      approvalFact({ ...step(change.promotion), actor: name, at: now, sha, groups: [...(groups.get(name) ?? [])] }),
    );
}

function mergedFacts(change: Change): readonly Fact[] {
  const { before, status, promotion, now } = change;
  const { mergeCommit, mergedBy = 'stoa-cd', mergedAt, sha = '', approvedCommit } = status;
  const facts: Fact[] = [];
  if (mergeCommit !== undefined && before?.mergeCommit === undefined)
    facts.push(mergeFact({ ...step(change.promotion), actor: mergedBy, at: mergedAt ?? now, sha, mergeCommit }));
  const { deploy } = promotion.spec;
  if (deploy !== undefined && approvedCommit !== undefined && before?.approvedCommit === undefined)
    facts.push(
      deployRequestFact({
        ...step(change.promotion),
        actor: deploy.requestedBy,
        at: deploy.at,
        commit: approvedCommit,
      }),
    );
  return facts;
}

function ended(change: Change): readonly Fact[] {
  const { before, status, now } = change;
  const { phase, message = '' } = status;
  if ((phase !== 'Refused' && phase !== 'Superseded') || before?.phase === phase) return [];
  const { promotion: about, ...place } = step(change.promotion);
  const reason = message === '' ? phase : message;
  return [refusalFact({ ...place, about, actor: 'stoa-cd', at: now, outcome: phase, reason })];
}

function glassOf(promotion: Promotion): {
  readonly incident: string;
  readonly reason: string;
  readonly until: string;
  readonly service: string;
  readonly environment: string;
  readonly release: string;
  readonly mergeRequest: string;
} {
  const { promotion: incident, ...place } = step(promotion);
  const { reason = '', until = '' } = promotion.spec.breakGlass ?? {};
  return { ...place, incident, reason, until };
}

/** The review of what was done in need is closed. */
export function reviewFact(promotion: Promotion, { by, at }: { readonly by: string; readonly at: string }): Fact {
  return breakGlassFact({ ...glassOf(promotion), actor: by, at, review: 'Closed', reviewedBy: by });
}
