import type { Fetch } from '../../src/core/index.ts';

/** A `Fetch` whose watches can be made to fail in every way that a network and a server know. */
export interface FaultyFetch {
  readonly fetch: Fetch;
  /** Breaks every open watch, in the middle of a line when there is one. */
  cut(): void;
  /** Ends every open watch as a server does that shuts down in order. */
  end(): void;
  /** Answers the next watch with 410 Gone. */
  expireNext(): void;
  /** Ends the next watch with an ERROR event 410. */
  expireNextInStream(): void;
  /** No request reaches the server while this holds. */
  down: boolean;
  /** Chunks of at most this many bytes, each waited for. @default as the server sends them */
  chunkBytes: number | undefined;
  readonly opened: { watches: number; lists: number };
}

interface OpenWatch {
  readonly body: ReadableStreamDefaultController<Uint8Array>;
  over: boolean;
}

const GONE = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', message: 'too old', code: 410 };

export function createFaultyFetch(inner: Fetch): FaultyFetch {
  const open = new Set<OpenWatch>();
  let expiry: 'status' | 'event' | undefined;
  const faulty: FaultyFetch = {
    async fetch(input, init) {
      if (faulty.down) throw new TypeError('fetch failed');
      const url = new URL(input instanceof Request ? input.url : input);
      const isWatch = url.searchParams.get('watch') === 'true';
      if (!isWatch && init?.method === 'GET') faulty.opened.lists++;
      if (!isWatch) return inner(input, init);
      faulty.opened.watches++;
      const gone = expiry;
      expiry = undefined;
      if (gone === 'status') return Response.json(GONE, { status: 410 });
      if (gone === 'event') return new Response(`${JSON.stringify({ type: 'ERROR', object: GONE })}\n`);
      const response = await inner(input, init);
      return response.body === null ? response : new Response(relay(response.body), { headers: response.headers });
    },
    cut() {
      for (const watch of open) {
        watch.body.enqueue(new TextEncoder().encode('{"type":"ADD'));
        finish(watch, () => watch.body.error(new TypeError('terminated')));
      }
    },
    end() {
      for (const watch of open) finish(watch, () => watch.body.close());
    },
    expireNext: () => void (expiry = 'status'),
    expireNextInStream: () => void (expiry = 'event'),
    down: false,
    chunkBytes: undefined,
    opened: { watches: 0, lists: 0 },
  };

  function finish(watch: OpenWatch, how: () => void): void {
    open.delete(watch);
    watch.over = true;
    how();
  }

  function relay(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = source.getReader();
    return new ReadableStream<Uint8Array>({
      start(body) {
        const watch: OpenWatch = { body, over: false };
        open.add(watch);
        void pump(reader, watch);
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, watch: OpenWatch): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (watch.over) return;
        if (done) {
          finish(watch, () => watch.body.close());
          return;
        }
        await passOn(watch, value);
      }
    } catch {
      open.delete(watch); // the client has left
    } finally {
      if (watch.over) await reader.cancel().catch(() => undefined);
    }
  }

  async function passOn(watch: OpenWatch, value: Uint8Array): Promise<void> {
    for (const chunk of chunksOf(value)) {
      if (faulty.chunkBytes !== undefined) await new Promise((resolve) => setImmediate(resolve));
      if (!watch.over) watch.body.enqueue(chunk);
    }
  }

  function chunksOf(value: Uint8Array): readonly Uint8Array[] {
    const size = faulty.chunkBytes ?? value.length;
    const chunks: Uint8Array[] = [];
    for (let from = 0; from < value.length; from += size) chunks.push(value.subarray(from, from + size));
    return chunks;
  }

  return faulty;
}
