import { sleep, systemClock } from '../../core/index.ts';
import type { Clock, Fetch, JsonValue } from '../../core/index.ts';
import { ApiError } from '../api-error.ts';
import { errorFromResponse, unreachable } from './status-body.ts';

export interface TransportOptions {
  /** The API server's URL; a path in it is kept in front of every request's. */
  readonly server: string;
  readonly fetch: Fetch;
  readonly userAgent: string;
  /** For the pause that an overloaded server asks for. @default the machine's clock */
  readonly clock?: Clock | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Members that are `undefined` are left out. */
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: JsonValue | undefined;
  /** @default 'application/json' */
  readonly contentType?: string | undefined;
  /** @default 'application/json' */
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_TRIES = 5;
const MAX_PAUSE_SECONDS = 30;

/** Requests in, JSON out; every failure is an {@link ApiError}, except that an aborted signal throws its reason. */
export class Transport {
  readonly server: string;
  readonly #fetch: Fetch;
  readonly #clock: Clock;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: TransportOptions) {
    this.server = options.server.replace(/\/+$/, '');
    this.#fetch = options.fetch;
    this.#clock = options.clock ?? systemClock;
    this.#headers = { 'user-agent': options.userAgent, ...options.headers };
  }

  /** @throws ApiError */
  async json(call: Call): Promise<JsonValue> {
    const response = await this.open(call);
    try {
      return (await response.json()) as JsonValue;
    } catch (error) {
      call.signal?.throwIfAborted();
      throw unreachable(this.server, error);
    }
  }

  /**
   * A successful response, its body unread. Waits and tries again while the server asks for it (429, or 5xx with
   * `Retry-After`): such a request was not carried out.
   * @throws ApiError
   */
  async open(call: Call): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const response = await this.#send(call);
      if (response.ok) return response;
      const asked = response.headers.has('retry-after') && (response.status === 429 || response.status >= 500);
      const error = await errorFromResponse(response).catch((cause: unknown) => unreachable(this.server, cause));
      if (!asked || tries >= MAX_TRIES) throw error;
      const seconds = Math.min(error.status.retryAfterSeconds ?? 1, MAX_PAUSE_SECONDS);
      await sleep(this.#clock, seconds * 1000, call.signal);
    }
  }

  async #send(call: Call): Promise<Response> {
    const headers: Record<string, string> = { ...this.#headers, accept: call.accept ?? 'application/json' };
    if (call.body !== undefined) headers['content-type'] = call.contentType ?? 'application/json';
    try {
      return await this.#fetch(this.#url(call), {
        method: call.method,
        headers,
        redirect: 'error', // a redirect would carry the credentials elsewhere
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
    } catch (error) {
      call.signal?.throwIfAborted();
      throw error instanceof ApiError ? error : unreachable(this.server, error);
    }
  }

  #url(call: Call): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(name, value);
    const text = query.toString();
    return `${this.server}${call.path}${text === '' ? '' : `?${text}`}`;
  }
}
