import { messageOf } from '../../../core/index.ts';
import type { Logger } from '../../../core/index.ts';

/** Runs the steps of one of the server's own loops one after the other; a step that fails is logged. */
export class Work {
  readonly #logger: Logger;
  #last: Promise<void> = Promise.resolve();

  constructor(name: string, logger: Logger) {
    this.#logger = logger.with({ loop: name });
  }

  add(step: () => Promise<void> | void): void {
    this.#last = this.#last.then(step).catch((error: unknown) => {
      this.#logger.warn('a step failed', { reason: messageOf(error) });
    });
  }

  /** Resolves when everything added so far is done. */
  get idle(): Promise<void> {
    return this.#last;
  }
}
