import type { MergeRequest } from '../forge/index.ts';
import { changedConfiguration } from './configuration.ts';
import type { DeliveryObjects } from './delivery-objects.ts';
import { refuse } from './errors.ts';
import type { PipelineEnvironment, Promotion } from './kinds.ts';
import { openProposal } from './open-proposal.ts';
import type { ProposalPorts } from './open-proposal.ts';
import type { Proposal } from './proposal.ts';
import { rollbackTarget } from './rollback-target.ts';

export interface RollbackRequest {
  /** Of the service in the environment. */
  readonly promotions: readonly Promotion[];
  readonly environment: PipelineEnvironment;
  /** Names of the images that releases decide about in the environment. */
  readonly managed: readonly string[];
  readonly requestedBy: string;
  readonly target: { readonly service: string; readonly environment: string };
}

export interface RollbackPorts extends ProposalPorts {
  readonly objects: DeliveryObjects;
}

/**
 * Opens the merge request that brings back what ran before: the images, and the configuration that came with what is
 * taken back. Shared by people and by the controller.
 * @throws RefusedError when nothing ran before
 */
export async function openRollback(ports: RollbackPorts, request: RollbackRequest): Promise<MergeRequest> {
  const { promotions, environment, managed, requestedBy, target } = request;
  const { current, before } =
    rollbackTarget(promotions) ??
    refuse(`Cannot roll back ${target.service}: nothing ran in ${target.environment} before`);
  const release =
    (await ports.objects.release(before.spec.release)) ??
    refuse(`Cannot roll back: the release ${before.spec.release} is gone`);
  const { images, source } = release.spec;
  const proposal: Proposal = {
    ...target,
    release: before.spec.release,
    images,
    source,
    requestedBy,
    rollbackOf: current.metadata.name ?? '',
    configuration: await broughtAlong(ports, { current, environment, managed }),
  };
  return openProposal(ports, proposal, { environment, managed, promotions });
}

/** The commit whose configuration comes back, where there is more to take back than images. */
async function broughtAlong(
  { mirror }: RollbackPorts,
  { current, environment, managed }: { readonly current: Promotion } & Pick<RollbackRequest, 'environment' | 'managed'>,
): Promise<{ readonly commit: string } | undefined> {
  const { previousCommit, approvedCommit } = current.status ?? {};
  if (previousCommit === undefined || approvedCommit === undefined) return undefined;
  const range = { from: previousCommit, to: approvedCommit, path: environment.path, managed };
  return (await changedConfiguration(mirror, range)).length === 0 ? undefined : { commit: previousCommit };
}
