import { formatTime } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { Ledger } from '../evidence/index.ts';
import type { Forge, MergeRequest } from '../forge/index.ts';
import type { Mirror } from '../git/index.ts';
import type { KubeClient } from '../kube/index.ts';
import { actionsFor, mayDecide } from './actions.ts';
import type { Actor, AllowedAction } from './actions.ts';
import { changedConfiguration, managedImages } from './configuration.ts';
import { DeliveryObjects } from './delivery-objects.ts';
import { refOf } from './environment-ref.ts';
import { refuse } from './errors.ts';
import { previousEnvironment } from './gates/previous.ts';
import { imagesOf, sameDigests } from './images.ts';
import type { Pipeline, PipelineEnvironment, Promotion, ReleaseImage } from './kinds.ts';
import { openProposal } from './open-proposal.ts';
import { openRollback } from './open-rollback.ts';
import { releaseName } from './proposal.ts';
import type { Proposal } from './proposal.ts';

export interface VerbPorts {
  /** Acts as the person: the hub's records name them. */
  readonly hub: KubeClient;
  /** The forge, as the person. */
  readonly forge: Forge;
  /** `stoa-envs`, with an account that may push branches. */
  readonly mirror: Mirror;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

export interface Target {
  readonly service: string;
  readonly environment: string;
}

/**
 * Opens the merge request that takes what runs in the environment before to the next one: the same digests, never a new
 * build. Where the digests are the same, it takes the configuration that `main` has for the environment.
 * @throws RefusedError naming what is missing
 */
export async function promote(ports: VerbPorts, actor: Actor, target: Target): Promise<MergeRequest> {
  if (!actor.groups.some((group) => group !== 'auditors')) refuse(`Cannot promote: ${actor.name} may read only`);
  const objects = new DeliveryObjects(ports.hub);
  const { pipeline, pipelines, environment } = await findPlace(objects, target);
  const { mirror } = ports;
  const previous =
    previousEnvironment(pipeline.spec, environment.name) ??
    refuse(`Cannot promote to ${environment.name}: it is the first; release to it`);
  await mirror.fetch();
  const images = await imagesAt(mirror, { environment: previous, names: pipeline.spec.images });
  const name = releaseName(target.service, images);
  const release =
    (await objects.release(name)) ??
    refuse(`Cannot promote: what runs in ${previous.name} was never released; release it first`);
  const managed = managedImages(pipelines, environment);
  const own = await imagesAt(mirror, { environment, names: pipeline.spec.images });
  const configuration = sameDigests(images, own)
    ? await configurationOf(mirror, { environment, managed, release: name })
    : undefined;
  const { source } = release.spec;
  const proposal: Proposal = { ...target, release: name, images, source, requestedBy: actor.name, configuration };
  return openProposal(ports, proposal, { environment, managed });
}

/** The images that an environment runs. */
async function imagesAt(
  mirror: Mirror,
  { environment, names }: { readonly environment: PipelineEnvironment; readonly names: readonly string[] },
): Promise<readonly ReleaseImage[]> {
  const revision =
    (await mirror.resolve(refOf(environment))) ?? refuse(`Cannot promote: ${environment.name} has no approved commit`);
  const text =
    (await mirror.file(revision, `${environment.path}/kustomization.yaml`)) ??
    refuse(`Cannot promote: ${environment.name} has no kustomization`);
  return imagesOf(text, names);
}

/** What `main` has for an environment and the environment does not run yet. @throws RefusedError when that is nothing */
async function configurationOf(
  mirror: Mirror,
  {
    environment,
    managed,
    release,
  }: { readonly environment: PipelineEnvironment; readonly managed: readonly string[]; readonly release: string },
): Promise<{ readonly commit: string }> {
  const [from, to] = [await mirror.resolve(refOf(environment)), await mirror.resolve('refs/heads/main')];
  if (from === undefined || to === undefined) refuse(`Cannot promote: ${environment.name} has no approved commit`);
  const changed = await changedConfiguration(mirror, { from, to, path: environment.path, managed });
  if (changed.length === 0) refuse(`${environment.name} has ${release} and its configuration already`);
  return { commit: to };
}

/** Approves the merge request of a promotion, as the person, for its present head. @throws RefusedError */
export async function approve(ports: VerbPorts, actor: Actor, name: string): Promise<void> {
  const { promotion, allowed } = await judgeActor(ports, actor, { name, verb: 'approve' });
  if (!allowed.allowed) refuse(`Cannot approve ${name}: ${allowed.reason ?? 'it is not allowed'}`);
  const { iid } = promotion.spec.mergeRequest;
  const { sha } = await ports.forge.mergeRequest(iid);
  await ports.forge.approve(iid, sha);
}

/** Lets an approved promotion go on in an environment that waits for it. @throws RefusedError */
export async function deploy(ports: VerbPorts, actor: Actor, name: string): Promise<void> {
  const { allowed } = await judgeActor(ports, actor, { name, verb: 'deploy' });
  if (!allowed.allowed) refuse(`Cannot deploy ${name}: ${allowed.reason ?? 'it is not allowed'}`);
  await new DeliveryObjects(ports.hub).requestDeploy(name, {
    requestedBy: actor.name,
    at: formatTime(ports.clock.now()),
  });
}

/** Opens the merge request that brings back what ran before. @throws RefusedError */
export async function rollback(ports: VerbPorts, actor: Actor, target: Target): Promise<MergeRequest> {
  const objects = new DeliveryObjects(ports.hub);
  const { pipeline, pipelines, environment } = await findPlace(objects, target);
  if (!mayDecide(pipeline.spec, actor.groups))
    refuse(`Cannot roll back: only those who approve or deploy ${target.service} may`);
  const promotions = (await objects.promotions()).filter(
    ({ spec }) => spec.service === target.service && spec.environment === target.environment,
  );
  const managed = managedImages(pipelines, environment);
  return openRollback({ ...ports, objects }, { promotions, environment, managed, requestedBy: actor.name, target });
}

export interface Place {
  readonly pipeline: Pipeline;
  readonly pipelines: readonly Pipeline[];
  readonly environment: PipelineEnvironment;
}

/** @throws RefusedError for a service or an environment that is not there */
export async function findPlace(objects: DeliveryObjects, { service, environment }: Target): Promise<Place> {
  const pipelines = await objects.pipelines();
  const pipeline =
    pipelines.find(({ spec }) => spec.service === service) ?? refuse(`There is no pipeline for ${service}`);
  const names = pipeline.spec.environments.map(({ name }) => name).join(', ');
  const found =
    pipeline.spec.environments.find(({ name }) => name === environment) ??
    refuse(`${service} has no environment ${environment}: it has ${names}`);
  return { pipeline, pipelines, environment: found };
}

async function judgeActor(
  { hub }: VerbPorts,
  actor: Actor,
  { name, verb }: { readonly name: string; readonly verb: 'approve' | 'deploy' },
): Promise<{ readonly promotion: Promotion; readonly allowed: AllowedAction }> {
  const objects = new DeliveryObjects(hub);
  const promotion = (await objects.promotion(name)) ?? refuse(`There is no promotion ${name}`);
  const pipeline =
    (await objects.pipelines()).find(({ spec }) => spec.service === promotion.spec.service) ??
    refuse(`There is no pipeline for ${promotion.spec.service}`);
  return { promotion, allowed: actionsFor(promotion, pipeline, actor)[verb] };
}
