import { isJsonObject } from '../../core/index.ts';
import { ApiError } from '../api-error.ts';
import type { WatchEvent, WatchEventType } from '../client.ts';
import type { KubeObject } from '../object.ts';
import { errorFromStatus, unreachable } from './status-body.ts';
import { textChunks } from './text-chunks.ts';

const MAX_LINE_CHARACTERS = 32 * 1024 * 1024;
const TYPES: ReadonlySet<string> = new Set<WatchEventType>(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

export interface WatchStreamOptions {
  /** Named in errors. */
  readonly server: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The events of a watch response, each as soon as its line is complete. Ends when the server ends the stream or the
 * signal aborts.
 * @throws ApiError `Expired` for an ERROR event 410, another reason for another ERROR event, `ServiceUnavailable` when
 *   the connection breaks
 */
export async function* watchEvents(response: Response, options: WatchStreamOptions): AsyncGenerator<WatchEvent> {
  try {
    for await (const line of lines(response, options.signal)) yield parseEvent(line);
  } catch (error) {
    if (options.signal?.aborted === true) return;
    throw error instanceof ApiError ? error : unreachable(options.server, error);
  }
}

async function* lines(response: Response, signal: AbortSignal | undefined): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of textChunks(response, signal)) {
    const parts = chunk.split('\n');
    parts[0] = rest + (parts[0] ?? '');
    rest = parts.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) throw tooLong();
    for (const part of parts) if (part !== '') yield part;
  }
  if (rest.trim() !== '' && signal?.aborted !== true) throw cutShort();
}

function parseEvent(line: string): WatchEvent {
  const event: unknown = parse(line);
  if (!isJsonObject(event) || !isJsonObject(event['object'])) throw malformed();
  const { type, object } = event;
  if (type === 'ERROR') throw watchError(object);
  if (typeof type !== 'string' || !TYPES.has(type)) throw malformed();
  return { type: type as WatchEventType, object: object as unknown as KubeObject };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw malformed(error);
  }
}

function watchError(status: Parameters<typeof errorFromStatus>[0]): ApiError {
  const error = errorFromStatus(status, 500);
  if (error.status.httpCode !== 410 || error.reason === 'Expired') return error;
  return new ApiError({ ...error.status, reason: 'Expired' });
}

const malformed = (cause?: unknown): ApiError =>
  new ApiError({ httpCode: 500, reason: 'InternalError', message: 'Cannot read a watch event: malformed' }, cause);

const tooLong = (): ApiError =>
  new ApiError({
    httpCode: 500,
    reason: 'InternalError',
    message: `Cannot read a watch event: over ${MAX_LINE_CHARACTERS} characters`,
  });

const cutShort = (): ApiError =>
  new ApiError({
    httpCode: 503,
    reason: 'ServiceUnavailable',
    message: 'Cannot read a watch event: the stream ended within it',
  });
