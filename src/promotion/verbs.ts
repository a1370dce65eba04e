import { formatTime } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { Forge, MergeRequest } from '../forge/index.ts';
import type { Mirror } from '../git/index.ts';
import type { KubeClient } from '../kube/index.ts';
import { actionsFor } from './actions.ts';
import type { Actor, AllowedAction } from './actions.ts';
import { DeliveryObjects } from './delivery-objects.ts';
import { refuse } from './errors.ts';
import { previousEnvironment } from './gates.ts';
import { imagesOf } from './images.ts';
import type { Pipeline, PipelineEnvironment, Promotion } from './kinds.ts';
import { openProposal } from './open-proposal.ts';
import { releaseName } from './proposal.ts';

export interface VerbPorts {
  /** Acts as the person: the hub's records name them. */
  readonly hub: KubeClient;
  /** The forge, as the person. */
  readonly forge: Forge;
  /** `stoa-envs`, with an account that may push branches. */
  readonly mirror: Mirror;
  readonly clock: Clock;
}

export interface Target {
  readonly service: string;
  readonly environment: string;
}

/**
 * Opens the merge request that takes what runs in the environment before to the next one: the same digests, never a new
 * build.
 * @throws RefusedError naming what is missing
 */
export async function promote(ports: VerbPorts, actor: Actor, target: Target): Promise<MergeRequest> {
  if (!actor.groups.some((group) => group !== 'auditors')) refuse(`Cannot promote: ${actor.name} may read only`);
  const objects = new DeliveryObjects(ports.hub);
  const { pipeline, environment } = await find(objects, target);
  const previous =
    previousEnvironment(pipeline.spec, environment.name) ??
    refuse(`Cannot promote to ${environment.name}: it is the first; release to it`);
  await ports.mirror.fetch();
  const revision =
    (await ports.mirror.resolve(refOf(previous))) ?? refuse(`Cannot promote: ${previous.name} has no approved commit`);
  const text =
    (await ports.mirror.file(revision, `${previous.path}/kustomization.yaml`)) ??
    refuse(`Cannot promote: ${previous.name} has no kustomization`);
  const images = imagesOf(text, pipeline.spec.images);
  const name = releaseName(target.service, images);
  const release =
    (await objects.release(name)) ??
    refuse(`Cannot promote: what runs in ${previous.name} was never released; release it first`);
  const proposal = {
    ...target,
    release: name,
    images,
    source: release.spec.source,
    requestedBy: actor.name,
  };
  return openProposal(ports, proposal, { path: environment.path });
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

/** Opens the merge request that brings back the release that ran before. @throws RefusedError */
export async function rollback(ports: VerbPorts, actor: Actor, target: Target): Promise<MergeRequest> {
  const allowed = ['deployers', 'reviewers', 'prod-approvers'];
  if (!actor.groups.some((group) => allowed.includes(group)))
    refuse(`Cannot roll back: only ${allowed.join(' or ')} may`);
  const objects = new DeliveryObjects(ports.hub);
  const { environment } = await find(objects, target);
  const promotions = (await objects.promotions()).filter(
    ({ spec }) => spec.service === target.service && spec.environment === target.environment,
  );
  return openRollback({ ...ports, objects }, { promotions, environment, requestedBy: actor.name, target });
}

export interface RollbackRequest {
  /** Of the service in the environment. */
  readonly promotions: readonly Promotion[];
  readonly environment: PipelineEnvironment;
  readonly requestedBy: string;
  readonly target: Target;
}

/** Shared by people and by the controller. @throws RefusedError when nothing ran before */
export async function openRollback(
  ports: Pick<VerbPorts, 'forge' | 'mirror' | 'clock'> & { readonly objects: DeliveryObjects },
  { promotions, environment, requestedBy, target }: RollbackRequest,
): Promise<MergeRequest> {
  const ended = promotions
    .filter(({ status }) => status?.phase === 'Deployed' || status?.phase === 'Failed')
    .sort((a, b) => finishedAt(b) - finishedAt(a));
  const current =
    ended[0] ?? refuse(`Cannot roll back ${target.service}: nothing was released to ${target.environment}`);
  const before =
    ended.find(({ spec, status }) => status?.phase === 'Deployed' && spec.release !== current.spec.release) ??
    refuse(`Cannot roll back ${target.service}: nothing ran in ${target.environment} before ${current.spec.release}`);
  const release =
    (await ports.objects.release(before.spec.release)) ??
    refuse(`Cannot roll back: the release ${before.spec.release} is gone`);
  const proposal = {
    ...target,
    release: before.spec.release,
    images: release.spec.images,
    source: release.spec.source,
    requestedBy,
    rollbackOf: current.metadata.name ?? '',
  };
  return openProposal(ports, proposal, { path: environment.path });
}

export function finishedAt({ status }: Promotion): number {
  return Date.parse(status?.finishedAt ?? '') || 0;
}

/** The full ref that an environment's Application follows. */
export function refOf({ ref }: PipelineEnvironment): string {
  return ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
}

async function find(
  objects: DeliveryObjects,
  { service, environment }: Target,
): Promise<{ readonly pipeline: Pipeline; readonly environment: PipelineEnvironment }> {
  const pipeline =
    (await objects.pipelines()).find(({ spec }) => spec.service === service) ??
    refuse(`There is no pipeline for ${service}`);
  const names = pipeline.spec.environments.map(({ name }) => name).join(', ');
  const found =
    pipeline.spec.environments.find(({ name }) => name === environment) ??
    refuse(`${service} has no environment ${environment}: it has ${names}`);
  return { pipeline, environment: found };
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
