import type { Environment, OpenPromotion, Overview, User } from '../contract.ts';
import type { HubState } from '../hub/schema.ts';
import { applicationSummary } from './applications.ts';
import { cellsOf } from './cells.ts';
import { deployments, openPromotions } from './promotions.ts';

export interface OverviewOptions {
  readonly user: User;
  /** The hub has been read. */
  readonly ready: boolean;
  /** Groups that may promote besides those that approve or deploy somewhere in the pipeline. */
  readonly promoters: readonly string[];
  /** The ledger can be asked for records. */
  readonly ledger: boolean;
}

/** What the page shows to `user`: a pure function of what the hub holds. */
export function buildOverview(state: HubState, { user, ready, promoters, ledger }: OverviewOptions): Overview {
  const services = state.pipelines.map((pipeline) => ({
    name: pipeline.spec.service,
    cells: cellsOf({ state, person: user, promoters, pipeline }),
  }));
  const current = (service: string, environment: string): string | undefined =>
    services.find(({ name }) => name === service)?.cells.find((cell) => cell.environment === environment)?.running
      ?.version;
  const promotions = openPromotions(state, user).map((promotion): OpenPromotion => {
    const version = current(promotion.service, promotion.environment);
    return version === undefined ? promotion : { ...promotion, current: version };
  });
  return {
    user,
    ready,
    environments: environmentsOf(state),
    services,
    promotions,
    deployments: deployments(state, ledger),
    applications: state.applications.map(applicationSummary),
  };
}

/** Every environment of every pipeline once, in the order of the first pipeline that names it. */
function environmentsOf(state: HubState): Environment[] {
  const found = new Map<string, Environment>();
  for (const { name, ref, sync, approvals } of state.pipelines.flatMap(({ spec }) => spec.environments)) {
    if (found.has(name)) continue;
    found.set(name, { name, ref, sync, ...(approvals === undefined ? {} : { approvals }) });
  }
  return [...found.values()];
}
