import { createHash } from 'node:crypto';
import { z } from 'zod';
import { messageOf } from '../core/index.ts';
import type { Fetch } from '../core/index.ts';
import { RegistryError } from './errors.ts';
import { formatReference } from './reference.ts';
import type { ImageReference } from './reference.ts';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const DOCKER = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const ACCEPT = [MANIFEST, INDEX, ...DOCKER].join(', ');
const MAX_MANIFEST = 4 * 1024 * 1024;
const MAX_BLOB = 256 * 1024 * 1024;

export interface OciClientOptions {
  readonly fetch: Fetch;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Registries spoken to without TLS, besides those on this machine. @default none */
  readonly insecure?: readonly string[];
}

export interface Manifest {
  readonly mediaType: string;
  /** Of the bytes as stored. */
  readonly digest: string;
  readonly content: Uint8Array;
}

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

/** OCI Distribution 1.1, as far as delivery needs it. Everything fetched by digest is checked against it. */
export interface OciClient {
  /** The digest that a reference stands for now. @throws RegistryError */
  resolve(reference: ImageReference, signal?: AbortSignal): Promise<string>;
  manifest(reference: ImageReference, signal?: AbortSignal): Promise<Manifest>;
  blob(reference: ImageReference, digest: string, signal?: AbortSignal): Promise<Uint8Array>;
  /** Pushes a single-platform image. @returns its digest */
  pushImage(image: NewImage, signal?: AbortSignal): Promise<string>;
}

export function createOciClient(options: OciClientOptions): OciClient {
  const registry = new RegistryHttp(options);
  return {
    async resolve(reference, signal) {
      if (reference.digest !== undefined) {
        await registry.call(reference, {
          path: `manifests/${reference.digest}`,
          method: 'HEAD',
          ...withSignal(signal),
        });
        return reference.digest;
      }
      return (await registry.manifest(reference, signal)).digest;
    },
    manifest: (reference, signal) => registry.manifest(reference, signal),
    async blob(reference, digest, signal) {
      const response = await registry.call(reference, { path: `blobs/${digest}`, ...withSignal(signal) });
      return verified(await bytesOf(response, MAX_BLOB), digest);
    },
    pushImage: (image, signal) => pushImage(registry, image, signal),
  };
}

/** `sha256:` digest of `content`. */
export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

interface Call {
  readonly path: string;
  readonly method?: string;
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

class RegistryHttp {
  readonly #options: OciClientOptions;

  constructor(options: OciClientOptions) {
    this.#options = options;
  }

  async manifest(reference: ImageReference, signal?: AbortSignal): Promise<Manifest> {
    const name = reference.digest ?? reference.tag ?? 'latest';
    const response = await this.call(reference, {
      path: `manifests/${name}`,
      headers: { accept: ACCEPT },
      ...withSignal(signal),
    });
    const content = await bytesOf(response, MAX_MANIFEST);
    if (reference.digest !== undefined) verified(content, reference.digest);
    return { mediaType: response.headers.get('content-type') ?? MANIFEST, digest: digestOf(content), content };
  }

  /** @throws RegistryError for every answer that is not a success */
  async call(reference: ImageReference, { path, ...init }: Call): Promise<Response> {
    const url = new URL(
      path.startsWith('/') ? path : `/v2/${reference.repository}/${path}`,
      this.#base(reference.registry),
    );
    if (url.host !== new URL(this.#base(reference.registry)).host) {
      throw new RegistryError(
        'REFUSED',
        `Cannot follow the registry ${reference.registry} to another host: ${url.host}`,
      );
    }
    const response = await this.#send(url, init);
    if (response.ok) return response;
    await response.body?.cancel();
    throw failure(reference, response.status);
  }

  async #send(url: URL, { body, ...init }: Omit<Call, 'path'>): Promise<Response> {
    const headers = { ...init.headers, ...this.#authorization() };
    try {
      return await this.#options.fetch(url, {
        ...init,
        headers,
        redirect: 'error',
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      });
    } catch (error) {
      init.signal?.throwIfAborted();
      throw new RegistryError('UNAVAILABLE', `Cannot reach the registry at ${url.origin}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  #authorization(): Record<string, string> {
    const { credentials } = this.#options;
    if (credentials === undefined) return {};
    const text = `${credentials.username}:${credentials.password}`;
    return { authorization: `Basic ${Buffer.from(text).toString('base64')}` };
  }

  #base(registry: string): string {
    const host = registry.replace(/:\d+$/, '');
    const plain = host === '127.0.0.1' || host === 'localhost' || this.#options.insecure?.includes(registry) === true;
    return `${plain ? 'http' : 'https'}://${registry}`;
  }
}

async function pushImage(registry: RegistryHttp, image: NewImage, signal?: AbortSignal): Promise<string> {
  const reference: ImageReference = { registry: image.registry, repository: image.repository, tag: image.tag };
  const config = Buffer.from(
    JSON.stringify({
      created: new Date(image.createdAt).toISOString(),
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: image.labels ?? {} },
      rootfs: { type: 'layers', diff_ids: image.layers.map(digestOf) },
    }),
  );
  for (const blob of [...image.layers, config]) await pushBlob(registry, reference, { blob, ...withSignal(signal) });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, digest: digestOf(config), size: config.length },
      layers: image.layers.map((layer) => ({ mediaType: LAYER, digest: digestOf(layer), size: layer.length })),
    }),
  );
  const headers = { 'content-type': MANIFEST };
  await registry.call(reference, {
    path: `manifests/${image.tag}`,
    method: 'PUT',
    body: manifest,
    headers,
    ...withSignal(signal),
  });
  return digestOf(manifest);
}

async function pushBlob(
  registry: RegistryHttp,
  reference: ImageReference,
  { blob, signal }: { readonly blob: Uint8Array; readonly signal?: AbortSignal },
): Promise<void> {
  const digest = digestOf(blob);
  const started = await registry.call(reference, { path: 'blobs/uploads/', method: 'POST', ...withSignal(signal) });
  const location = z.string().parse(started.headers.get('location'));
  const separator = location.includes('?') ? '&' : '?';
  await registry.call(reference, {
    path: `${location.replace(/^https?:\/\/[^/]+/, '')}${separator}digest=${encodeURIComponent(digest)}`,
    method: 'PUT',
    body: blob,
    headers: { 'content-type': 'application/octet-stream' },
    ...withSignal(signal),
  });
}

function failure(reference: ImageReference, status: number): RegistryError {
  const name = formatReference(reference);
  if (status === 404) return new RegistryError('NOT_FOUND', `Cannot find ${name} in its registry`);
  if (status === 401 || status === 403)
    return new RegistryError('UNAUTHORIZED', `Cannot use ${name}: the registry asks for other credentials`);
  if (status === 429 || status >= 500)
    return new RegistryError('UNAVAILABLE', `Cannot use ${name}: the registry answered ${status}`);
  return new RegistryError('REFUSED', `Cannot use ${name}: the registry answered ${status}`);
}

async function bytesOf(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new RegistryError('TOO_LARGE', `Cannot read from the registry: over ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function verified(content: Uint8Array, digest: string): Uint8Array {
  if (digestOf(content) === digest) return content;
  throw new RegistryError(
    'DIGEST_MISMATCH',
    `Cannot trust the registry: content asked for as ${digest} is ${digestOf(content)}`,
  );
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
