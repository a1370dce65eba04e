import { z } from 'zod';
import { INDEX, MANIFEST, parseManifest } from './oci-manifest.ts';
import type { Descriptor } from './oci-manifest.ts';
import type { ImageReference } from './reference.ts';
import { bytesOf, digestOf, withSignal } from './registry-http.ts';
import type { RegistryHttp } from './registry-http.ts';
import { RegistryError } from './errors.ts';

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const EMPTY = 'application/vnd.oci.empty.v1+json';
const MAX_INDEX = 4 * 1024 * 1024;

export interface NewImage {
  readonly repository: string;
  readonly registry: string;
  readonly tag: string;
  /** Uncompressed tar archives. */
  readonly layers: readonly Uint8Array[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; the same input gives the same digest. */
  readonly createdAt: number;
}

/** Blobs under a manifest that is not an image to run: signatures, attestations. */
export interface NewArtefact {
  readonly registry: string;
  readonly repository: string;
  /** @default stored by its digest alone */
  readonly tag?: string;
  /** What the artefact says something about; makes it a referrer. */
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly layers: readonly ArtefactLayer[];
}

export interface ArtefactLayer {
  readonly mediaType: string;
  readonly content: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Pushes a single-platform image. @returns its digest */
export async function pushImage(registry: RegistryHttp, image: NewImage, signal?: AbortSignal): Promise<string> {
  const config = json({
    created: new Date(image.createdAt).toISOString(),
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: image.labels ?? {} },
    rootfs: { type: 'layers', diff_ids: image.layers.map(digestOf) },
  });
  const layers = image.layers.map((content) => ({ mediaType: LAYER, content }));
  const { registry: host, repository, tag } = image;
  const parts = { registry: host, repository, tag, config: { mediaType: CONFIG, content: config }, layers };
  return (await pushManifest(registry, parts, signal)).digest;
}

/**
 * Pushes an artefact. Where the registry has no referrers API, the index under the fallback tag is kept up to date too.
 * @returns the digest of its manifest
 */
export async function pushArtefact(
  registry: RegistryHttp,
  artefact: NewArtefact,
  signal?: AbortSignal,
): Promise<string> {
  const { subject, artifactType, annotations, layers } = artefact;
  const config =
    artifactType === undefined
      ? { mediaType: CONFIG, content: configOf(layers) }
      : { mediaType: EMPTY, content: Buffer.from('{}') };
  const pushed = await pushManifest(registry, { ...artefact, config }, signal);
  if (subject === undefined || pushed.isReferrer) return pushed.digest;
  const entry: Descriptor = {
    mediaType: MANIFEST,
    digest: pushed.digest,
    size: pushed.size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
  };
  await addToFallback(registry, { ...artefact, subject, entry }, signal);
  return pushed.digest;
}

/** What Cosign writes as the configuration of a signature. */
function configOf(layers: readonly ArtefactLayer[]): Uint8Array {
  const diffIds = layers.map(({ content }) => digestOf(content));
  return json({ architecture: '', os: '', config: {}, rootfs: { type: 'layers', diff_ids: diffIds } });
}

interface NewManifest extends Omit<NewArtefact, 'layers'> {
  readonly config: ArtefactLayer;
  readonly layers: readonly ArtefactLayer[];
}

interface PushedManifest {
  readonly digest: string;
  readonly size: number;
  /** The registry lists it among the referrers of its subject. */
  readonly isReferrer: boolean;
}

async function pushManifest(registry: RegistryHttp, parts: NewManifest, signal?: AbortSignal): Promise<PushedManifest> {
  const { config, layers, subject, artifactType, annotations } = parts;
  const reference: ImageReference = { registry: parts.registry, repository: parts.repository };
  const blobs = new Map([...layers, config].map(({ content }) => [digestOf(content), content]));
  for (const content of blobs.values()) await pushBlob(registry, reference, { content, ...withSignal(signal) });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST,
    ...(artifactType === undefined ? {} : { artifactType }),
    config: describe(config),
    layers: layers.map(describe),
    ...(subject === undefined ? {} : { subject }),
    ...(annotations === undefined ? {} : { annotations }),
  });
  const digest = digestOf(manifest);
  const response = await putManifest(
    registry,
    { ...reference, tag: parts.tag ?? digest },
    { manifest, ...withSignal(signal) },
  );
  return { digest, size: manifest.length, isReferrer: response.headers.has('oci-subject') };
}

function describe({ mediaType, content, annotations }: ArtefactLayer): Descriptor {
  return {
    mediaType,
    digest: digestOf(content),
    size: content.length,
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
  };
}

async function putManifest(
  registry: RegistryHttp,
  reference: ImageReference,
  { manifest, mediaType = MANIFEST, signal }: PutManifest,
): Promise<Response> {
  return registry.call(reference, {
    path: `manifests/${reference.tag ?? ''}`,
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': mediaType },
    ...withSignal(signal),
  });
}

interface PutManifest {
  readonly manifest: Uint8Array;
  readonly mediaType?: string;
  readonly signal?: AbortSignal;
}

async function addToFallback(
  registry: RegistryHttp,
  {
    subject,
    entry,
    ...place
  }: Omit<NewArtefact, 'layers'> & { readonly subject: Descriptor; readonly entry: Descriptor },
  signal?: AbortSignal,
): Promise<void> {
  const tag = subject.digest.replace(':', '-');
  const reference = { registry: place.registry, repository: place.repository, tag };
  const before = await fallbackEntries(registry, reference, signal);
  if (before.some(({ digest }) => digest === entry.digest)) return;
  const manifest = json({ schemaVersion: 2, mediaType: INDEX, manifests: [...before, entry] });
  await putManifest(registry, reference, { manifest, mediaType: INDEX, ...withSignal(signal) });
}

/** What the index under the fallback tag lists; empty where there is none. */
export async function fallbackEntries(
  registry: RegistryHttp,
  reference: ImageReference,
  signal?: AbortSignal,
): Promise<readonly Descriptor[]> {
  const path = `manifests/${reference.tag ?? ''}`;
  try {
    const response = await registry.call(reference, { path, headers: { accept: INDEX }, ...withSignal(signal) });
    return parseManifest(await bytesOf(response, MAX_INDEX)).manifests;
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

async function pushBlob(
  registry: RegistryHttp,
  reference: ImageReference,
  { content, signal }: { readonly content: Uint8Array; readonly signal?: AbortSignal },
): Promise<void> {
  const digest = digestOf(content);
  if (await hasBlob(registry, reference, { digest, ...withSignal(signal) })) return;
  const started = await registry.call(reference, { path: 'blobs/uploads/', method: 'POST', ...withSignal(signal) });
  const location = z.string().parse(started.headers.get('location'));
  const separator = location.includes('?') ? '&' : '?';
  await registry.call(reference, {
    path: `${location.replace(/^https?:\/\/[^/]+/, '')}${separator}digest=${encodeURIComponent(digest)}`,
    method: 'PUT',
    body: content,
    headers: { 'content-type': 'application/octet-stream' },
    ...withSignal(signal),
  });
}

async function hasBlob(
  registry: RegistryHttp,
  reference: ImageReference,
  { digest, signal }: { readonly digest: string; readonly signal?: AbortSignal },
): Promise<boolean> {
  try {
    await registry.call(reference, { path: `blobs/${digest}`, method: 'HEAD', follow: true, ...withSignal(signal) });
    return true;
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
