import { messageOf } from '../core/index.ts';
import type { BackoffOptions, Clock, Logger } from '../core/index.ts';
import { isApiError } from '../kube/index.ts';
import type { Reconciler, Request } from './contract.ts';
import { storeKey } from './object-store.ts';
import { TerminalError } from './terminal-error.ts';
import { createWorkQueue } from './work-queue.ts';
import type { WorkQueue } from './work-queue.ts';

export interface ControllerOptions {
  /** In every log line. */
  readonly name: string;
  readonly reconciler: Reconciler;
  /** Requests reconciled at the same time. @default 4 */
  readonly workers?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** After failures of one request. @default 5 ms doubling up to 60 s */
  readonly backoff?: BackoffOptions;
}

/** Timers of the platform overflow after 24 days; looking earlier does no harm. */
const LONGEST_MS = 86_400_000;

/** Takes requests from anywhere and has the reconciler work them off. */
export interface Controller extends AsyncDisposable {
  readonly name: string;
  enqueue(request: Request): void;
  /** Enqueues after `ms` milliseconds. */
  enqueueAfter(request: Request, ms: number): void;
  /** Resolves as soon as no request waits or is being reconciled; delayed ones do not count. */
  idle(): Promise<void>;
}

/** Starts the workers at once; they stop, the running ones told by their signal, when `signal` aborts or at disposal. */
export function startController(options: ControllerOptions & { readonly signal: AbortSignal }): Controller {
  const controller = new QueueController(options);
  controller.start(options.signal);
  return controller;
}

/** A controller that collects requests until it is started. */
export class QueueController implements Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #logger: Logger;
  readonly #queue: WorkQueue<Request>;
  readonly #stop = new AbortController();
  #workers: readonly Promise<void>[] = [];

  constructor(options: ControllerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#logger = options.logger.with({ controller: options.name });
    this.#queue = createWorkQueue<Request>({
      clock: options.clock,
      key: storeKey,
      backoff: { cap: 60_000, ...options.backoff },
    });
  }

  start(signal: AbortSignal): void {
    const stopped = AbortSignal.any([signal, this.#stop.signal]);
    if (stopped.aborted) this.#queue.shutDown();
    else stopped.addEventListener('abort', () => this.#queue.shutDown(), { once: true });
    const workers = this.#options.workers ?? 4;
    this.#workers = Array.from({ length: workers }, () => this.#work(stopped));
  }

  enqueue(request: Request): void {
    this.#queue.add(request);
  }

  enqueueAfter(request: Request, ms: number): void {
    this.#queue.addAfter(request, ms);
  }

  idle(): Promise<void> {
    return this.#queue.whenIdle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('The controller was disposed', 'AbortError'));
    await Promise.all(this.#workers);
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (;;) {
      const request = await this.#queue.take();
      if (request === undefined) return;
      if (!signal.aborted) await this.#reconcile(request, signal);
      this.#queue.done(request);
    }
  }

  async #reconcile(request: Request, signal: AbortSignal): Promise<void> {
    try {
      const result = await this.#options.reconciler.reconcile(request, signal);
      this.#queue.forget(request);
      if (result?.requeueAfter !== undefined) this.#queue.addAfter(request, Math.min(result.requeueAfter, LONGEST_MS));
    } catch (error) {
      if (!signal.aborted) this.#retry(request, error);
    }
  }

  #retry(request: Request, error: unknown): void {
    const failures = this.#queue.failures(request) + 1;
    const fields = { ...request, error: messageOf(error), failures };
    if (error instanceof TerminalError) {
      this.#queue.forget(request);
      this.#logger.error('Cannot reconcile, not trying again', fields);
      return;
    }
    this.#queue.addRateLimited(request);
    // Somebody else wrote first: part of normal life.
    if (isApiError(error, 'Conflict')) this.#logger.debug('Lost a race, trying again', fields);
    else this.#logger.warn('Cannot reconcile, trying again', fields);
  }
}
