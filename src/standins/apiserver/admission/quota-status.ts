import { jsonEqual } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import { asJson, formatQuantity } from '../../../kube/index.ts';
import type { Quantity } from '../../../kube/index.ts';
import type { Cluster } from '../cluster.ts';
import { rewrite } from '../lifecycle/internal-write.ts';
import { Work } from '../lifecycle/work.ts';
import type { StoreEvent } from '../store/collection.ts';
import { amountsOf, hardOf } from './quota-usage.ts';
import { usageOf } from './quotas.ts';

const QUOTAS = 'resourcequotas';
const BY = 'resourcequota-controller';

/** Tells in the status of ResourceQuotas what is used. */
export class QuotaStatus implements Disposable {
  readonly #cluster: Cluster;
  readonly #work: Work;
  readonly #listening: Disposable;
  readonly #waiting = new Set<string>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#work = new Work(BY, cluster.logger);
    this.#listening = cluster.store.onEvent((event) => this.#onEvent(event));
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #onEvent({ entry, type }: StoreEvent): void {
    const { namespace, collection } = entry;
    if (namespace === '' || this.#waiting.has(namespace)) return;
    const quotas = this.#cluster.store.collection(QUOTAS);
    // a change of anything but a Pod or a quota leaves the amounts as they are
    const counts = collection === QUOTAS || collection === 'pods' || type !== 'MODIFIED';
    if (!counts || quotas.entries(namespace).next().done === true) return;
    this.#waiting.add(namespace);
    this.#work.add(() => {
      this.#waiting.delete(namespace);
      return this.#tell(namespace);
    });
  }

  async #tell(namespace: string): Promise<void> {
    for (const entry of [...this.#cluster.store.collection(QUOTAS).entries(namespace)]) {
      const quota = entry.object();
      const hard = hardOf(quota);
      const status: JsonObject = { hard, used: this.#used(namespace, Object.keys(hard)) };
      if (jsonEqual(asJson(quota)['status'] ?? null, status)) continue;
      await rewrite(this.#cluster, { location: entry, object: { ...quota, status }, by: BY });
    }
  }

  #used(namespace: string, resources: readonly string[]): JsonObject {
    const used = new Map<string, Quantity>();
    for (const collection of this.#cluster.store.collections) {
      if (!resources.some((resource) => isCountedBy(resource, collection.id))) continue;
      for (const [resource, amount] of usageOf(this.#cluster.store, namespace, collection.id))
        used.set(resource, amount);
    }
    return Object.fromEntries(
      resources.map((resource) => [resource, formatQuantity(used.get(resource) ?? { nano: 0n, format: 'decimal' })]),
    );
  }
}

const POD_RESOURCES = /^(?:(?:requests\.|limits\.)?(?:cpu|memory|ephemeral-storage)|pods)$/;

function isCountedBy(resource: string, collection: string): boolean {
  if (collection === 'pods') return POD_RESOURCES.test(resource) || resource === 'count/pods';
  if (collection === 'services' && resource.startsWith('services.')) return true;
  if (collection === 'persistentvolumeclaims' && resource === 'requests.storage') return true;
  return amountsOf(collection, { apiVersion: '', kind: '', metadata: {} }).has(resource);
}
