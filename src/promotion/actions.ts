import type { Pipeline, PipelineSpec, Promotion } from './kinds.ts';

export interface Actor {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What a person may do with a promotion; `reason` says why not. */
export interface AllowedAction {
  readonly allowed: boolean;
  readonly reason?: string;
}

export interface PromotionActions {
  readonly approve: AllowedAction;
  readonly deploy: AllowedAction;
}

/** Pure, so that the page shows what the verbs will enforce. */
export function actionsFor(promotion: Promotion, pipeline: Pipeline, actor: Actor): PromotionActions {
  return { approve: mayApprove(promotion, pipeline, actor), deploy: mayDeploy(promotion, pipeline, actor) };
}

function mayApprove({ spec, status }: Promotion, pipeline: Pipeline, { name, groups }: Actor): AllowedAction {
  const approvals = pipeline.spec.environments.find((environment) => environment.name === spec.environment)?.approvals;
  if (approvals === undefined) return no(`${spec.environment} needs no approval`);
  // One that the controller has not looked at yet waits as well.
  if ((status?.phase ?? 'Waiting') !== 'Waiting') return no('It does not wait for an approval');
  if (spec.requestedBy === name) return no('You asked for it: somebody else must approve');
  if (status?.approvers?.includes(name) === true) return no('You have approved it');
  if (!groups.some((group) => approvals.groups.includes(group)))
    return no(`Only ${approvals.groups.join(' or ')} may approve`);
  return { allowed: true };
}

function mayDeploy({ spec, status }: Promotion, pipeline: Pipeline, { groups }: Actor): AllowedAction {
  const environment = pipeline.spec.environments.find(({ name }) => name === spec.environment);
  if (environment?.sync !== 'manual') return no(`${spec.environment} deploys by itself`);
  if (status?.phase !== 'AwaitingDeploy') return no('It does not wait for Deploy');
  if (spec.deploy !== undefined) return no('Deploy was pressed');
  const deployers = environment.deployers ?? [];
  if (!groups.some((group) => deployers.includes(group)))
    return no(`Only ${deployers.join(' or ') || 'nobody'} may deploy`);
  return { allowed: true };
}

/** Whether somebody of these groups approves or deploys somewhere in the pipeline: going back is such a decision, too. */
export function mayDecide({ environments }: PipelineSpec, groups: readonly string[]): boolean {
  return environments.some(({ approvals, deployers = [] }) =>
    [...(approvals?.groups ?? []), ...deployers].some((group) => groups.includes(group)),
  );
}

function no(reason: string): AllowedAction {
  return { allowed: false, reason };
}
