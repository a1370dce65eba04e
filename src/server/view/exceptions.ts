import type { Action, FreezeView, OpenReview, QuarantineView } from '../contract.ts';
import type { HubState, PipelineView, PromotionView } from '../hub/schema.ts';
import { present } from './present.ts';
import { no } from './promotions.ts';
import { mayFreeze, mayLift, mayReview } from './rights.ts';
import type { Person } from './rights.ts';
import { versionOfName } from './running.ts';

/** Pipelines that go through an environment, of one service or of all. */
export function pipelinesOf(state: HubState, environment: string, service?: string): readonly PipelineView[] {
  return state.pipelines.filter(
    ({ spec }) =>
      (service === undefined || spec.service === service) && spec.environments.some(({ name }) => name === environment),
  );
}

/** Freezes in force. @param now milliseconds since the epoch */
export function freezesOf(state: HubState, person: Person, now: number): FreezeView[] {
  return state.freezes
    .filter(({ spec }) => spec.until === undefined || Date.parse(spec.until) > now)
    .map(({ spec: { environment, service, by, reason, until } }) => ({
      ...{ environment, by, reason, ...present({ service, until }) },
      lift: actionOf(mayFreeze(person, pipelinesOf(state, environment, service), environment)),
    }));
}

export function quarantinesOf(state: HubState, person: Person): QuarantineView[] {
  const lift = actionOf(mayLift(person, state.pipelines));
  return state.quarantines
    .filter(({ spec }) => spec.lifted === undefined)
    .map(({ spec: { digest, image, reason, by, at } }) => ({ digest, image, reason, by, at, lift }));
}

/** Promotions that went past the gates, got there, and have not been reviewed. */
export function reviewsOf(state: HubState, person: Person): OpenReview[] {
  return state.promotions.flatMap((promotion) => {
    const { spec, metadata, status } = promotion;
    const open = spec.breakGlass !== undefined && spec.review === undefined && status.deployedAt !== undefined;
    if (!open) return [];
    const { service, environment, requestedBy: by } = spec;
    const { version } = versionOfName(spec.release, state.releases);
    const { reason = '' } = spec.breakGlass ?? {};
    const review = actionOf(whyNotReview(promotion, state, person));
    return [{ promotion: metadata.name, service, environment, version, by, reason, review }];
  });
}

function whyNotReview({ spec }: PromotionView, state: HubState, person: Person): string | undefined {
  if (spec.requestedBy === person.name) return 'You broke the glass: somebody else has to review it';
  const environment = pipelinesOf(state, spec.environment, spec.service)
    .flatMap((pipeline) => pipeline.spec.environments)
    .find(({ name }) => name === spec.environment);
  return environment === undefined ? `There is no environment ${spec.environment}` : mayReview(person, environment);
}

/** @param refusal why not; `undefined`: it is allowed */
export function actionOf(refusal: string | undefined): Action {
  return refusal === undefined ? { allowed: true } : no(refusal);
}
