import { z } from 'zod';
import { backoff, messageOf, sleep, systemClock } from '../core/index.ts';
import type { Clock, Fetch } from '../core/index.ts';
import { ForgeError, codeOfStatus } from './errors.ts';
import type { ForgeErrorCode } from './errors.ts';
import { readBounded } from './read-bounded.ts';
import { nextPageOf } from './next-page.ts';
import { waitOf } from './rate-limit.ts';

/** How one forge is spoken to. */
export interface RestDialect {
  /** Where the API begins. */
  readonly apiUrl: string;
  /** Put before the path of every call that does not ask for the root. */
  readonly scope: string;
  /** With the credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Never repeated in an error. */
  readonly secrets: readonly (string | undefined)[];
  /** What a refusal means where its status alone does not tell. */
  readonly codeOf?: (status: number, reason: string) => ForgeErrorCode | undefined;
}

export interface RestPorts {
  readonly fetch: Fetch;
  /** Waits between attempts. @default the machine's clock */
  readonly clock?: Clock;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  /** @default 'scope' */
  readonly below?: 'scope' | 'root';
  readonly body?: object;
  /** May be sent twice without doing something twice. @default for all but POST */
  readonly repeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface List<T> {
  readonly path: string;
  /** Of one page. */
  readonly schema: z.ZodType<readonly T[]>;
  /** The list is sorted so that everything after such an item is of no interest either. */
  readonly isPast?: (item: T) => boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Answer {
  readonly value: unknown;
  readonly headers: Headers;
}

const PAGE = 100;
const MAX_PAGES = 100;
const TRIES = 4;
const TIME_LIMIT = 30_000;
const MAX_WAIT = 30_000;
const MAX_ANSWER = 32 * 1024 * 1024;
const MAX_REFUSAL = 64 * 1024;

/**
 * JSON over HTTP with bounds. What may be repeated is tried a few times while the forge is unavailable, and everything is
 * when the forge asks to come back later. Credentials go to the API's own address only.
 */
export class RestClient {
  readonly clock: Clock;
  readonly #dialect: RestDialect;
  readonly #fetch: Fetch;

  /** @throws ForgeError `INVALID` for an address that is none, or holds credentials */
  constructor(dialect: RestDialect, { fetch, clock = systemClock }: RestPorts) {
    const url = URL.parse(dialect.apiUrl);
    if (url === null || url.username !== '' || url.password !== '')
      throw new ForgeError('INVALID', 'Cannot use the forge: give a web address, and credentials apart from it');
    this.#dialect = dialect;
    this.#fetch = fetch;
    this.clock = clock;
  }

  async call<T>(call: Call, schema: z.ZodType<T>): Promise<T> {
    return parse((await this.#request(call)).value, schema);
  }

  /** Every page of a list. @throws ForgeError `INVALID` when it has more pages than anybody should need */
  async all<T>({ path, schema, isPast = () => false, signal }: List<T>): Promise<readonly T[]> {
    const [place = '', filter = ''] = path.split('?');
    const items: T[] = [];
    let query: URLSearchParams | undefined = new URLSearchParams(filter);
    query.set('per_page', String(PAGE));
    for (let count = 0; query !== undefined; count++) {
      if (count >= MAX_PAGES)
        throw new ForgeError('INVALID', `Cannot list ${place}: it has more than ${PAGE * MAX_PAGES} entries`);
      const { value, headers }: Answer = await this.#request({ path: `${place}?${query.toString()}`, signal });
      const page = parse(value, schema);
      const end = page.findIndex(isPast);
      items.push(...(end < 0 ? page : page.slice(0, end)));
      query = end < 0 ? nextPageOf(headers, query) : undefined;
    }
    return items;
  }

  async #request(call: Call): Promise<Answer> {
    const { repeatable = call.method !== 'POST', signal } = call;
    for (let tries = 1; ; tries++) {
      const result = await this.#once(call).catch(asForgeError);
      if (!(result instanceof ForgeError)) return result;
      const mayRepeat = repeatable || result.isRateLimit;
      if (!result.retryable || !mayRepeat || tries >= TRIES) throw result;
      const asked = Number(result.details['retryAfter'] ?? 0) * 1000;
      if (asked > MAX_WAIT) throw result;
      await sleep(this.clock, Math.max(asked, backoff(tries, { base: 100 })), signal);
    }
  }

  async #once(call: Call): Promise<Answer> {
    const { method = 'GET', path, below = 'scope', body, signal } = call;
    const { apiUrl, scope, headers } = this.#dialect;
    const limit = AbortSignal.timeout(TIME_LIMIT);
    const init: RequestInit = {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      redirect: 'manual', // Elsewhere, the token is nobody's business.
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const url = `${apiUrl}${below === 'scope' ? scope : ''}${path}`;
    try {
      const response = await this.#fetch(url, init);
      if (!response.ok) throw await this.#refusal(response, `${method} ${path.split('?')[0] ?? path}`);
      return { value: await readBounded(response, MAX_ANSWER), headers: response.headers };
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof ForgeError) throw cause;
      const reason = this.#redact(messageOf(cause));
      const isClean = reason === messageOf(cause);
      throw new ForgeError('UNAVAILABLE', `Cannot reach the forge at ${apiUrl}: ${reason}`, isClean ? { cause } : {});
    }
  }

  async #refusal(response: Response, what: string): Promise<ForgeError> {
    const { status, headers } = response;
    const body = await readBounded(response, MAX_REFUSAL).catch(() => undefined);
    const reason = this.#redact(reasonOf(body) ?? `status ${status}`);
    const text = `The forge refused ${what}: ${reason.slice(0, 500)}`;
    const { isLimit, seconds } = waitOf({ status, headers, reason, now: this.clock.now() });
    const code = isLimit ? 'UNAVAILABLE' : (this.#dialect.codeOf?.(status, reason) ?? codeOfStatus(status));
    return new ForgeError(code, text, { details: { status, retryAfter: seconds, rateLimit: isLimit } });
  }

  #redact(text: string): string {
    return this.#dialect.secrets.reduce<string>(
      (rest, secret) => (secret === undefined || secret === '' ? rest : rest.replaceAll(secret, '***')),
      text,
    );
  }
}

function asForgeError(error: unknown): ForgeError {
  if (error instanceof ForgeError) return error;
  throw error;
}

const refusalSchema = z
  .object({ message: z.unknown(), error: z.unknown(), error_description: z.unknown(), errors: z.unknown() })
  .partial();

/** What the body of a refusal says: GitLab has `message` or `error`, GitHub has `message` and `errors`. */
function reasonOf(body: unknown): string | undefined {
  const { message, error, error_description: description, errors } = refusalSchema.catch({}).parse(body);
  const parts = [message ?? error, description, errors].filter((part) => part !== undefined && part !== null);
  if (parts.length === 0) return undefined;
  return parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(': ');
}

function parse<T>(value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new ForgeError('INVALID', `Cannot read the answer of the forge: ${where} is not as expected`, {
    cause: parsed.error,
  });
}
