import type { Action, Cell, Version } from '../contract.ts';
import type { ApplicationView, HubState, PipelineEnvironmentView, PipelineView } from '../hub/schema.ts';
import { deployedPromotions, isOpen, no, toAction } from './promotions.ts';
import { mayPromote, mayRollBack } from './rights.ts';
import type { Person } from './rights.ts';
import { runningVersion, serviceState, versionOfName } from './running.ts';
import { present } from './present.ts';

export interface CellContext {
  readonly state: HubState;
  readonly person: Person;
  readonly promoters: readonly string[];
  readonly pipeline: PipelineView;
}

interface Running {
  readonly environment: PipelineEnvironmentView;
  readonly version?: Version;
}

/** One cell per environment of the pipeline, in its order. */
export function cellsOf(context: CellContext): Cell[] {
  const { pipeline, state } = context;
  const running = pipeline.spec.environments.map((environment): Running => {
    const application = findApplication(state, environment);
    const version = application && runningVersion(application, pipeline, state.releases);
    return version === undefined ? { environment } : { environment, version };
  });
  return running.map((here, index) => {
    const before = running[index - 1];
    return {
      ...stateOf(context, here),
      ...(before === undefined ? {} : { promote: promoteAction(context, before, here) }),
      rollback: rollbackAction(context, here),
    };
  });
}

function stateOf(
  { state, pipeline }: CellContext,
  { environment, version }: Running,
): Omit<Cell, 'promote' | 'rollback'> {
  const application = findApplication(state, environment);
  const base = { environment: environment.name, application: environment.application };
  if (application === undefined) return { ...base, sync: 'Unknown', health: 'Missing', syncing: false };
  const revision = application.status.sync?.revision;
  const since = sinceWhen({ state, service: pipeline.spec.service, environment: environment.name, version });
  return {
    ...base,
    ...present({ running: version, revision }),
    ...serviceState(application, pipeline.spec.service, state),
    syncing: application.status.operationState?.phase === 'Running',
    ...present({ since }),
  };
}

interface CellName {
  readonly state: HubState;
  readonly service: string;
  readonly environment: string;
  readonly version: Version | undefined;
}

/** When the release that runs arrived; not known for what no promotion brought. */
function sinceWhen({ state, service, environment, version }: CellName): string | undefined {
  if (version?.release === undefined) return undefined;
  const arrival = deployedPromotions(state).find(
    ({ spec }) => spec.service === service && spec.environment === environment && spec.release === version.release,
  );
  return arrival?.status.deployedAt;
}

function promoteAction(context: CellContext, before: Running, here: Running): NonNullable<Cell['promote']> {
  const version = before.version?.version;
  const action = decidePromote(context, before, here);
  return version === undefined ? action : { ...action, version };
}

function decidePromote({ state, person, promoters, pipeline }: CellContext, before: Running, here: Running): Action {
  const refusal = mayPromote(person, pipeline, promoters);
  if (refusal !== undefined) return no(refusal);
  const { version } = before;
  const target = here.environment.name;
  if (version === undefined) return no(`Nothing runs in ${before.environment.name} yet`);
  if (version.digest === here.version?.digest) return no(`${target} runs ${version.version} already`);
  if (version.release === undefined) return no(`What runs in ${before.environment.name} is not a release`);
  const open = state.promotions.some(
    (promotion) =>
      isOpen(promotion) &&
      promotion.spec.service === pipeline.spec.service &&
      promotion.spec.environment === target &&
      promotion.spec.release === version.release,
  );
  if (open) return no(`A promotion of ${version.version} to ${target} is open`);
  const last = state.promotions.filter(
    ({ spec, status }) =>
      spec.service === pipeline.spec.service &&
      spec.environment === before.environment.name &&
      spec.release === version.release &&
      status.phase !== 'Superseded',
  );
  const failed = last.length > 0 && last.every(({ status }) => status.phase === 'Failed');
  return failed ? no(`${version.version} has failed in ${before.environment.name}`) : { allowed: true };
}

function rollbackAction({ state, person, pipeline }: CellContext, here: Running): Cell['rollback'] {
  const { name } = here.environment;
  const earlier = deployedPromotions(state).find(
    ({ spec, status }) =>
      spec.service === pipeline.spec.service &&
      spec.environment === name &&
      status.phase === 'Deployed' &&
      spec.release !== here.version?.release,
  );
  if (earlier === undefined) return no(`No earlier release was deployed to ${name}`);
  const { version } = versionOfName(earlier.spec.release, state.releases);
  return { ...toAction(mayRollBack(person, pipeline)), version };
}

function findApplication(state: HubState, environment: PipelineEnvironmentView): ApplicationView | undefined {
  return state.applications.find(({ metadata }) => metadata.name === environment.application);
}
