import { backoff, messageOf } from '../core/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import { GitError } from '../git/index.ts';
import type { Mirror, Remote } from '../git/index.ts';
import { LEDGER_REF } from './layout.ts';
import type { Ledger } from './ledger.ts';

export interface AnchorOptions {
  /** Holds the ledger. */
  readonly mirror: Pick<Mirror, 'copyRef' | 'resolve'>;
  /** A repository that others keep. */
  readonly remote: Remote;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** @default 'refs/heads/evidence' */
  readonly ref?: string;
}

/** A ledger of which somebody else keeps a copy. */
export interface AnchoredLedger extends Ledger {
  /** Resolves when the other has what was recorded before the call. */
  settled(): Promise<void>;
}

const LONGEST_MS = 300_000;

/**
 * Copies the ledger to a repository elsewhere after each record, and at the start what is missing there. Nothing waits
 * for it: while the other is down it is tried again. A copy that is not the beginning of the ledger means that one of
 * them was rewritten; it is never overwritten, and logged as an error until somebody has looked.
 */
export function anchorLedger(ledger: Ledger, options: AnchorOptions): AnchoredLedger {
  const copy = new Copy(options);
  copy.want();
  return {
    records: (signal) => ledger.records(signal),
    async append(fact, signal) {
      const recorded = await ledger.append(fact, signal);
      copy.want();
      return recorded;
    },
    settled: () => copy.settled(),
  };
}

class Copy {
  readonly #options: AnchorOptions;
  #wanted = false;
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(options: AnchorOptions) {
    this.#options = options;
  }

  /** Several records that come together are copied together. */
  want(): void {
    this.#wanted = true;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    const { mirror, remote, ref = LEDGER_REF, signal } = this.#options;
    while (this.#wanted && !signal.aborted) {
      this.#wanted = false;
      try {
        if ((await mirror.resolve(ref, signal)) !== undefined) await mirror.copyRef(ref, remote, signal);
        this.#failures = 0;
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #failed(error: unknown): void {
    const { remote, clock, logger, signal } = this.#options;
    if (signal.aborted) return;
    const about = { mirror: new URL(remote.url).host, error: messageOf(error) };
    const rewritten = error instanceof GitError && error.code === 'REJECTED';
    if (rewritten) logger.error('the copy of the ledger is not its beginning: one of them was rewritten', about);
    else logger.warn('the ledger cannot be copied', about);
    const retry = clock.after(backoff(this.#failures++, { base: 1000, cap: LONGEST_MS }), () => this.want());
    signal.addEventListener('abort', () => retry[Symbol.dispose](), { once: true });
  }
}
