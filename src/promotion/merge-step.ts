import { formatTime } from '../core/index.ts';
import { ForgeError } from '../forge/index.ts';
import type { MergeRequest } from '../forge/index.ts';
import { artefactStatus } from './artefacts.ts';
import type { Case } from './case.ts';
import { gatherEvidence } from './gather-evidence.ts';
import type { GatherPorts } from './gather-evidence.ts';
import { approversOf } from './gates/approval.ts';
import { OWN_STATUS } from './gates/external.ts';
import { judge } from './gates/judge.ts';
import type { Evidence, Verdict } from './gates/verdict.ts';
import type { GateStatus, PromotionStatus } from './kinds.ts';
import { previousEnvironment } from './gates/previous.ts';
import { NOTE_HEAD, formatNote } from './note.ts';
import { compareRenderings, renderAt } from './rendered.ts';
import type { ObjectChange } from './rendered.ts';
import { refOf } from './environment-ref.ts';

interface Publication {
  readonly verdicts: readonly Verdict[];
  readonly evidence: Evidence;
  readonly signal: AbortSignal;
}

/** Judges the gates of a merge request, says how they stand on the forge, and merges when all have passed. */
export class MergeStep {
  readonly #ports: GatherPorts;
  /** What merge requests change, by the commits that are compared. */
  readonly #changes = new Map<number, { readonly range: string; readonly changes: readonly ObjectChange[] }>();
  /** Notes as the forge has them. */
  readonly #said = new Map<number, string>();

  constructor(ports: GatherPorts) {
    this.#ports = ports;
  }

  async run(one: Case, signal: AbortSignal): Promise<PromotionStatus> {
    const evidence = await gatherEvidence(this.#ports, one, signal);
    const verdicts = judge(evidence);
    const gates = withTimes(verdicts, one.promotion.status?.gates ?? [], formatTime(this.#ports.clock.now()));
    const status = this.#status(one, { evidence, gates });
    const passed = verdicts.every(({ state }) => state === 'passed');
    const passedAt = formatTime(this.#ports.clock.now());
    // A program that was killed right after the merge has not noted that the gates had passed.
    if (one.mergeRequest.state !== 'opened') return passed ? { ...status, passedAt } : status;
    await this.#publish(one, { verdicts, evidence, signal });
    if (!passed) return status;
    const merged = await this.#merge(one, signal);
    return merged === undefined ? status : { ...status, ...mergedPart(merged), passedAt };
  }

  #status(
    { promotion, mergeRequest }: Case,
    { evidence, gates }: { readonly evidence: Evidence; readonly gates: readonly GateStatus[] },
  ): PromotionStatus {
    const failed = gates.find(({ state }) => state === 'failed');
    const waiting = gates.filter(({ state }) => state !== 'passed').map(({ reason }) => reason);
    return {
      ...promotion.status,
      phase: 'Waiting',
      message: failed?.reason ?? waiting.join('; '),
      gates,
      sha: mergeRequest.sha,
      approvers: approversOf(evidence),
      ...(evidence.artefacts === undefined
        ? {}
        : { artefacts: artefactStatus(evidence.artefacts, evidence.proposal.images) }),
      openedAt: formatTime(mergeRequest.createdAt),
      ...(mergeRequest.state === 'merged' ? mergedPart(mergeRequest) : {}),
    };
  }

  async #publish(one: Case, { verdicts, evidence, signal }: Publication): Promise<void> {
    const { mergeRequest, environment, pipeline } = one;
    const { forge, objects } = this.#ports;
    const known = new Map(evidence.statuses.map((status) => [status.name, status]));
    for (const { name, state, reason } of verdicts) {
      const status = { name: `${OWN_STATUS}${name}`, state: STATES[state], description: reason.slice(0, 250) };
      const same = known.get(status.name);
      if (same?.state !== status.state || same.description !== status.description)
        await forge.setStatus(mergeRequest.sha, status, signal);
    }
    const previous = previousEnvironment(pipeline, environment.name);
    const before = previous && (await objects.application(previous.application));
    const { name = '', server = '' } = (await objects.application(environment.application))?.spec.destination ?? {};
    const changes = await this.#changesOf(one, signal);
    const note = formatNote(one, { changes, before, cluster: name === '' ? server : name, evidence });
    if (this.#said.get(mergeRequest.iid) === note) return;
    await this.#note(mergeRequest.iid, note, signal);
    this.#said.set(mergeRequest.iid, note);
  }

  /** Rendered once for each head of the merge request and of the environment. */
  async #changesOf({ mergeRequest, environment }: Case, signal: AbortSignal): Promise<readonly ObjectChange[]> {
    const { mirror } = this.#ports;
    const approved = (await mirror.resolve(refOf(environment), signal)) ?? '';
    const range = `${approved}..${mergeRequest.sha}`;
    const known = this.#changes.get(mergeRequest.iid);
    if (known?.range === range) return known.changes;
    const [before, after] = await Promise.all([
      renderAt(mirror, approved, { path: environment.path, signal }),
      renderAt(mirror, mergeRequest.sha, { path: environment.path, signal }),
    ]);
    const changes = compareRenderings(before, after);
    this.#changes.set(mergeRequest.iid, { range, changes });
    return changes;
  }

  /** One note, kept up to date. */
  async #note(iid: number, body: string, signal: AbortSignal): Promise<void> {
    const { forge } = this.#ports;
    const existing = (await forge.notes(iid, signal)).find((note) => note.body.startsWith(NOTE_HEAD));
    if (existing === undefined) await forge.addNote(iid, body, signal);
    else if (existing.body !== body) await forge.editNote(iid, { id: existing.id, body }, signal);
  }

  /** `undefined` when somebody moved the branch meanwhile: it is judged again. */
  async #merge({ mergeRequest }: Case, signal: AbortSignal): Promise<MergeRequest | undefined> {
    try {
      const merged = await this.#ports.forge.merge(mergeRequest.iid, { sha: mergeRequest.sha }, signal);
      await this.#ports.mirror.fetch(signal); // What comes next reads the commit that the forge made.
      return merged;
    } catch (error) {
      if (error instanceof ForgeError && error.code === 'CONFLICT') return undefined;
      throw error;
    }
  }
}

const STATES = { passed: 'success', pending: 'pending', failed: 'failed' } as const;

function mergedPart({ mergeCommitSha, mergedAt, mergedBy }: MergeRequest): Partial<PromotionStatus> {
  return {
    ...(mergeCommitSha === undefined ? {} : { mergeCommit: mergeCommitSha }),
    ...(mergedAt === undefined ? {} : { mergedAt: formatTime(mergedAt) }),
    ...(mergedBy === undefined ? {} : { mergedBy }),
  };
}

/** Verdicts with the time since when they have been so. */
export function withTimes(
  verdicts: readonly Verdict[],
  before: readonly GateStatus[],
  now: string,
): readonly GateStatus[] {
  return verdicts.map((verdict) => {
    const same = before.find(
      (gate) => gate.name === verdict.name && gate.state === verdict.state && gate.reason === verdict.reason,
    );
    return same ?? { ...verdict, at: now };
  });
}
