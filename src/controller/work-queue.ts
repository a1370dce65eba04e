import { backoff } from '../core/index.ts';
import type { BackoffOptions, Clock } from '../core/index.ts';

export interface WorkQueueOptions<K> {
  readonly clock: Clock;
  /** Items with equal text are the same item. @default String */
  readonly key?: (item: K) => string;
  /** Of {@link WorkQueue.addRateLimited}. @default 5 ms doubling up to 1000 s */
  readonly backoff?: BackoffOptions;
}

/**
 * The work queue of client-go: an item waits at most once, is never with two workers at a time, and comes back when it
 * was added while a worker had it.
 */
export interface WorkQueue<K> {
  add(item: K): void;
  /** Adds the item after `ms` milliseconds; of two delays the one that ends first counts. */
  addAfter(item: K, ms: number): void;
  /** Adds the item after a delay that grows with each call, until {@link forget}. */
  addRateLimited(item: K): void;
  /** Starts the delays of the item from the beginning. */
  forget(item: K): void;
  /** How often the item was added rate-limited since it was last forgotten. */
  failures(item: K): number;
  /** Waits for an item; `undefined` once the queue is shut down and empty. Every item taken must be given to {@link done}. */
  take(): Promise<K | undefined>;
  done(item: K): void;
  /** Items that wait for a worker now, delayed ones not counted. */
  readonly size: number;
  /** Resolves as soon as nothing waits (delays apart) and no worker has an item. */
  whenIdle(): Promise<void>;
  /** Takes no new items and drops delayed ones; what waits is still handed out. */
  shutDown(): void;
  /** Shuts down, and resolves when everything that waited is done. */
  drain(): Promise<void>;
}

export function createWorkQueue<K>(options: WorkQueueOptions<K>): WorkQueue<K> {
  return new DirtySetQueue(options);
}

interface Delayed {
  readonly due: number;
  readonly timer: Disposable;
}

class DirtySetQueue<K> implements WorkQueue<K> {
  readonly #clock: Clock;
  readonly #key: (item: K) => string;
  readonly #backoff: BackoffOptions;
  /** The latest item of each key that is dirty or processing. */
  readonly #items = new Map<string, K>();
  /** Waiting, in order: a Set is a queue that keeps each key once. */
  readonly #waiting = new Set<string>();
  readonly #dirty = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #takers: ((item: K | undefined) => void)[] = [];
  readonly #idlers: (() => void)[] = [];
  #shuttingDown = false;

  constructor(options: WorkQueueOptions<K>) {
    this.#clock = options.clock;
    this.#key = options.key ?? String;
    this.#backoff = { base: 5, cap: 1_000_000, ...options.backoff };
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(item: K): void {
    if (this.#shuttingDown) return;
    const key = this.#key(item);
    this.#items.set(key, item);
    if (this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (!this.#processing.has(key)) this.#enqueue(key);
  }

  addAfter(item: K, ms: number): void {
    if (this.#shuttingDown) return;
    if (ms <= 0) {
      this.add(item);
      return;
    }
    const key = this.#key(item);
    const due = this.#clock.now() + ms;
    const earlier = this.#delayed.get(key);
    if (earlier !== undefined && earlier.due <= due) return;
    earlier?.timer[Symbol.dispose]();
    const timer = this.#clock.after(ms, () => {
      this.#delayed.delete(key);
      this.add(item);
    });
    this.#delayed.set(key, { due, timer });
  }

  addRateLimited(item: K): void {
    const failures = this.failures(item);
    this.#failures.set(this.#key(item), failures + 1);
    this.addAfter(item, backoff(failures, this.#backoff));
  }

  forget(item: K): void {
    this.#failures.delete(this.#key(item));
  }

  failures(item: K): number {
    return this.#failures.get(this.#key(item)) ?? 0;
  }

  take(): Promise<K | undefined> {
    const item = this.#next();
    if (item !== undefined || this.#shuttingDown) return Promise.resolve(item);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  done(item: K): void {
    const key = this.#key(item);
    if (!this.#processing.delete(key)) return;
    if (this.#dirty.has(key)) this.#enqueue(key);
    else this.#items.delete(key);
    this.#tellIdlers();
  }

  whenIdle(): Promise<void> {
    if (this.#idle) return Promise.resolve();
    return new Promise((resolve) => this.#idlers.push(resolve));
  }

  shutDown(): void {
    this.#shuttingDown = true;
    for (const { timer } of this.#delayed.values()) timer[Symbol.dispose]();
    this.#delayed.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  drain(): Promise<void> {
    this.shutDown();
    return this.whenIdle();
  }

  get #idle(): boolean {
    return this.#waiting.size === 0 && this.#processing.size === 0;
  }

  #enqueue(key: string): void {
    this.#waiting.add(key);
    const taker = this.#takers.shift();
    if (taker !== undefined) taker(this.#next());
  }

  #next(): K | undefined {
    const [key] = this.#waiting;
    if (key === undefined) return undefined;
    this.#waiting.delete(key);
    this.#dirty.delete(key);
    this.#processing.add(key);
    return this.#items.get(key);
  }

  #tellIdlers(): void {
    if (!this.#idle) return;
    for (const idler of this.#idlers.splice(0)) idler();
  }
}
