import type { Clock } from '../../core/index.ts';
import type { ReleaseImage } from '../../promotion/index.ts';
import { buildImage, createOciClient } from '../../supply-chain/index.ts';
import type { ArtefactSigner } from '../../supply-chain/index.ts';
import { networkFetch } from './network.ts';

/** Services of the platform that the template deploys. */
export const SERVICES = ['stoa-gateway', 'stoa-control-plane'] as const;
/** Its smoke test, which is no service and so is not released. */
export const SMOKE_TEST = 'stoa-smoke';
/** Who builds where no CI is, as the template's policy pins it. */
export const LOCAL_BUILDER = 'https://stoa.dev/stoa-cd/ci';

export interface VersionBuild {
  /** `host:port`. */
  readonly registry: string;
  readonly service: string;
  readonly tag: string;
  /** Clone URL of the source repository. */
  readonly repository: string;
  readonly commit: string;
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
}

/**
 * Builds, signs, attests and pushes an image that holds nothing but its version: the embedded clusters run no containers.
 * @returns what a release names; the same input gives the same digest
 */
export async function buildVersion(
  { registry, service, tag, repository, commit, committedAt }: VersionBuild,
  { signer, clock, signal }: { readonly signer: ArtefactSigner; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ReleaseImage> {
  const path = `services/${service}`;
  const source = {
    ...{ service, commit, committedAt, path, ref: 'refs/heads/main' },
    repository: repository.replace(/\.git$/, ''),
    files: [{ path: 'VERSION', content: `${tag}\n` }],
  };
  const place = { registry, repository: `stoa/${service}`, tag };
  const build = { source, ...place, builder: LOCAL_BUILDER, invocation: `${LOCAL_BUILDER}/${commit}` };
  const client = createOciClient({ fetch: networkFetch });
  const { digest } = await buildImage(build, { client, signer, clock, signal });
  return { name: service, repository: `${registry}/stoa/${service}`, tag, digest };
}
