import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import { sleep } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import { BusyError } from './errors.ts';
import type { HubReader } from './hub/hub-reader.ts';

const HEARTBEAT_MS = 15_000;
const MOST_STREAMS = 200;

export interface LiveEventsOptions {
  readonly reader: HubReader;
  readonly clock: Clock;
  /** Aborts when the server stops. */
  readonly signal: AbortSignal;
}

export interface Subscription {
  /** What the subscriber sees now, as JSON; sent whenever it has become different. */
  readonly snapshot: () => string;
  /** Milliseconds since the epoch at which the stream ends, so that the browser comes back with a renewed session. */
  readonly until?: number;
}

/**
 * Server-sent events. `overview` brings the whole overview whenever it has changed, `application` names an Application
 * that has changed, `heartbeat` comes every 15 s. A slow reader gets the newest state, never a backlog.
 */
export class LiveEvents {
  readonly #options: LiveEventsOptions;
  #open = 0;

  constructor(options: LiveEventsOptions) {
    this.#options = options;
  }

  /** @throws BusyError when too many streams are open */
  stream(context: Context, subscription: Subscription): Response {
    if (this.#open >= MOST_STREAMS) throw new BusyError('Cannot open another live stream: too many are open');
    context.header('cache-control', 'no-store');
    context.header('x-accel-buffering', 'no');
    this.#open++;
    return streamSSE(context, async (stream) => {
      try {
        await this.#run(stream, subscription);
      } finally {
        this.#open--;
      }
    });
  }

  async #run(stream: SSEStreamingApi, { snapshot, until }: Subscription): Promise<void> {
    const { reader, clock, signal } = this.#options;
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const over = AbortSignal.any([signal, gone.signal]);
    const applications = new Set<string>();
    let wake = Promise.withResolvers<undefined>();
    using _listening = reader.onChange((changed) => {
      for (const name of changed) applications.add(name);
      wake.resolve(undefined);
    });
    let sent = '';
    await stream.writeSSE({ event: 'heartbeat', data: '{}', retry: 1_000 });
    while (!over.aborted && (until === undefined || clock.now() < until)) {
      const changed = [...applications];
      applications.clear();
      wake = Promise.withResolvers<undefined>();
      const current = snapshot();
      if (current !== sent) await stream.writeSSE({ event: 'overview', data: current });
      sent = current;
      for (const name of changed) await stream.writeSSE({ event: 'application', data: JSON.stringify({ name }) });
      if (applications.size > 0) continue;
      if (await this.#isQuiet(wake.promise, over)) await stream.writeSSE({ event: 'heartbeat', data: '{}' });
    }
  }

  /** Waits for a change, at most until the next heartbeat is due. */
  async #isQuiet(change: Promise<undefined>, over: AbortSignal): Promise<boolean> {
    const stop = new AbortController();
    const pause = sleep(this.#options.clock, HEARTBEAT_MS, AbortSignal.any([over, stop.signal])).then(
      () => true,
      () => false,
    );
    const quiet = await Promise.race([pause, change.then(() => false)]);
    stop.abort();
    return quiet;
  }
}
