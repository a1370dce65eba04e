import type { Action, Deployment, OpenPromotion, Phase } from '../contract.ts';
import type { HubState, PipelineEnvironmentView, PromotionView } from '../hub/schema.ts';
import { mayApprove, mayDeploy } from './rights.ts';
import type { Person } from './rights.ts';
import { versionOfName } from './running.ts';
import { present } from './present.ts';

const OPEN: ReadonlySet<Phase> = new Set(['Waiting', 'AwaitingDeploy', 'Deploying', 'Verifying']);
const MOST_DEPLOYMENTS = 50;

export function isOpen(promotion: PromotionView): boolean {
  return OPEN.has(promotion.status.phase);
}

/** Newest deployment first; what never reached its environment is not in it. */
export function deployedPromotions(state: HubState): readonly PromotionView[] {
  return state.promotions
    .filter((promotion) => promotion.status.deployedAt !== undefined && !isOpen(promotion))
    .sort((a, b) => compare(timeOf(b), timeOf(a)));
}

export function openPromotions(state: HubState, person: Person): OpenPromotion[] {
  return state.promotions
    .filter(isOpen)
    .sort((a, b) => compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''))
    .map((promotion) => openPromotion(promotion, state, person));
}

function openPromotion(promotion: PromotionView, state: HubState, person: Person): OpenPromotion {
  const { spec, status, metadata } = promotion;
  const environments = environmentsOf(state, spec.service);
  const index = environments.findIndex(({ name }) => name === spec.environment);
  const environment = environments[index];
  const from = environments[index - 1]?.name;
  const openedAt = status.openedAt ?? metadata.creationTimestamp;
  return {
    name: metadata.name,
    service: spec.service,
    environment: spec.environment,
    ...present({ from }),
    target: versionOfName(spec.release, state.releases),
    phase: status.phase,
    ...present({ message: status.message }),
    rollback: spec.rollbackOf !== undefined,
    requestedBy: spec.requestedBy,
    approvers: status.approvers ?? [],
    ...present({ openedAt }),
    mergeRequest: { ...spec.mergeRequest, diff: `${spec.mergeRequest.url}/diffs` },
    gates: status.gates,
    ...decisions(promotion, environment, person),
  };
}

function decisions(
  promotion: PromotionView,
  environment: PipelineEnvironmentView | undefined,
  person: Person,
): { readonly approve?: Action; readonly deploy?: Action } {
  if (environment === undefined) return {};
  return {
    ...(environment.approvals === undefined ? {} : { approve: approveAction(promotion, environment, person) }),
    ...(environment.sync === 'auto' ? {} : { deploy: deployAction(promotion, environment, person) }),
  };
}

function approveAction(promotion: PromotionView, environment: PipelineEnvironmentView, person: Person): Action {
  const { spec, status } = promotion;
  if (status.phase !== 'Waiting') return no('It has been approved and merged');
  if (status.approvers?.includes(person.name) === true) return no('You have approved it');
  if (spec.requestedBy === person.name) return no('You asked for it: somebody else has to approve');
  return toAction(mayApprove(person, environment));
}

function deployAction(promotion: PromotionView, environment: PipelineEnvironmentView, person: Person): Action {
  const { phase, gates } = promotion.status;
  const missing = mayDeploy(person, environment);
  if (missing !== undefined) return no(missing);
  if (promotion.spec.deploy !== undefined) return no(`${promotion.spec.deploy.requestedBy} has pressed Deploy`);
  if (phase === 'AwaitingDeploy') return { allowed: true };
  if (phase !== 'Waiting') return no('It is being deployed');
  const open = gates.filter(({ state }) => state !== 'passed').length;
  return no(
    open === 0 ? 'The merge request is not merged yet' : `${open} ${open === 1 ? 'gate is' : 'gates are'} not passed`,
  );
}

/** The newest deployments, each with the version that ran before it. */
export function deployments(
  state: HubState,
  evidenceHref: (promotion: PromotionView) => string | undefined,
): Deployment[] {
  const all = deployedPromotions(state);
  return all.slice(0, MOST_DEPLOYMENTS).map((promotion, index) => {
    const { spec, status, metadata } = promotion;
    const before = all
      .slice(index + 1)
      .find(
        (other) => sameCell(other, promotion) && other.status.phase !== 'Failed' && other.spec.release !== spec.release,
      );
    const href = evidenceHref(promotion);
    return {
      promotion: metadata.name,
      service: spec.service,
      environment: spec.environment,
      target: versionOfName(spec.release, state.releases),
      ...(before === undefined ? {} : { previous: versionOfName(before.spec.release, state.releases).version }),
      phase: status.phase,
      ...present({ message: status.message }),
      rollback: spec.rollbackOf !== undefined,
      requestedBy: spec.requestedBy,
      approvers: status.approvers ?? [],
      ...(spec.deploy === undefined ? {} : { deployedBy: spec.deploy.requestedBy }),
      at: timeOf(promotion),
      mergeRequest: spec.mergeRequest,
      ...(status.evidence === undefined || href === undefined ? {} : { evidence: { commit: status.evidence, href } }),
    };
  });
}

export function sameCell(a: PromotionView, b: PromotionView): boolean {
  return a.spec.service === b.spec.service && a.spec.environment === b.spec.environment;
}

export function environmentsOf(state: HubState, service: string): readonly PipelineEnvironmentView[] {
  return state.pipelines.find(({ spec }) => spec.service === service)?.spec.environments ?? [];
}

function timeOf({ status }: PromotionView): string {
  return status.finishedAt ?? status.deployedAt ?? '';
}

export function no(reason: string): Action {
  return { allowed: false, reason };
}

export function toAction(refusal: string | undefined): Action {
  return refusal === undefined ? { allowed: true } : no(refusal);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
