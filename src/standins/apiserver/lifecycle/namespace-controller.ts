import { formatTime, isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Cluster } from '../cluster.ts';
import type { StoreEvent } from '../store/collection.ts';
import type { Entry } from '../store/entry.ts';
import { createIfMissing, removeEntry, rewrite } from './internal-write.ts';
import { Work } from './work.ts';

const BY = 'namespace-controller';

/** Furnishes new namespaces, and empties those that are going away. */
export class NamespaceController implements Disposable {
  readonly #cluster: Cluster;
  /** PEM of the authority that clients should trust. */
  readonly #authority: string;
  readonly #work: Work;
  readonly #listening: Disposable;
  readonly #terminating = new Set<string>();

  constructor(cluster: Cluster, authority: string) {
    this.#cluster = cluster;
    this.#authority = authority;
    this.#work = new Work('namespace-controller', cluster.logger);
    this.#listening = cluster.store.onEvent((event) => this.#onEvent(event));
    for (const entry of cluster.store.collection('namespaces').entries()) this.#look(entry);
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  /** Resolves when what is there so far is furnished. */
  get idle(): Promise<void> {
    return this.#work.idle;
  }

  #onEvent(event: StoreEvent): void {
    const { collection, namespace, name } = event.entry;
    if (collection === 'namespaces') {
      if (event.type === 'DELETED') this.#terminating.delete(name);
      else if (event.type === 'ADDED' || event.entry.header.deleting === true) this.#look(event.entry);
    } else if (event.type === 'DELETED') this.#onGone(namespace, `${collection}/${name}`);
  }

  #look(entry: Entry): void {
    const { name } = entry;
    if (entry.header.deleting === true) {
      this.#terminating.add(name);
      this.#work.add(() => this.#empty(name));
    } else this.#work.add(() => this.#furnish(name));
  }

  #onGone(namespace: string, what: string): void {
    if (this.#terminating.has(namespace)) this.#work.add(() => this.#empty(namespace));
    else if (FURNITURE.has(what)) this.#work.add(() => this.#furnish(namespace));
  }

  async #furnish(namespace: string): Promise<void> {
    const live = this.#cluster.store.collection('namespaces').get('', namespace);
    if (live === undefined || live.header.deleting === true) return;
    await createIfMissing(
      this.#cluster,
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'default' } },
      'service-account-controller',
    );
    const annotations = { 'kubernetes.io/description': ROOT_CA_NOTE };
    await createIfMissing(
      this.#cluster,
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace, name: 'kube-root-ca.crt', annotations },
        data: { 'ca.crt': this.#authority },
      },
      'root-ca-certificate-publisher',
    );
  }

  async #empty(name: string): Promise<void> {
    const live = this.#cluster.store.collection('namespaces').get('', name);
    if (live?.header.deleting !== true) return;
    for (const entry of this.#contents(name))
      await removeEntry(this.#cluster, entry, { by: BY, propagation: 'Background' });
    const namespace = this.#cluster.store.collection('namespaces').get('', name);
    if (namespace === undefined) return;
    const remaining = this.#contents(name);
    await (remaining.length === 0 ? this.#release(namespace) : this.#explain(namespace, remaining));
  }

  #contents(namespace: string): readonly Entry[] {
    return [...this.#cluster.store.collections]
      .filter((collection) => this.#cluster.catalog.ofCollection(collection.id) !== undefined)
      .flatMap((collection) => [...collection.entries(namespace)]);
  }

  async #release(namespace: Entry): Promise<void> {
    const object = namespace.object();
    const finalizers = getPath(object, 'spec', 'finalizers');
    const others = Array.isArray(finalizers) ? finalizers.filter((each) => each !== 'kubernetes') : [];
    if (Array.isArray(finalizers) && others.length === finalizers.length) return;
    object['spec'] = others.length === 0 ? {} : { finalizers: others };
    await rewrite(this.#cluster, { location: namespace, object, by: BY });
  }

  /** Tells in the conditions why the namespace is still there. */
  async #explain(namespace: Entry, remaining: readonly Entry[]): Promise<void> {
    const object = namespace.object();
    const status = isJsonObject(object['status']) ? object['status'] : {};
    const conditions = remainingConditions(remaining, formatTime(this.#cluster.clock.now()));
    if (sameMessages(status['conditions'], conditions)) return;
    object['status'] = { ...status, phase: 'Terminating', conditions };
    await rewrite(this.#cluster, { location: namespace, object, by: BY });
  }
}

const FURNITURE: ReadonlySet<string> = new Set(['serviceaccounts/default', 'configmaps/kube-root-ca.crt']);
const ROOT_CA_NOTE =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
  'internal service IP or kubernetes.default.svc.';

function remainingConditions(remaining: readonly Entry[], lastTransitionTime: string): JsonObject[] {
  const byCollection = Map.groupBy(remaining, (entry) => entry.collection);
  const resources = [...byCollection].map(([id, entries]) => `${id} has ${entries.length} resource instances`).sort();
  const finalizers = new Map<string, number>();
  for (const entry of remaining) {
    for (const each of finalizersOf(entry.object())) finalizers.set(each, (finalizers.get(each) ?? 0) + 1);
  }
  const held = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  return [
    {
      type: 'NamespaceContentRemaining',
      status: 'True',
      reason: 'SomeResourcesRemain',
      message: `Some resources are remaining: ${resources.join(', ')}`,
      lastTransitionTime,
    },
    {
      type: 'NamespaceFinalizersRemaining',
      status: held.length > 0 ? 'True' : 'False',
      reason: held.length > 0 ? 'SomeFinalizersRemain' : 'ContentHasNoFinalizers',
      message:
        held.length > 0
          ? `Some content in the namespace has finalizers remaining: ${held.join(', ')}`
          : 'All content-preserving finalizers finished',
      lastTransitionTime,
    },
  ];
}

function finalizersOf(object: KubeObject): readonly string[] {
  return object.metadata.finalizers ?? [];
}

function sameMessages(before: JsonValue | undefined, after: readonly JsonObject[]): boolean {
  const messages = Array.isArray(before) ? before.map((each) => (isJsonObject(each) ? each['message'] : '')) : [];
  return messages.length === after.length && after.every((each, index) => each['message'] === messages[index]);
}
