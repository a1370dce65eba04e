import { createInformer } from '../controller/index.ts';
import type { Informer } from '../controller/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import { isApiError } from '../kube/index.ts';
import type { KubeClient } from '../kube/index.ts';
import { NAMESPACE } from './drift-record.ts';
import { readPolicy } from './policy.ts';
import type { DriftPolicy } from './policy.ts';

export interface PolicyWatchOptions {
  readonly hub: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Not during `start`. */
  readonly onChange: () => void;
}

const KINDS = ['DriftPolicy', 'DriftException'] as const;

/** What `stoa-envs` says about drift, as the hub has it now. */
export class PolicyWatch implements AsyncDisposable {
  readonly #options: PolicyWatchOptions;
  readonly #informers = new Map<(typeof KINDS)[number], Informer>();
  #policy = readPolicy([], []);
  #started = false;

  constructor(options: PolicyWatchOptions) {
    this.#options = options;
  }

  get policy(): DriftPolicy {
    return this.#policy;
  }

  /** Resolves once what is there is known; kinds that the hub does not serve yet are looked for again at the next call. */
  async start(signal: AbortSignal): Promise<void> {
    for (const kind of KINDS) {
      if (!this.#informers.has(kind) && (await this.#isServed(kind, signal))) await this.#watch(kind, signal);
    }
    this.#started = true;
  }

  async #isServed(kind: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#options.hub.list({ ...GROUP, kind }, { namespace: NAMESPACE, signal });
      return true;
    } catch (error) {
      if (isApiError(error, 'NotFound')) return false;
      throw error;
    }
  }

  async #watch(kind: (typeof KINDS)[number], signal: AbortSignal): Promise<void> {
    const { hub: client, clock, logger } = this.#options;
    const informer = createInformer({ client, gvk: { ...GROUP, kind }, namespace: NAMESPACE, clock, logger });
    this.#informers.set(kind, informer);
    informer.onChange(() => this.#read());
    await informer.start(signal);
    this.#read();
  }

  #read(): void {
    const of = (kind: (typeof KINDS)[number]) => this.#informers.get(kind)?.list() ?? [];
    const before = this.#policy;
    this.#policy = readPolicy(of('DriftPolicy'), of('DriftException'));
    for (const fault of this.#policy.faults) {
      if (!before.faults.includes(fault)) this.#options.logger.error('a rule about drift does not count', { fault });
    }
    if (this.#started) this.#options.onChange();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const informer of this.#informers.values()) await informer[Symbol.asyncDispose]();
  }
}

const GROUP = { group: 'delivery.stoa.dev', version: 'v1alpha1' } as const;
