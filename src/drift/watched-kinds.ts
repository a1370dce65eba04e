import { messageOf } from '../core/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import { createInformer } from '../controller/index.ts';
import type { Change, IndexedInformer } from '../controller/index.ts';
import type { GroupVersionKind, KubeClient, KubeObject } from '../kube/index.ts';

export interface WatchedKindsOptions {
  /** `undefined` names the hub itself. */
  readonly connect: (cluster: string | undefined) => Promise<KubeClient>;
  readonly onChange: (cluster: string | undefined, change: Change) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

interface Watched {
  readonly cluster: string | undefined;
  readonly gvk: GroupVersionKind;
  readonly informer: Promise<IndexedInformer | undefined>;
  /** The objects of the kind are known. */
  ready: boolean;
}

/** One informer a kind and cluster, started when it is first asked for. */
export class WatchedKinds implements AsyncDisposable {
  readonly #options: WatchedKindsOptions;
  readonly #kinds = new Map<string, Watched>();

  constructor(options: WatchedKindsOptions) {
    this.#options = options;
  }

  /** A cluster that cannot be reached is asked again the next time. */
  watch(cluster: string | undefined, gvk: GroupVersionKind): void {
    const key = `${cluster ?? ''}|${gvk.group}/${gvk.version}/${gvk.kind}`;
    if (this.#kinds.has(key)) return;
    const watched: Watched = {
      cluster,
      gvk,
      informer: this.#open(cluster, gvk, () => (watched.ready = true)),
      ready: false,
    };
    this.#kinds.set(key, watched);
    void watched.informer.then((informer) => {
      if (informer === undefined) this.#kinds.delete(key);
    });
  }

  /** Kinds of which all objects are known. */
  ready(): readonly Pick<Watched, 'cluster' | 'gvk'>[] {
    return [...this.#kinds.values()].filter(({ ready }) => ready);
  }

  /** Clusters that something is watched in. */
  clusters(): ReadonlySet<string | undefined> {
    return new Set([...this.#kinds.values()].map(({ cluster }) => cluster));
  }

  async #open(
    cluster: string | undefined,
    gvk: GroupVersionKind,
    onReady: () => void,
  ): Promise<IndexedInformer | undefined> {
    const { connect, onChange, clock, logger, signal } = this.#options;
    try {
      const client = await connect(cluster);
      const informer = createInformer({ client, gvk, clock, logger, transform: withoutStatus });
      informer.onChange((change) => onChange(cluster, change));
      informer.start(signal).then(onReady, (error: unknown) => {
        if (!signal.aborted)
          logger.warn('cannot watch for drift', { cluster, kind: gvk.kind, error: messageOf(error) });
      });
      return informer;
    } catch (error) {
      if (!signal.aborted) logger.warn('cannot watch for drift', { cluster, kind: gvk.kind, error: messageOf(error) });
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const informers = await Promise.all([...this.#kinds.values()].map(({ informer }) => informer));
    for (const informer of informers) await informer?.[Symbol.asyncDispose]();
  }
}

/** Nobody's setting, and often most of the object. */
function withoutStatus({ status: _status, ...object }: KubeObject): KubeObject {
  return object;
}
