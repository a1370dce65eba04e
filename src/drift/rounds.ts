import { messageOf, sleep } from '../core/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import type { GroupVersionKind, KubeClient } from '../kube/index.ts';
import type { Alerts } from './alerts.ts';
import { HUB } from './guarded-objects.ts';
import type { Journal } from './journal.ts';
import type { WatchedKinds } from './watched-kinds.ts';

export interface RoundsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly connect: (cluster: string | undefined) => Promise<KubeClient>;
  readonly kinds: WatchedKinds;
  readonly alerts: Alerts;
  readonly journal: Journal;
  /** Looks at everything again: rules expire, kinds and clusters appear. */
  readonly look: (signal: AbortSignal) => Promise<void>;
  /** Every object of the kind has been seen for a whole round. Once for each. */
  readonly onSettled: (cluster: string | undefined, gvk: GroupVersionKind) => void;
}

const ROUND_MS = 15_000;
const PROBE_MS = 60_000;
/** Rounds between two looks for DriftEvents that nobody needs any more. */
const PRUNE_EVERY = 240;

/** What has to be done now and then, whatever happens: every 15 seconds. */
export function startRounds(options: RoundsOptions): AsyncDisposable {
  const stop = new AbortController();
  const running = new Rounds(options).run(AbortSignal.any([options.signal, stop.signal]));
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

class Rounds {
  readonly #options: RoundsOptions;
  #ready: ReadonlySet<string> = new Set();
  readonly #settled = new Set<string>();
  #count = 0;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#round(signal).catch((error: unknown) => {
        if (!signal.aborted)
          this.#options.logger.warn('a round of the drift guard failed', { error: messageOf(error) });
      });
      // Aborted: the loop looks at the signal.
      await sleep(this.#options.clock, ROUND_MS, signal).catch(() => undefined);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { journal, alerts, look } = this.#options;
    await this.#probeAll(signal);
    alerts.beat();
    await look(signal);
    this.#settle();
    journal.sweep();
    if (this.#count++ % PRUNE_EVERY === 0) await journal.prune(signal);
  }

  /** A watch alone does not tell that a cluster has fallen silent; what is not seen cannot be called free of drift. */
  async #probeAll(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#options.kinds.clusters()].map(async (cluster) => this.#probe(cluster, signal)));
  }

  async #probe(cluster: string | undefined, signal: AbortSignal): Promise<void> {
    const { alerts, clock, connect } = this.#options;
    const name = cluster ?? HUB;
    const fingerprint = `StoaDriftBlind|${name}`;
    const late = new AbortController();
    using _timer = clock.after(PROBE_MS, () => late.abort());
    try {
      const client = await connect(cluster);
      const key = { group: '', version: 'v1', kind: 'Namespace', name: 'default' };
      await client.get(key, { signal: AbortSignal.any([signal, late.signal]) });
      alerts.resolve(fingerprint);
    } catch {
      if (signal.aborted) return;
      const summary = `Cluster ${name} does not answer: nobody sees what drifts there`;
      alerts.fire({ fingerprint, name: 'StoaDriftBlind', severity: 'critical', summary, labels: { cluster: name } });
    }
  }

  #settle(): void {
    const { kinds, journal, onSettled } = this.#options;
    const now = kinds.ready().map((one) => ({ ...one, key: JSON.stringify([one.cluster ?? '', one.gvk]) }));
    for (const { cluster, gvk, key } of now) {
      if (!this.#ready.has(key) || this.#settled.has(key)) continue;
      this.#settled.add(key);
      onSettled(cluster, gvk);
      journal.settle(cluster ?? HUB, gvk);
    }
    this.#ready = new Set(now.map(({ key }) => key));
  }
}
