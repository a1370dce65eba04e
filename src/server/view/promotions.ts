import { actionsFor } from '../../promotion/index.ts';
import type { Pipeline, Promotion } from '../../promotion/index.ts';
import type { Action, Deployment, OpenPromotion, Phase } from '../contract.ts';
import type { HubState, PipelineEnvironmentView, PipelineView, PromotionView } from '../hub/schema.ts';
import { evidenceOf } from './evidence.ts';
import { mayApprove, mayBreakGlass, mayDeploy } from './rights.ts';
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

interface Place {
  readonly pipeline: PipelineView | undefined;
  readonly environment: PipelineEnvironmentView | undefined;
  readonly person: Person;
}

function openPromotion(promotion: PromotionView, state: HubState, person: Person): OpenPromotion {
  const { spec, status, metadata } = promotion;
  const pipeline = state.pipelines.find((candidate) => candidate.spec.service === spec.service);
  const environments = pipeline?.spec.environments ?? [];
  const index = environments.findIndex(({ name }) => name === spec.environment);
  const environment = environments[index];
  const from = environments[index - 1]?.name;
  const target = versionOfName(spec.release, state.releases);
  const openedAt = status.openedAt ?? metadata.creationTimestamp;
  return {
    name: metadata.name,
    service: spec.service,
    environment: spec.environment,
    ...present({ from }),
    target,
    release: spec.release,
    phase: status.phase,
    rollback: spec.rollbackOf !== undefined,
    requestedBy: spec.requestedBy,
    approvers: status.approvers ?? [],
    ...present({ openedAt, need: spec.breakGlass }),
    mergeRequest: { ...spec.mergeRequest, diff: `${spec.mergeRequest.url}/diffs` },
    ...wording(promotion, target.version),
    ...decisions(promotion, { pipeline, environment, person }),
  };
}

/** Reasons speak of releases by name; people know them by version. A message that only repeats a gate is left out. */
function wording({ spec, status }: PromotionView, version: string): Pick<OpenPromotion, 'gates' | 'message'> {
  const named = (text: string): string => text.replaceAll(spec.release, version);
  const gates = status.gates.map((gate) => ({ ...gate, reason: named(gate.reason) }));
  const message = named(status.message ?? '');
  return message === '' || gates.some(({ reason }) => reason === message) ? { gates } : { gates, message };
}

/** The verbs decide; what is said about their no is for people. */
function decisions(
  promotion: PromotionView,
  place: Place,
): { readonly approve?: Action; readonly deploy?: Action; readonly breakGlass?: Action } {
  const { pipeline, environment, person } = place;
  if (pipeline === undefined || environment === undefined) return {};
  // The schemas took out what is not shown; the rules read only what is.
  const { approve, deploy } = actionsFor(promotion as unknown as Promotion, pipeline as unknown as Pipeline, person);
  return {
    ...(environment.approvals === undefined
      ? {}
      : { approve: explained(approve, whyNotApprove(promotion, environment, person)) }),
    ...(environment.sync === 'auto' ? {} : { deploy: explained(deploy, whyNotDeploy(promotion, environment, person)) }),
    ...needOf(promotion, environment, person),
  };
}

/** Only what waits the usual way can be brought past what it waits for. */
function needOf(
  { spec, status }: PromotionView,
  environment: PipelineEnvironmentView,
  person: Person,
): { readonly breakGlass?: Action } {
  const usual = spec.breakGlass === undefined && spec.rollbackOf === undefined && status.phase === 'Waiting';
  if (environment.breakGlass === undefined || !usual) return {};
  const reason = mayBreakGlass(person, environment);
  return { breakGlass: reason === undefined ? { allowed: true } : no(reason) };
}

function explained({ allowed, reason }: Action, explanation: string | undefined): Action {
  return allowed ? { allowed } : no(explanation ?? reason ?? 'It is not possible now');
}

function whyNotApprove(
  { spec, status }: PromotionView,
  environment: PipelineEnvironmentView,
  person: Person,
): string | undefined {
  if (status.phase !== 'Waiting') return 'It has been approved and merged';
  if (status.approvers?.includes(person.name) === true) return 'You have approved it';
  if (spec.requestedBy === person.name) return 'You asked for it: somebody else has to approve';
  return mayApprove(person, environment);
}

function whyNotDeploy(
  { spec, status }: PromotionView,
  environment: PipelineEnvironmentView,
  person: Person,
): string | undefined {
  const missing = mayDeploy(person, environment);
  if (missing !== undefined) return missing;
  if (spec.deploy !== undefined) return `${spec.deploy.requestedBy} has pressed Deploy`;
  if (status.phase === 'AwaitingDeploy') return undefined;
  if (status.phase !== 'Waiting') return 'It is being deployed';
  const open = status.gates.filter(({ state }) => state !== 'passed').length;
  return open === 0
    ? 'The merge request is not merged yet'
    : `${open} ${open === 1 ? 'gate is' : 'gates are'} not passed`;
}

/** The newest deployments, each with the version that ran before it. */
export function deployments(state: HubState, ledger: boolean): Deployment[] {
  const all = deployedPromotions(state);
  return all.slice(0, MOST_DEPLOYMENTS).map((promotion, index) => {
    const { spec, status, metadata } = promotion;
    const before = all
      .slice(index + 1)
      .find(
        (other) => sameCell(other, promotion) && other.status.phase !== 'Failed' && other.spec.release !== spec.release,
      );
    return {
      promotion: metadata.name,
      service: spec.service,
      environment: spec.environment,
      target: versionOfName(spec.release, state.releases),
      ...(before === undefined ? {} : { previous: versionOfName(before.spec.release, state.releases).version }),
      phase: status.phase,
      ...(status.message === undefined || status.message === '' ? {} : { message: status.message }),
      rollback: spec.rollbackOf !== undefined,
      requestedBy: spec.requestedBy,
      approvers: status.approvers ?? [],
      ...(spec.deploy === undefined ? {} : { deployedBy: spec.deploy.requestedBy }),
      at: timeOf(promotion),
      mergeRequest: spec.mergeRequest,
      ...present({ evidence: evidenceOf(promotion, ledger) }),
    };
  });
}

function sameCell(a: PromotionView, b: PromotionView): boolean {
  return a.spec.service === b.spec.service && a.spec.environment === b.spec.environment;
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
