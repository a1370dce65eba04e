import type { Environment, OpenPromotion, Overview, User } from '../contract.ts';
import type { HubState } from '../hub/schema.ts';
import { applicationSummary } from './applications.ts';
import { cellsOf } from './cells.ts';
import { actionOf, freezesOf, pipelinesOf, quarantinesOf, reviewsOf } from './exceptions.ts';
import { deployments, openPromotions } from './promotions.ts';
import { mayFreeze } from './rights.ts';

export interface OverviewOptions {
  readonly user: User;
  /** The hub has been read. */
  readonly ready: boolean;
  /** Groups that may promote besides those that approve or deploy somewhere in the pipeline. */
  readonly promoters: readonly string[];
  /** The ledger can be asked for records. */
  readonly ledger: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the page shows to `user`: a pure function of what the hub holds. */
export function buildOverview(state: HubState, { user, ready, promoters, ledger, now }: OverviewOptions): Overview {
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
    environments: environmentsOf(state, user),
    services,
    promotions,
    deployments: deployments(state, ledger),
    applications: state.applications.map(applicationSummary),
    freezes: freezesOf(state, user, now),
    quarantines: quarantinesOf(state, user),
    reviews: reviewsOf(state, user),
  };
}

/** Every environment of every pipeline once, in the order of the first pipeline that names it. */
function environmentsOf(state: HubState, user: User): Environment[] {
  const found = new Map<string, Environment>();
  for (const { name, ref, sync, approvals } of state.pipelines.flatMap(({ spec }) => spec.environments)) {
    if (found.has(name)) continue;
    const freeze = actionOf(mayFreeze(user, pipelinesOf(state, name), name));
    found.set(name, { name, ref, sync, freeze, ...(approvals === undefined ? {} : { approvals }) });
  }
  return [...found.values()];
}
