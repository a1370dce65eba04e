import { messageOf } from '../core/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import { computeCoverage } from './coverage.ts';
import type { Coverage, CoverageOptions } from './coverage.ts';
import type { Ledger } from './ledger.ts';
import type { RunningPod } from './running-pod.ts';

export interface CoverageWatchOptions extends CoverageOptions {
  /** What runs in every cluster. A cluster that cannot be asked rejects. */
  readonly pods: (signal: AbortSignal) => Promise<readonly RunningPod[]>;
  readonly ledger: Pick<Ledger, 'records'>;
  /** Told when something has run for two looks without a record, and when that is over. */
  readonly onChange: (coverage: Coverage) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Between looks. @default 60 */
  readonly everySeconds?: number;
}

/**
 * Looks again and again whether the ledger accounts for all that runs. A deployment has its record only once it has
 * become healthy, so a gap counts from the second look on. The ledger is read only when something else runs than at the
 * last look, or something had no record.
 */
export function watchCoverage(options: CoverageWatchOptions): AsyncDisposable {
  const watch = new CoverageWatch(options);
  watch.start();
  return watch;
}

class CoverageWatch implements AsyncDisposable {
  readonly #options: CoverageWatchOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #timer: Disposable | undefined;
  #looking: Promise<void> | undefined;
  /** What ran at the last look, if all of it was covered. */
  #covered = '';
  /** Gaps of the last look. */
  #gaps: ReadonlySet<string> = new Set();
  /** What {@link CoverageWatchOptions.onChange} was told last. */
  #told = '';

  constructor(options: CoverageWatchOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  start(): void {
    const { clock, everySeconds = 60 } = this.#options;
    this.#timer = clock.after(everySeconds * 1000, () => {
      this.#looking = this.#look().finally(() => {
        if (!this.#signal.aborted) this.start();
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#timer?.[Symbol.dispose]();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { pods, ledger, onChange, logger, exempt = [] } = this.#options;
    try {
      const running = await pods(this.#signal);
      const what = summaryOf(running);
      if (what === this.#covered) return;
      const coverage = computeCoverage(running, await ledger.records(this.#signal), { exempt });
      this.#covered = coverage.gaps.length === 0 ? what : '';
      const before = this.#gaps;
      this.#gaps = new Set(coverage.gaps.map(keyOf));
      const gaps = coverage.gaps.filter((gap) => before.has(keyOf(gap)));
      const telling = gaps.map(keyOf).sort().join('\n');
      if (telling === this.#told) return;
      this.#told = telling;
      onChange({ ...coverage, gaps });
    } catch (error) {
      if (!this.#signal.aborted) logger.warn('coverage cannot be computed', { error: messageOf(error) });
    }
  }
}

function summaryOf(pods: readonly RunningPod[]): string {
  const parts = pods.flatMap(({ cluster, namespace, name, terminating, containers }) =>
    containers.map(({ name: container, digest = '' }) =>
      [cluster, namespace, name, String(terminating), container, digest].join(' '),
    ),
  );
  return parts.sort().join('\n');
}

function keyOf({ cluster, namespace, pod, container }: Coverage['gaps'][number]): string {
  return `${cluster}/${namespace}/${pod}/${container}`;
}
