import { createOciClient, createTar } from '../../supply-chain/index.ts';
import type { ReleaseImage } from '../../promotion/index.ts';
import { networkFetch } from './network.ts';

/** Services of the platform that the template deploys. */
export const SERVICES = ['stoa-gateway', 'stoa-control-plane'] as const;

export interface BuildRequest {
  /** `host:port`. */
  readonly registry: string;
  readonly service: string;
  readonly tag: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Builds and pushes an image that holds nothing but its version: the embedded clusters run no containers.
 * @returns what a release names; the same input gives the same digest
 */
export async function pushVersionImage(
  { registry, service, tag, labels = {} }: BuildRequest,
  signal: AbortSignal,
): Promise<ReleaseImage> {
  const layers = [createTar([{ path: 'version', content: `${service} ${tag}\n` }])];
  const image = { registry, repository: `stoa/${service}`, tag, layers, labels, createdAt: 0 };
  const digest = await createOciClient({ fetch: networkFetch }).pushImage(image, signal);
  return { name: service, repository: `${registry}/stoa/${service}`, tag, digest };
}
