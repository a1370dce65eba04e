/**
 * The body of a response as text, chunk by chunk as it arrives; characters cut between chunks are put together.
 * Ends early when `signal` aborts, also where the transport does not watch it; leaving the loop cancels the body.
 */
export async function* textChunks(response: Response, signal?: AbortSignal): AsyncGenerator<string> {
  const body = response.body as ReadableStream<Uint8Array> | null;
  if (body === null) return;
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => undefined); // already broken: nothing to stop
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted === true) cancel();
  const decoder = new TextDecoder();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      yield decoder.decode(read.value, { stream: true });
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}
