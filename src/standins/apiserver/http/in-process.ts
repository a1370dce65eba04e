import type { Fetch } from '../../../core/index.ts';
import { ADMIN } from '../access/user.ts';
import { tooLarge } from '../status.ts';
import { MAX_BODY_BYTES } from './exchange.ts';
import type { ApiRequest, ApiResponse } from './exchange.ts';
import type { Handler } from './handler.ts';

/** The handler as `fetch`, without a socket. Acts as an administrator unless a header says otherwise. */
export function inProcessFetch(handler: Handler): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const gone = new AbortController();
    const signal = AbortSignal.any([request.signal, gone.signal]);
    const response = await handler(requestOf(request, signal));
    return toResponse(response, request.signal, () => gone.abort());
  };
}

function requestOf(request: Request, signal: AbortSignal): ApiRequest {
  let body: Promise<Buffer> | undefined;
  return {
    method: request.method,
    url: new URL(request.url),
    header: (name) => request.headers.get(name) ?? undefined,
    headerValues: (name) => request.headers.get(name)?.split(', ') ?? [],
    headerNames: () => [...request.headers.keys()],
    body: () => (body ??= readAll(request)),
    peer: request.headers.has('authorization') ? undefined : ADMIN,
    signal,
  };
}

async function readAll(request: Request): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? '0') > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES);
  const body = Buffer.from(await request.arrayBuffer());
  if (body.length > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES);
  return body;
}

function toResponse(response: ApiResponse, signal: AbortSignal, cancel: () => void): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) {
    for (const each of typeof value === 'string' ? [value] : value) headers.append(name, each);
  }
  const { status, body } = response;
  if (body === undefined || Buffer.isBuffer(body))
    return new Response((body ?? null) as Buffer<ArrayBuffer> | null, { status, headers });
  return new Response(streamOf(body, signal, cancel), { status, headers });
}

function streamOf(body: AsyncIterable<Buffer>, signal: AbortSignal, cancel: () => void): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream({
    start: (controller) => {
      const onAbort = (): void => controller.error(signal.reason);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    },
    pull: async (controller) => {
      const next: IteratorResult<Buffer, unknown> = await iterator.next();
      if (signal.aborted) return; // the stream has failed already
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel,
  });
}
