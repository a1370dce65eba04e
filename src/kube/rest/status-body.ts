import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { ApiError } from '../api-error.ts';
import type { StatusCause, StatusFailure, StatusReason } from '../api-error.ts';
import { textChunks } from './text-chunks.ts';

const REASON_BY_CODE: ReadonlyMap<number, StatusReason> = new Map([
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [405, 'MethodNotAllowed'],
  [406, 'NotAcceptable'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [413, 'RequestEntityTooLarge'],
  [415, 'UnsupportedMediaType'],
  [422, 'Invalid'],
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
  [507, 'InsufficientStorage'],
]);

const REASONS: ReadonlySet<string> = new Set<StatusReason>([
  ...REASON_BY_CODE.values(),
  'AlreadyExists',
  'Expired',
  'ServerTimeout',
  'Unknown',
]);

const text = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const integer = (value: JsonValue | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

/**
 * A `metav1.Status` as an error.
 * @param httpCode stands in for a body without a code
 */
export function errorFromStatus(status: JsonObject, httpCode: number): ApiError {
  const details = isJsonObject(status['details']) ? status['details'] : {};
  const code = integer(status['code']) ?? httpCode;
  const reason = text(status['reason']);
  return new ApiError({
    httpCode: code,
    reason: isReason(reason) ? reason : (REASON_BY_CODE.get(code) ?? 'Unknown'),
    message: text(status['message']) ?? `The API server answered ${code}`,
    ...defined({
      group: text(details['group']),
      kind: text(details['kind']),
      objectName: text(details['name']),
      retryAfterSeconds: integer(details['retryAfterSeconds']),
    }),
    ...causesOf(details['causes']),
  });
}

function isReason(reason: string | undefined): reason is StatusReason {
  return reason !== undefined && REASONS.has(reason);
}

function causesOf(causes: JsonValue | undefined): Pick<StatusFailure, 'causes'> {
  if (!Array.isArray(causes)) return {};
  const parse = (cause: JsonObject): StatusCause =>
    defined({ reason: text(cause['reason']), message: text(cause['message']), field: text(cause['field']) });
  return { causes: causes.filter(isJsonObject).map(parse) };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}

const MAX_ERROR_BYTES = 1024 * 1024;

/** The error that a failed response tells of; one without a Status body is named by its HTTP code. */
export async function errorFromResponse(response: Response): Promise<ApiError> {
  const body = await readCapped(response, MAX_ERROR_BYTES);
  const status = parseObject(body);
  const retryAfter = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  const details = isJsonObject(status['details']) ? status['details'] : {};
  const withRetry = Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter, ...details } : details;
  const message = status['message'] ?? plainMessage(body, response.status);
  return errorFromStatus({ ...status, message, details: withRetry }, response.status);
}

function plainMessage(body: string, code: number): string {
  const line = body.startsWith('{') ? '' : (body.trim().split('\n')[0] ?? '').slice(0, 200);
  return line === '' ? `The API server answered ${code}` : `The API server answered ${code}: ${line}`;
}

function parseObject(body: string): JsonObject {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : {};
  } catch {
    return {}; // not JSON: a proxy's page; the caller goes by the HTTP code
  }
}

async function readCapped(response: Response, limit: number): Promise<string> {
  let body = '';
  for await (const chunk of textChunks(response)) {
    body += chunk;
    if (body.length > limit) break;
  }
  return body;
}

/** The server could not be reached, or the connection broke. */
export function unreachable(server: string, cause: unknown): ApiError {
  const message = `Cannot reach the API server at ${server}`;
  return new ApiError({ httpCode: 503, reason: 'ServiceUnavailable', message }, cause);
}
