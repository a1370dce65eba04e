import type { Clock, Logger } from '../core/index.ts';
import { startController } from '../controller/index.ts';
import type { Controller } from '../controller/index.ts';

export interface Alert {
  /** The same for what is the same: one alert, however often it is told. */
  readonly fingerprint: string;
  readonly name: string;
  /** `critical` is for waking somebody, `none` for the dead-man's switch. */
  readonly severity: 'critical' | 'warning' | 'none';
  readonly summary: string;
  /** Where: cluster, application, object. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  /** Set once it is over. */
  readonly resolvedAt?: number;
}

/** Somebody who is told of alerts. */
export interface AlertSink {
  readonly name: string;
  /**
   * @param changed what began or ended since the last time that this succeeded
   * @param standing all that goes on, with the dead-man's switch
   */
  send(changed: readonly Alert[], standing: readonly Alert[], signal: AbortSignal): Promise<void>;
}

export interface AlertsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const MOST_WAITING = 1_000;

/** Tells each sink of every alert once when it begins and once when it ends, and again and again that the guard is alive. */
export class Alerts implements AsyncDisposable {
  readonly #options: AlertsOptions;
  readonly #standing = new Map<string, Alert>();
  readonly #sinks = new Map<string, { readonly sink: AlertSink; waiting: Alert[] }>();
  readonly #sender: Controller;

  constructor(options: AlertsOptions, sinks: readonly AlertSink[]) {
    this.#options = options;
    for (const sink of sinks) this.#sinks.set(sink.name, { sink, waiting: [] });
    this.#sender = startController({
      name: 'drift-alerts',
      workers: 2,
      ...options,
      backoff: { base: 1_000, cap: 60_000 },
      reconciler: { reconcile: async ({ name }, signal) => this.#send(name, signal) },
    });
  }

  /** The sinks that come and go with the policy, instead of the ones of the last call. */
  setSinks(kept: readonly string[], sinks: readonly AlertSink[]): void {
    const names = new Set([...kept, ...sinks.map(({ name }) => name)]);
    for (const name of this.#sinks.keys()) if (!names.has(name)) this.#sinks.delete(name);
    for (const sink of sinks) if (!this.#sinks.has(sink.name)) this.#sinks.set(sink.name, { sink, waiting: [] });
  }

  fire(alert: Omit<Alert, 'startsAt' | 'resolvedAt'>): void {
    if (this.#standing.has(alert.fingerprint)) return;
    this.#changed({ ...alert, startsAt: this.#options.clock.now() });
  }

  resolve(fingerprint: string): void {
    const alert = this.#standing.get(fingerprint);
    if (alert !== undefined) this.#changed({ ...alert, resolvedAt: this.#options.clock.now() });
  }

  /** To be called now and then: who hears nothing for some minutes knows that the guard is gone. */
  beat(): void {
    for (const name of this.#sinks.keys()) this.#sender.enqueue({ name });
  }

  #changed(alert: Alert): void {
    if (alert.resolvedAt === undefined) this.#standing.set(alert.fingerprint, alert);
    else this.#standing.delete(alert.fingerprint);
    for (const [name, target] of this.#sinks) {
      // Who has been out of reach for that long is told what stands, not all that was.
      target.waiting = [...target.waiting.slice(-MOST_WAITING), alert];
      this.#sender.enqueue({ name });
    }
  }

  async #send(name: string, signal: AbortSignal): Promise<undefined> {
    const target = this.#sinks.get(name);
    if (target === undefined) return;
    const changed = target.waiting;
    target.waiting = [];
    try {
      await target.sink.send(changed, [this.#watchdog(), ...this.#standing.values()], signal);
    } catch (error) {
      target.waiting = [...changed, ...target.waiting].slice(-MOST_WAITING);
      throw error;
    }
  }

  #watchdog(): Alert {
    return {
      ...{ fingerprint: 'Watchdog', name: 'Watchdog', severity: 'none', labels: {} },
      summary: 'The drift guard is alive; when this alert stops, it is not',
      startsAt: this.#options.clock.now(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sender[Symbol.asyncDispose]();
  }
}
