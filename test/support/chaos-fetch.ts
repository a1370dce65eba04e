import type { Fetch } from '../../src/core/index.ts';

/** What one life of the engine does to a cluster: every call passes here, so here it can fail, and end. */
interface ChaosOptions {
  readonly inner: Fetch;
  readonly random: () => number;
  /** How likely a call fails while faults are on, from 0 to 1. */
  readonly rate: () => number;
  /** Told of each write before it reaches the cluster, trials apart. */
  readonly onWrite: (write: ChaosWrite) => Promise<void>;
  /** Told of each write that the cluster has answered with success, trials apart. */
  readonly onWritten: (write: ChaosWrite, response: Response) => Promise<void>;
}

export interface ChaosWrite {
  readonly method: string;
  readonly path: string;
}

const FAILURES: readonly (readonly [number, string])[] = [
  [409, 'Conflict'],
  [410, 'Expired'],
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
  [507, 'InsufficientStorage'],
];

/** Calls of one life: they fail at random, and all of them once the process is dead. */
export class ChaosFetch {
  readonly #options: ChaosOptions;
  readonly #watches = new Set<ReadableStreamDefaultController<Uint8Array>>();
  /** Calls that this life has left; the last may reach the cluster without its answer being read. */
  callsLeft = Number.POSITIVE_INFINITY;

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  get isDead(): boolean {
    return this.callsLeft <= 0;
  }

  readonly fetch: Fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    this.callsLeft--;
    if (this.callsLeft < 0) throw new TypeError('the process has been killed');
    const { random, rate } = this.#options;
    const isHit = random() < rate();
    const kind = random();
    if (isHit && kind < 0.6) return failure(random);
    if (isHit && kind < 0.8) throw new TypeError('fetch failed');
    const response = await this.#observed(url, input, init);
    if (this.isDead) throw new TypeError('the process has been killed');
    // The write was done, and nobody is told.
    if (isHit) throw new TypeError('timeout');
    return url.searchParams.get('watch') === 'true' ? this.#relayed(response) : response;
  };

  async #observed(url: URL, input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    const { inner, onWrite, onWritten } = this.#options;
    const method = init?.method ?? 'GET';
    if (method === 'GET' || url.searchParams.has('dryRun')) return inner(input, init);
    const write = { method, path: url.pathname };
    await onWrite(write);
    const response = await inner(input, init);
    if (response.ok) await onWritten(write, response);
    return response;
  }

  /** Breaks every open watch, in the middle of a line. */
  cut(): void {
    for (const body of this.#watches) {
      body.enqueue(new TextEncoder().encode('{"type":"ADD'));
      body.error(new TypeError('terminated'));
    }
    this.#watches.clear();
  }

  #relayed(response: Response): Response {
    if (response.body === null || !response.ok) return response;
    const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
    const watches = this.#watches;
    let own: ReadableStreamDefaultController<Uint8Array> | undefined;
    const end = (how: () => void): void => {
      if (own === undefined || !watches.delete(own)) void reader.cancel().catch(() => undefined);
      else how();
    };
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        own = controller;
        watches.add(controller);
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done || !watches.has(controller)) end(() => controller.close());
          else controller.enqueue(value);
        } catch (error) {
          end(() => controller.error(error));
        }
      },
      async cancel(reason) {
        if (own !== undefined) watches.delete(own);
        await reader.cancel(reason);
      },
    });
    return new Response(body, { status: response.status, headers: response.headers });
  }
}

function failure(random: () => number): Response {
  const [code, reason] = FAILURES[Math.floor(random() * FAILURES.length)] ?? [500, 'InternalError'];
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message: `injected ${reason}`, code };
  return Response.json(status, { status: code, headers: code === 429 ? { 'retry-after': '1' } : {} });
}
