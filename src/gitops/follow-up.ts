import type { Request } from '../controller/index.ts';
import type { Clock } from '../core/index.ts';
import type { RevisionReaders } from './readers.ts';

export interface FollowUpOptions {
  readonly clock: Clock;
  readonly enqueue: (request: Request) => void;
  /** Milliseconds between a push and the first. */
  readonly delay: number;
  /** Milliseconds between one and the next. */
  readonly gap: number;
}

interface Round {
  next: IterableIterator<Request>;
  left: number;
}

/**
 * Has Applications that a push does not change write down the new revision, one by one at a steady pace, so that a
 * push costs the same however many they are. A push in the midst of it lets those that are done begin anew at the end.
 */
export class FollowUp implements Disposable {
  readonly #options: FollowUpOptions;
  readonly #rounds = new Map<RevisionReaders, Round>();
  #timer: Disposable | undefined;

  constructor(options: FollowUpOptions) {
    this.#options = options;
  }

  /** All of them are to be looked at once from now on. */
  begin(readers: RevisionReaders): void {
    const known = this.#rounds.get(readers);
    if (known === undefined) this.#rounds.set(readers, { next: readers.requests(), left: readers.size });
    else known.left = readers.size;
    this.#timer ??= this.#options.clock.after(this.#options.delay, () => this.#step());
  }

  #step(): void {
    this.#timer = undefined;
    const [readers] = this.#rounds.keys();
    if (readers === undefined) return;
    const request = this.#next(readers);
    if (request !== undefined) this.#options.enqueue(request);
    if (this.#rounds.size > 0) this.#timer = this.#options.clock.after(this.#options.gap, () => this.#step());
  }

  #next(readers: RevisionReaders): Request | undefined {
    const round = this.#rounds.get(readers);
    if (round === undefined) return undefined;
    let found = round.next.next();
    if (found.done === true) {
      round.next = readers.requests();
      found = round.next.next();
    }
    if (found.done === true || --round.left <= 0) this.#rounds.delete(readers);
    return found.done === true ? undefined : found.value;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#rounds.clear();
  }
}
