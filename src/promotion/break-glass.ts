import { formatTime, parseDuration } from '../core/index.ts';
import type { MergeRequest } from '../forge/index.ts';
import type { Actor } from './actions.ts';
import { managedImages } from './configuration.ts';
import { DeliveryObjects } from './delivery-objects.ts';
import { refuse } from './errors.ts';
import { reviewFact } from './facts-of.ts';
import type { Promotion } from './kinds.ts';
import { openProposal } from './open-proposal.ts';
import { findPlace } from './verbs.ts';
import type { Target, VerbPorts } from './verbs.ts';

export interface BreakGlassRequest extends Target {
  /** Name of a release that was made, wherever it runs. */
  readonly release: string;
  readonly reason: string;
}

/**
 * Brings a release to an environment past approvals, order and windows: on top of what runs there, so that nothing else
 * comes along. It waits for a review by somebody else afterwards.
 * @throws RefusedError when the pipeline lets nobody do that, or not this person
 */
export async function breakGlass(ports: VerbPorts, actor: Actor, request: BreakGlassRequest): Promise<MergeRequest> {
  const { service, environment: name, reason } = request;
  const objects = new DeliveryObjects(ports.hub);
  const { pipelines, environment } = await findPlace(objects, request);
  const { groups, validFor } = environment.breakGlass ?? refuse(`Cannot break the glass of ${name}: it has none`);
  if (!actor.groups.some((group) => groups.includes(group)))
    refuse(`Cannot break the glass of ${name}: only ${groups.join(' or ')} may`);
  const release =
    (await objects.release(request.release)) ?? refuse(`There is no release ${request.release}: release it first`);
  if (release.spec.service !== service) refuse(`${request.release} is a release of ${release.spec.service}`);
  const { images, source } = release.spec;
  const until = formatTime(ports.clock.now() + (parseDuration(validFor) ?? 0));
  const proposal = {
    ...{ service, environment: name, release: request.release, images, source },
    requestedBy: actor.name,
    breakGlass: { reason, until },
  };
  await ports.mirror.fetch();
  return openProposal(ports, proposal, { environment, managed: managedImages(pipelines, environment) });
}

/** Closes the review of what was done in need: by somebody who may approve there and did not do it. @throws RefusedError */
export async function review(
  { hub, clock, ledger }: Pick<VerbPorts, 'hub' | 'clock' | 'ledger'>,
  actor: Actor,
  { promotion: name, comment }: { readonly promotion: string; readonly comment: string },
): Promise<Promotion> {
  const objects = new DeliveryObjects(hub);
  const promotion = (await objects.promotion(name)) ?? refuse(`There is no promotion ${name}`);
  const { breakGlass: broken, requestedBy, review: before } = promotion.spec;
  if (broken === undefined) refuse(`${name} went the usual way: there is nothing to review`);
  if (before !== undefined) refuse(`${before.by} has reviewed ${name}`);
  if (requestedBy === actor.name) refuse(`You broke the glass: somebody else must review it`);
  const { environment } = await findPlace(objects, promotion.spec);
  const groups = environment.approvals?.groups ?? [];
  if (!actor.groups.some((group) => groups.includes(group)))
    refuse(`Cannot review ${name}: only ${groups.join(' or ') || 'nobody'} may`);
  const done = { by: actor.name, comment, at: formatTime(clock.now()) };
  await ledger.append(reviewFact(promotion, done));
  await objects.review(name, done);
  return { ...promotion, spec: { ...promotion.spec, review: done } };
}
