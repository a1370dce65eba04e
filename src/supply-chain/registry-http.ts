import { createHash } from 'node:crypto';
import { messageOf } from '../core/index.ts';
import type { Fetch } from '../core/index.ts';
import { RegistryError } from './errors.ts';
import { formatReference } from './reference.ts';
import type { ImageReference } from './reference.ts';
import { readChallenge, readToken, tokenUrl } from './registry-token.ts';
import type { TokenChallenge } from './registry-token.ts';

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
  /** Follow the registry to where it keeps its blobs, without credentials. @default false */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

type Init = Omit<Call, 'path'>;

const MAX_TOKEN = 64 * 1024;
const MAX_HOPS = 3;

/** Requests to a registry, never to another host with its credentials. */
export class RegistryHttp {
  readonly #options: RegistryHttpOptions;
  /** By repository and what is done to it; thrown away when the registry no longer takes them. */
  readonly #tokens = new Map<string, string>();

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
    const first = await this.#authorized(reference, url, init);
    // A place that was signed for reading need not answer whether it is there; that the registry names one is enough.
    if (init.method === 'HEAD' && init.follow === true && isRedirect(first)) return first;
    const response = init.follow === true ? await this.#followed(reference, { url, response: first }, init) : first;
    if (response.ok) return response;
    await response.body?.cancel();
    throw failure(reference, response.status);
  }

  /** Sends with the token or credentials at hand; a registry that wants another token is asked again with it. */
  async #authorized(reference: ImageReference, url: URL, init: Init): Promise<Response> {
    const writes = init.method !== undefined && init.method !== 'HEAD';
    const key = `${reference.registry}/${reference.repository} ${writes ? 'push' : 'pull'}`;
    const token = this.#tokens.get(key);
    const response = await this.#send(
      url,
      init,
      token === undefined ? this.#basic() : { authorization: `Bearer ${token}` },
    );
    const challenge = response.status === 401 ? readChallenge(response.headers.get('www-authenticate')) : undefined;
    if (challenge === undefined) return response;
    await response.body?.cancel();
    this.#tokens.delete(key);
    const fresh = await this.#fetchToken(reference, challenge, init.signal);
    if (fresh === undefined) throw failure(reference, 401);
    this.#tokens.set(key, fresh);
    return this.#send(url, init, { authorization: `Bearer ${fresh}` });
  }

  async #fetchToken(
    { registry }: ImageReference,
    challenge: TokenChallenge,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const url = tokenUrl(challenge, this.#isPlain(registry));
    if (url === undefined) return undefined;
    const response = await this.#send(url, withSignal(signal), this.#basic());
    const text = Buffer.from(await bytesOf(response, MAX_TOKEN)).toString();
    return response.ok ? readToken(text) : undefined;
  }

  async #followed(
    { registry }: ImageReference,
    first: { readonly url: URL; readonly response: Response },
    init: Init,
  ): Promise<Response> {
    let { url, response } = first;
    for (let hop = 0; hop < MAX_HOPS && isRedirect(response); hop += 1) {
      await response.body?.cancel();
      const next = new URL(response.headers.get('location') ?? '', url);
      if (next.protocol !== 'https:' && !this.#isPlain(registry))
        throw new RegistryError(
          'REFUSED',
          `Cannot follow the registry ${registry} to ${next.host}: it is not over TLS`,
        );
      url = next;
      response = await this.#send(url, init, {});
    }
    return response;
  }

  async #send(url: URL, init: Init, authorization: Readonly<Record<string, string>>): Promise<Response> {
    const { body, follow = false, headers, method, signal } = init;
    try {
      return await this.#options.fetch(url, {
        ...(method === undefined ? {} : { method }),
        ...withSignal(signal),
        headers: { ...headers, ...authorization },
        redirect: follow ? 'manual' : 'error',
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw unreachable(url, error);
    }
  }

  #basic(): Record<string, string> {
    const { credentials } = this.#options;
    if (credentials === undefined) return {};
    const text = `${credentials.username}:${credentials.password}`;
    return { authorization: `Basic ${Buffer.from(text).toString('base64')}` };
  }

  #isPlain(registry: string): boolean {
    const host = registry.replace(/:\d+$/, '');
    return host === '127.0.0.1' || host === 'localhost' || this.#options.insecure?.includes(registry) === true;
  }

  #base(registry: string): string {
    return `${this.#isPlain(registry) ? 'http' : 'https'}://${registry}`;
  }
}

function isRedirect({ status, headers }: Response): boolean {
  return status >= 301 && status <= 308 && URL.canParse(headers.get('location') ?? '', 'https://registry.invalid');
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
