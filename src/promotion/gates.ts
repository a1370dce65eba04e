import type { Approval, MergeRequest } from '../forge/index.ts';
import type { Pipeline, PipelineEnvironment, Promotion } from './kinds.ts';
import type { Proposal } from './proposal.ts';

export interface Verdict {
  readonly name: string;
  readonly state: 'passed' | 'pending' | 'failed';
  readonly reason: string;
}

/** What the gates of one merge request are judged from; gathered beforehand, so that judging is pure. */
export interface Evidence {
  readonly proposal: Proposal;
  readonly pipeline: Pipeline['spec'];
  readonly environment: PipelineEnvironment;
  readonly mergeRequest: MergeRequest;
  readonly approvals: readonly Approval[];
  /** Groups of everybody who approved. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Names that the commits of the branch give as author or committer. */
  readonly committers: readonly string[];
  /** Why the content of the merge request is not what it says; `undefined` when it is. */
  readonly contentFault: string | undefined;
  /** Promotions of the same service. */
  readonly promotions: readonly Promotion[];
}

/** Every gate of a merge request, in the order people read them. */
export function judge(evidence: Evidence): readonly Verdict[] {
  const gates = [contentGate(evidence)];
  if (evidence.proposal.rollbackOf !== undefined) return [...gates, rollbackGate(evidence)];
  const previous = previousEnvironment(evidence.pipeline, evidence.environment.name);
  if (previous !== undefined) gates.push(...previousGates(evidence, previous));
  if (evidence.environment.approvals !== undefined) gates.push(approvalGate(evidence));
  return gates;
}

/** The environment before `name` in a pipeline; `undefined` for the first. */
export function previousEnvironment({ environments }: Pipeline['spec'], name: string): PipelineEnvironment | undefined {
  return environments[environments.findIndex((environment) => environment.name === name) - 1];
}

function contentGate({ contentFault, mergeRequest }: Evidence): Verdict {
  if (contentFault !== undefined) return { name: 'content', state: 'failed', reason: contentFault };
  if (!mergeRequest.mergeable && mergeRequest.state === 'opened') {
    return { name: 'content', state: 'failed', reason: 'It conflicts with main: close it and promote again' };
  }
  return { name: 'content', state: 'passed', reason: 'Changes nothing but the images of this release, by digest' };
}

/** A release that ran there before was approved then. */
function rollbackGate({ proposal, environment, promotions }: Evidence): Verdict {
  const ran = promotions.some(
    ({ spec, status }) =>
      spec.environment === environment.name && spec.release === proposal.release && status?.phase === 'Deployed',
  );
  return ran
    ? { name: 'rollback', state: 'passed', reason: `${proposal.release} ran in ${environment.name} before` }
    : { name: 'rollback', state: 'failed', reason: `${proposal.release} never ran in ${environment.name}` };
}

function previousGates({ proposal, promotions }: Evidence, previous: PipelineEnvironment): readonly Verdict[] {
  const there = promotions.find(
    ({ spec, status }) =>
      spec.environment === previous.name && spec.release === proposal.release && status?.phase === 'Deployed',
  );
  const name = 'previous-environment';
  const first: Verdict =
    there === undefined
      ? { name, state: 'pending', reason: `${proposal.release} is not deployed in ${previous.name}` }
      : { name, state: 'passed', reason: `${proposal.release} is deployed and healthy in ${previous.name}` };
  if (previous.smokeTest === undefined) return [first];
  const smoke = there?.status?.gates.find((gate) => gate.name === 'smoke-test');
  const passed = smoke?.state === 'passed';
  return [
    first,
    {
      name: 'smoke-test',
      state: passed ? 'passed' : 'pending',
      reason: smoke?.reason ?? `No smoke test has passed in ${previous.name}`,
    },
  ];
}

function approvalGate({ environment, approvals, groups, mergeRequest, proposal, committers }: Evidence): Verdict {
  const { quorum, groups: allowed } = environment.approvals ?? { quorum: 0, groups: [] };
  const involved = new Set([mergeRequest.author, proposal.requestedBy, ...committers]);
  const counted = approvals
    .filter(({ sha, username }) => sha === mergeRequest.sha && !involved.has(username))
    .filter(({ username }) => groups.get(username)?.some((group) => allowed.includes(group)) === true)
    .map(({ username }) => username);
  const who = allowed.join(' or ');
  if (counted.length >= quorum)
    return { name: 'approval', state: 'passed', reason: `Approved by ${counted.join(', ')}` };
  return {
    name: 'approval',
    state: 'pending',
    reason: `Needs ${quorum - counted.length} approval(s) by ${who}, not by its author`,
  };
}

/** Those whose approval counted. */
export function approversOf(evidence: Evidence): readonly string[] {
  const gate = approvalGate(evidence);
  return gate.state === 'passed' ? gate.reason.replace('Approved by ', '').split(', ').filter(Boolean) : [];
}
