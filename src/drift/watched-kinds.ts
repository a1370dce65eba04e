import { messageOf } from '../core/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import { createInformer } from '../controller/index.ts';
import type { Change, IndexedInformer } from '../controller/index.ts';
import type { GroupVersionKind, KubeClient } from '../kube/index.ts';

export interface WatchedKindsOptions {
  /** `undefined` names the hub itself. */
  readonly connect: (cluster: string | undefined) => Promise<KubeClient>;
  readonly onChange: (cluster: string | undefined, change: Change) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** One informer a kind and cluster, started when it is first asked for. */
export class WatchedKinds implements AsyncDisposable {
  readonly #options: WatchedKindsOptions;
  readonly #informers = new Map<string, Promise<IndexedInformer | undefined>>();

  constructor(options: WatchedKindsOptions) {
    this.#options = options;
  }

  /** Resolves once the objects of the kind are known; a cluster that cannot be reached is asked again the next time. */
  async watch(cluster: string | undefined, gvk: GroupVersionKind): Promise<void> {
    const key = `${cluster ?? ''}|${gvk.group}/${gvk.version}/${gvk.kind}`;
    const known = this.#informers.get(key);
    const informer = known ?? this.#start(cluster, gvk);
    if (known === undefined) this.#informers.set(key, informer);
    if ((await informer) === undefined) this.#informers.delete(key);
  }

  async #start(cluster: string | undefined, gvk: GroupVersionKind): Promise<IndexedInformer | undefined> {
    const { connect, onChange, clock, logger, signal } = this.#options;
    try {
      const informer = createInformer({ client: await connect(cluster), gvk, clock, logger });
      informer.onChange((change) => onChange(cluster, change));
      await informer.start(signal);
      return informer;
    } catch (error) {
      if (!signal.aborted) logger.warn('cannot watch for drift', { cluster, kind: gvk.kind, error: messageOf(error) });
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const informers = await Promise.all(this.#informers.values());
    for (const informer of informers) await informer?.[Symbol.asyncDispose]();
  }
}
