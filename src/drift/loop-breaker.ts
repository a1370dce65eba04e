export interface LoopLimits {
  /** Heals of one field within `window` that make it a loop. */
  readonly heals: number;
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds for which a field of a loop is left alone at first; doubles each time it goes on. */
  readonly hold: number;
  readonly longestHold: number;
  /** Milliseconds without drift after which a loop counts as over. */
  readonly calm: number;
}

export const LOOP_LIMITS: LoopLimits = {
  heals: 5,
  window: 60_000,
  hold: 60_000,
  longestHold: 3_600_000,
  calm: 120_000,
};

interface Field {
  heals: number[];
  /** 0 until the breaker trips. */
  hold: number;
  /** No heal before. */
  until: number;
  /** When it last drifted or was put right. */
  last: number;
}

/** Counts how often each field is put right, and says when that is a fight. Times are milliseconds since the epoch. */
export class LoopBreaker {
  readonly #limits: LoopLimits;
  readonly #fields = new Map<string, Field>();

  constructor(limits: LoopLimits = LOOP_LIMITS) {
    this.#limits = limits;
  }

  /** A field has drifted (again). */
  found(key: string, now: number): void {
    const field = this.#fields.get(key);
    if (field === undefined) return;
    field.last = now;
    if (field.hold === 0 || now < field.until) return;
    field.hold = Math.min(field.hold * 2, this.#limits.longestHold);
    field.until = now + field.hold;
  }

  /** A field was put right. @returns whether that trips the breaker */
  healed(key: string, now: number): boolean {
    const field = this.#fields.get(key) ?? { heals: [], hold: 0, until: 0, last: now };
    this.#fields.set(key, field);
    field.last = now;
    if (field.hold > 0) return false;
    field.heals = [...field.heals, now].filter((at) => now - at < this.#limits.window);
    if (field.heals.length < this.#limits.heals) return false;
    field.hold = this.#limits.hold;
    field.until = now + field.hold;
    return true;
  }

  isTripped(key: string): boolean {
    return (this.#fields.get(key)?.hold ?? 0) > 0;
  }

  /** Milliseconds for which the field is to be left alone. */
  wait(key: string, now: number): number {
    return Math.max(0, (this.#fields.get(key)?.until ?? 0) - now);
  }

  /** Forgets what has been calm for long enough, and is not `open`. @returns keys whose loop is over */
  sweep(now: number, isOpen: (key: string) => boolean): readonly string[] {
    const over: string[] = [];
    for (const [key, { last, until, hold }] of this.#fields) {
      if (now - last < this.#limits.calm || now < until || isOpen(key)) continue;
      this.#fields.delete(key);
      if (hold > 0) over.push(key);
    }
    return over;
  }
}
