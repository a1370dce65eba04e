import { z } from 'zod';
import { backoff, messageOf, sleep, systemClock } from '../core/index.ts';
import type { Clock, Fetch } from '../core/index.ts';
import { ForgeError, codeOfStatus } from './errors.ts';

export interface GitlabOptions {
  readonly baseUrl: string;
  /** `group/name`. */
  readonly project: string;
  readonly fetch: Fetch;
  /** A personal or project access token. */
  readonly token?: string;
  /** An OAuth access token of the acting person. */
  readonly bearer?: string;
  /** Waits between attempts. @default the machine's clock */
  readonly clock?: Clock;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Below the project. */
  readonly path: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

const PAGE = 100;
const MAX_PAGES = 100;
const TRIES = 4;
const TIME_LIMIT = 30_000;
const MAX_WAIT = 30_000;
const MAX_ANSWER = 32 * 1024 * 1024;
/** May be sent twice without doing something twice. */
const REPEATABLE = new Set(['GET', 'PUT']);

/**
 * REST v4 below one project. What may be repeated is tried a few times while the forge is unavailable, and everything is
 * when the forge asks to come back later.
 */
export class GitlabHttp {
  readonly #options: GitlabOptions;

  constructor(options: GitlabOptions) {
    this.#options = options;
  }

  async call<T>(call: Call, schema: z.ZodType<T>): Promise<T> {
    const url = this.#url(`/projects/${encodeURIComponent(this.#options.project)}${call.path}`);
    return parse(await read(await this.#request(url, call)), schema);
  }

  /** The name of the acting user. */
  async username(signal?: AbortSignal): Promise<string> {
    const response = await this.#request(this.#url('/user'), { path: '/user', signal });
    return parse(await read(response), z.object({ username: z.string() })).username;
  }

  /** Every page of a list. @throws ForgeError `INVALID` when it has more pages than anybody should need */
  async all<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<readonly T[]> {
    const items: T[] = [];
    for (let page = '1', count = 0; page !== ''; count++) {
      if (count >= MAX_PAGES)
        throw new ForgeError('INVALID', `Cannot list ${path}: it has more than ${PAGE * MAX_PAGES} entries`);
      const separator = path.includes('?') ? '&' : '?';
      const below = `${path}${separator}per_page=${PAGE}&page=${page}`;
      const url = this.#url(`/projects/${encodeURIComponent(this.#options.project)}${below}`);
      const response = await this.#request(url, { path, signal });
      items.push(...parse(await read(response), z.array(schema)));
      page = response.headers.get('x-next-page') ?? '';
      if (!/^\d*$/.test(page)) throw new ForgeError('INVALID', 'Cannot read the answer of the forge: bad x-next-page');
    }
    return items;
  }

  #url(path: string): string {
    return `${this.#options.baseUrl.replace(/\/$/, '')}/api/v4${path}`;
  }

  async #request(url: string, call: Call): Promise<Response> {
    const { clock = systemClock } = this.#options;
    for (let tries = 1; ; tries++) {
      const result = await this.#once(url, call).catch(asForgeError);
      if (!(result instanceof ForgeError)) return result;
      const mayRepeat = REPEATABLE.has(call.method ?? 'GET') || result.details['status'] === 429;
      if (!result.retryable || !mayRepeat || tries >= TRIES) throw result;
      const asked = Number(result.details['retryAfter'] ?? 0) * 1000;
      if (asked > MAX_WAIT) throw result;
      await sleep(clock, Math.max(asked, backoff(tries, { base: 100 })), call.signal);
    }
  }

  async #once(url: string, { method = 'GET', path, body, signal }: Call): Promise<Response> {
    const { baseUrl, fetch, token, bearer } = this.#options;
    const limit = AbortSignal.timeout(TIME_LIMIT);
    const init: RequestInit = {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { 'private-token': token }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      redirect: 'manual', // Elsewhere, the token is nobody's business.
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await fetch(url, init).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw new ForgeError('UNAVAILABLE', `Cannot reach the forge at ${baseUrl}: ${messageOf(cause)}`, { cause });
    });
    if (response.ok) return response;
    throw await failure(response, `${method} ${path.split('?')[0] ?? path}`);
  }
}

function asForgeError(error: unknown): ForgeError {
  if (error instanceof ForgeError) return error;
  throw error;
}

async function failure(response: Response, what: string): Promise<ForgeError> {
  const body = await read(response).catch(() => undefined);
  const { message, error } = z.object({ message: z.unknown(), error: z.unknown() }).partial().catch({}).parse(body);
  const reason = message ?? error ?? response.status;
  const text = typeof reason === 'string' ? reason : JSON.stringify(reason);
  const retryAfter = Number(response.headers.get('retry-after') ?? 0) || 0;
  return new ForgeError(codeOfStatus(response.status), `The forge refused ${what}: ${text.slice(0, 500)}`, {
    details: { status: response.status, retryAfter },
  });
}

/** The JSON of an answer. @throws ForgeError `UNAVAILABLE` when it is cut off or none, `INVALID` when it is too large */
async function read(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > MAX_ANSWER) throw new ForgeError('INVALID', `The forge answered with over ${MAX_ANSWER} bytes`);
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    if (cause instanceof ForgeError) throw cause;
    throw new ForgeError('UNAVAILABLE', 'Cannot read the answer of the forge: it is cut off, or not JSON', { cause });
  }
}

function parse<T>(value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new ForgeError('INVALID', `Cannot read the answer of the forge: ${where} is not as expected`, {
    cause: parsed.error,
  });
}
