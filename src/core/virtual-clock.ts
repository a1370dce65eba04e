import type { Clock } from './clock.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that moves only when told to. Timers fire in the order they are due, ties in the order they were set. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(start: number = Date.UTC(2026, 0, 15, 9)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Disposable {
    const timer: Timer = { due: this.#now + Math.max(0, ms), order: this.#order++, run };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** Milliseconds until the next timer is due, `undefined` when none is set. */
  get nextDue(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.due - this.#now;
  }

  /** Moves time by `ms`, firing what becomes due. Does not wait for promises that the timers start. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (let timer = this.#next(); timer !== undefined && timer.due <= target; timer = this.#next()) {
      this.#timers.delete(timer);
      this.#now = timer.due;
      timer.run();
    }
    this.#now = target;
  }

  /**
   * Jumps from timer to timer until `reached` holds, leaving the event loop real time between jumps so that
   * sockets and child processes make progress.
   * @throws Error when `limitMs` of virtual time have passed first
   */
  async advanceUntil(reached: () => boolean | Promise<boolean>, limitMs: number): Promise<void> {
    const limit = this.#now + limitMs;
    while (!(await reached())) {
      if (this.#now >= limit) throw new Error(`Cannot reach the state: ${limitMs} ms of virtual time have passed`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      this.advance(Math.min(Math.max(this.nextDue ?? 10, 1), 1_000));
    }
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}
