import { RegistryError } from './errors.ts';
import { INDEX, MANIFEST, parseManifest } from './oci-manifest.ts';
import type { Descriptor } from './oci-manifest.ts';
import { fallbackEntries, pushArtefact, pushImage } from './push.ts';
import type { NewArtefact, NewImage } from './push.ts';
import type { ImageReference } from './reference.ts';
import { RegistryHttp, bytesOf, digestOf, verified, withSignal } from './registry-http.ts';
import type { RegistryHttpOptions } from './registry-http.ts';

const DOCKER = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const ACCEPT = [MANIFEST, INDEX, ...DOCKER].join(', ');
const MAX_MANIFEST = 4 * 1024 * 1024;
const MAX_BLOB = 256 * 1024 * 1024;

export type OciClientOptions = RegistryHttpOptions;

export interface Manifest {
  readonly mediaType: string;
  /** Of the bytes as stored. */
  readonly digest: string;
  readonly content: Uint8Array;
}

/** OCI Distribution 1.1, as far as delivery needs it. Everything fetched by digest is checked against it. */
export interface OciClient {
  /** The digest that a reference stands for now. @throws RegistryError */
  resolve(reference: ImageReference, signal?: AbortSignal): Promise<string>;
  manifest(reference: ImageReference, signal?: AbortSignal): Promise<Manifest>;
  blob(reference: ImageReference, digest: string, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * What says that it belongs to `reference.digest`: from the referrers API, or from the index under the fallback tag
   * where the registry has none. Empty when there is nothing.
   */
  referrers(reference: ImageReference, signal?: AbortSignal): Promise<readonly Descriptor[]>;
  /** Pushes a single-platform image. @returns its digest */
  pushImage(image: NewImage, signal?: AbortSignal): Promise<string>;
  /** Pushes what is said about an image. @returns the digest of its manifest */
  pushArtefact(artefact: NewArtefact, signal?: AbortSignal): Promise<string>;
}

export function createOciClient(options: OciClientOptions): OciClient {
  const registry = new RegistryHttp(options);
  return {
    async resolve(reference, signal) {
      if (reference.digest !== undefined) {
        const path = `manifests/${reference.digest}`;
        await registry.call(reference, { path, method: 'HEAD', headers: { accept: ACCEPT }, ...withSignal(signal) });
        return reference.digest;
      }
      return (await fetchManifest(registry, reference, signal)).digest;
    },
    manifest: (reference, signal) => fetchManifest(registry, reference, signal),
    async blob(reference, digest, signal) {
      const response = await registry.call(reference, { path: `blobs/${digest}`, follow: true, ...withSignal(signal) });
      return verified(await bytesOf(response, MAX_BLOB), digest);
    },
    referrers: (reference, signal) => fetchReferrers(registry, reference, signal),
    pushImage: (image, signal) => pushImage(registry, image, signal),
    pushArtefact: (artefact, signal) => pushArtefact(registry, artefact, signal),
  };
}

async function fetchManifest(
  registry: RegistryHttp,
  reference: ImageReference,
  signal?: AbortSignal,
): Promise<Manifest> {
  const name = reference.digest ?? reference.tag ?? 'latest';
  const response = await registry.call(reference, {
    path: `manifests/${name}`,
    headers: { accept: ACCEPT },
    ...withSignal(signal),
  });
  const content = await bytesOf(response, MAX_MANIFEST);
  if (reference.digest !== undefined) verified(content, reference.digest);
  return { mediaType: response.headers.get('content-type') ?? MANIFEST, digest: digestOf(content), content };
}

async function fetchReferrers(
  registry: RegistryHttp,
  reference: ImageReference,
  signal?: AbortSignal,
): Promise<readonly Descriptor[]> {
  const { digest } = reference;
  if (digest === undefined)
    throw new RegistryError('INVALID_REFERENCE', 'Cannot list referrers: name the image by digest');
  try {
    const headers = { accept: INDEX };
    const response = await registry.call(reference, { path: `referrers/${digest}`, headers, ...withSignal(signal) });
    return parseManifest(await bytesOf(response, MAX_MANIFEST)).manifests;
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  const { registry: host, repository } = reference;
  const fallback = { registry: host, repository, tag: digest.replace(':', '-') };
  return fallbackEntries(registry, fallback, signal);
}

/** Registries of before OCI 1.1 answer 404, some 400 or 405. */
function isAbsent(error: unknown): boolean {
  return error instanceof RegistryError && (error.code === 'NOT_FOUND' || error.code === 'REFUSED');
}
