import { mayDecide } from '../actions.ts';
import { rollbackTarget } from '../rollback-target.ts';
import { approvalGate } from './approval.ts';
import { artefactGates } from './artefact.ts';
import { externalGates } from './external.ts';
import { previousEnvironment, previousGates } from './previous.ts';
import { quarantineGate, standingGates } from './standing.ts';
import { failed, passed, pending } from './verdict.ts';
import type { Evidence, Verdict } from './verdict.ts';

/** Every gate of a merge request, in the order people read them. */
export function judge(evidence: Evidence): readonly Verdict[] {
  const { proposal, pipeline, environment } = evidence;
  const content = contentGate(evidence);
  const artefact = artefactGates(evidence.artefacts);
  // What brings an environment back, or helps it in need, waits for no window and nobody's time.
  if (proposal.rollbackOf !== undefined) return [content, quarantineGate(evidence, proposal), rollbackGate(evidence)];
  if (proposal.breakGlass !== undefined)
    return [content, ...artefact, quarantineGate(evidence, proposal), breakGlassGate(evidence)];
  const previous = previousEnvironment(pipeline, environment.name);
  return [
    content,
    ...artefact,
    ...(previous === undefined ? [] : previousGates(evidence, previous)),
    ...(environment.approvals === undefined ? [] : [approvalGate(evidence)]),
    ...externalGates(evidence),
    ...standingGates(evidence, proposal),
  ];
}

function contentGate({ contentFault, mergeRequest, proposal }: Evidence): Verdict {
  if (contentFault !== undefined) return failed('content', contentFault);
  if (!mergeRequest.mergeable && mergeRequest.state === 'opened' && proposal.breakGlass === undefined)
    return failed('content', 'It conflicts with main: close it and promote again');
  return passed(
    'content',
    proposal.configuration === undefined
      ? 'Changes nothing but the images of this release, by digest'
      : `Changes nothing but the configuration of ${proposal.configuration.commit.slice(0, 12)}`,
  );
}

/** What ran there last is brought back, by the delivery itself or by somebody who decides about this service. */
function rollbackGate({ proposal, pipeline, environment, promotions, mergeRequest, groups, bot }: Evidence): Verdict {
  const name = 'rollback';
  const { author } = mergeRequest;
  if (author !== bot && !mayDecide(pipeline, groups.get(author) ?? []))
    return failed(name, `${author} may not roll ${proposal.service} back`);
  const target = rollbackTarget(promotions.filter(({ spec }) => spec.environment === environment.name));
  if (target?.current.metadata.name !== proposal.rollbackOf)
    return failed(name, `${proposal.rollbackOf ?? ''} is not what ${environment.name} was given last`);
  return target?.before.spec.release === proposal.release
    ? passed(name, `${proposal.release} ran in ${environment.name} before`)
    : failed(name, `${proposal.release} is not what ran in ${environment.name} before`);
}

function breakGlassGate({ proposal, environment, mergeRequest, groups, now }: Evidence): Verdict {
  const { breakGlass, requestedBy } = proposal;
  const allowed = environment.breakGlass?.groups ?? [];
  // Else a description could name somebody who knows nothing of it.
  if (mergeRequest.author !== requestedBy)
    return failed('break-glass', `${mergeRequest.author} cannot break the glass in the name of ${requestedBy}`);
  if (groups.get(requestedBy)?.some((group) => allowed.includes(group)) !== true)
    return failed('break-glass', `${requestedBy} may not break the glass of ${environment.name}`);
  if (now >= Date.parse(breakGlass?.until ?? ''))
    return pending('break-glass', `Its time was over at ${breakGlass?.until ?? ''}: break the glass again`);
  return passed('break-glass', `Glass broken by ${requestedBy}: ${breakGlass?.reason ?? ''}`);
}
