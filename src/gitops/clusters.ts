import type { Informer } from '../controller/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import { canonicalJson } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { GroupVersionKind, KubeClient, KubeObject } from '../kube/index.ts';
import { findCluster, isHub, registeredClusters } from './cluster-registry.ts';
import type { RegisteredCluster } from './cluster-registry.ts';
import type { ApplicationDestination, HealthStatus } from './application.ts';
import { LiveCluster } from './live-cluster.ts';

export type Connect = (cluster: {
  readonly name: string;
  readonly server: string;
  readonly secret?: KubeObject;
}) => Promise<KubeClient>;

export interface ClustersOptions {
  readonly hub: KubeClient;
  readonly connect: Connect;
  readonly secrets: Informer;
  readonly home: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly health: (live: KubeObject) => HealthStatus | undefined;
  readonly createInformer: (client: KubeClient, gvk: GroupVersionKind) => Informer;
  readonly onChange: (application: string) => void;
}

interface Connection {
  readonly secret: KubeObject | undefined;
  /** Of the Secret, so that new credentials make a new connection. */
  readonly fingerprint: string;
  readonly cluster: Promise<LiveCluster>;
}

/** The clusters that Applications go to, each connected once, when it is first needed. */
export class Clusters implements AsyncDisposable {
  readonly #connections = new Map<string, Connection>();
  readonly #options: ClustersOptions;
  readonly #changes: Disposable;
  /** As the Secrets say; read anew when one changes. */
  #registered: readonly RegisteredCluster[] | undefined;

  constructor(options: ClustersOptions) {
    this.#options = options;
    this.#changes = options.secrets.onChange(() => (this.#registered = undefined));
  }

  /** @throws InvalidApplicationError when the destination names none */
  find(destination: ApplicationDestination): RegisteredCluster {
    this.#registered ??= registeredClusters(this.#options.secrets.list(this.#options.home));
    return findCluster(this.#registered, destination);
  }

  async connect(registered: RegisteredCluster): Promise<LiveCluster> {
    const known = this.#connections.get(registered.server);
    if (known !== undefined && known.secret === registered.secret) return known.cluster;
    const fingerprint = canonicalJson((registered.secret?.['data'] ?? null) as JsonValue);
    if (known?.fingerprint === fingerprint) return known.cluster;
    const cluster = this.#open(registered);
    const connection = { secret: registered.secret, fingerprint, cluster };
    this.#connections.set(registered.server, connection);
    cluster.catch(() => {
      if (this.#connections.get(registered.server) === connection) this.#connections.delete(registered.server);
    });
    if (known !== undefined) await closed(known);
    return cluster;
  }

  /** The Application is gone: what it wanted is free for others. */
  async release(application: string): Promise<void> {
    const open = await Promise.allSettled([...this.#connections.values()].map(({ cluster }) => cluster));
    for (const result of open) if (result.status === 'fulfilled') result.value.release(application);
  }

  async #open(registered: RegisteredCluster): Promise<LiveCluster> {
    const { hub, connect, onChange, ...rest } = this.#options;
    const client = isHub(registered, hub) ? hub : await connect(registered);
    return new LiveCluster({
      ...rest,
      ref: registered,
      client,
      onChange,
      onReachable: (cluster) => {
        for (const application of cluster.applications()) onChange(application);
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#changes[Symbol.dispose]();
    const open = [...this.#connections.values()];
    this.#connections.clear();
    for (const connection of open) await closed(connection);
  }
}

async function closed({ cluster }: Connection): Promise<void> {
  const [result] = await Promise.allSettled([cluster]);
  if (result.status === 'fulfilled') await result.value[Symbol.asyncDispose]();
}
