import { createHash } from 'node:crypto';
import { messageOf } from '../core/index.ts';
import type { Fetch } from '../core/index.ts';
import { RegistryError } from './errors.ts';
import { formatReference } from './reference.ts';
import type { ImageReference } from './reference.ts';

export interface RegistryHttpOptions {
  readonly fetch: Fetch;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Registries spoken to without TLS, besides those on this machine. @default none */
  readonly insecure?: readonly string[];
}

export interface Call {
  /** Below the repository, or from the root of the registry when it begins with `/`. */
  readonly path: string;
  readonly method?: string;
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Requests to a registry, never to another host with its credentials. */
export class RegistryHttp {
  readonly #options: RegistryHttpOptions;

  constructor(options: RegistryHttpOptions) {
    this.#options = options;
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
      throw unreachable(url, error);
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

function unreachable(url: URL, cause: unknown): RegistryError {
  return new RegistryError('UNAVAILABLE', `Cannot reach the registry at ${url.origin}: ${messageOf(cause)}`, { cause });
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

/** The body of an answer. @throws RegistryError `TOO_LARGE`, or `UNAVAILABLE` when the connection breaks */
export async function bytesOf(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) throw new RegistryError('TOO_LARGE', `Cannot read from the registry: over ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof RegistryError || isAbort(error)) throw error;
    throw new RegistryError('UNAVAILABLE', `Cannot read from the registry: ${messageOf(error)}`, { cause: error });
  }
  return Buffer.concat(chunks);
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** `sha256:` digest of `content`. */
export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** `content`, when it is what was asked for. @throws RegistryError `DIGEST_MISMATCH` */
export function verified(content: Uint8Array, digest: string): Uint8Array {
  if (digestOf(content) === digest) return content;
  throw new RegistryError(
    'DIGEST_MISMATCH',
    `Cannot trust the registry: content asked for as ${digest} is ${digestOf(content)}`,
  );
}

export function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
