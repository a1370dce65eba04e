import type { Clock } from '../../core/index.ts';

const FREE_TRIES = 5;
const FIRST_LOCK_MS = 10_000;
const LONGEST_LOCK_MS = 5 * 60_000;
const FORGET_MS = 15 * 60_000;
/** Names that somebody is guessing at are remembered up to this number, the oldest forgotten first. */
const CAPACITY = 1_000;

interface Failures {
  count: number;
  lastAt: number;
}

/** Slows down guessing: after five wrong passwords a name is locked, longer with each further one. */
export class Attempts {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds for which `name` stays locked; 0 when a password may be tried. */
  lockedFor(name: string): number {
    const failures = this.#current(name);
    if (failures === undefined || failures.count < FREE_TRIES) return 0;
    const lock = Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** (failures.count - FREE_TRIES));
    return Math.max(0, failures.lastAt + lock - this.#clock.now());
  }

  failed(name: string): void {
    const count = (this.#current(name)?.count ?? 0) + 1;
    this.#failures.delete(name);
    this.#failures.set(name, { count, lastAt: this.#clock.now() });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > CAPACITY && oldest !== undefined) this.#failures.delete(oldest);
  }

  succeeded(name: string): void {
    this.#failures.delete(name);
  }

  #current(name: string): Failures | undefined {
    const failures = this.#failures.get(name);
    return failures !== undefined && failures.lastAt + FORGET_MS > this.#clock.now() ? failures : undefined;
  }
}
