import type { MergeRequest } from '../forge/index.ts';
import { parseReference } from '../supply-chain/index.ts';
import { refuse } from './errors.ts';
import type { ReleaseImage, ReleaseSpec } from './kinds.ts';
import { openProposal } from './open-proposal.ts';
import type { ProposalPorts } from './open-proposal.ts';
import { releaseName } from './proposal.ts';
import { readPipeline } from './read-pipeline.ts';

export interface ReleaseRequest {
  readonly service: string;
  /** One reference for each image of the service, by digest: `registry/name:tag@sha256:…`. */
  readonly images: readonly string[];
  readonly source: ReleaseSpec['source'];
  /** The person whose change this is. */
  readonly requestedBy: string;
  readonly signal?: AbortSignal;
}

/**
 * What CI calls: opens the merge request that brings a build to the first environment. Needs the forge and Git only.
 * Calling it again with the same digest gives the same merge request.
 * @throws RefusedError when the service has no pipeline, or an image is not given by digest
 */
export async function release(ports: ProposalPorts, request: ReleaseRequest): Promise<MergeRequest> {
  const { service, source, requestedBy, signal } = request;
  await ports.mirror.fetch(signal);
  const pipeline = await readPipeline(ports.mirror, service, signal);
  const [first] = pipeline.environments;
  if (first === undefined) refuse(`Cannot release ${service}: its pipeline has no environment`);
  if (pipeline.images.length !== request.images.length)
    refuse(`Cannot release ${service}: give ${pipeline.images.length} image(s): ${pipeline.images.join(', ')}`);
  const images = pipeline.images.map((name, index) => releaseImage(name, request.images[index] ?? ''));
  const proposal = {
    service,
    environment: first.name,
    release: releaseName(service, images),
    images,
    source,
    requestedBy,
  };
  return openProposal(ports, proposal, { environment: first, signal });
}

function releaseImage(name: string, text: string): ReleaseImage {
  const { registry, repository, tag = '', digest } = parseReference(text);
  if (digest === undefined) refuse(`Cannot release ${text}: name it by digest, for instance ${text}@sha256:…`);
  return { name, repository: `${registry}/${repository}`, tag, digest };
}
