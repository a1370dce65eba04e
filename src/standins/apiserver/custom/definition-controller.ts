import { jsonEqual, messageOf } from '../../../core/index.ts';
import { asJson } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Cluster } from '../cluster.ts';
import { removeEntry, rewrite } from '../lifecycle/internal-write.ts';
import type { StoreEvent } from '../store/collection.ts';
import type { Entry } from '../store/entry.ts';
import { DEFINITIONS, groupOf, namesOf, typesOf } from './definition.ts';
import { definitionStatus, isEstablished, nameConflict } from './definition-status.ts';

const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** Serves what CustomResourceDefinitions define from the moment they are stored, and tells so in their status. */
export class DefinitionController implements Disposable {
  readonly #cluster: Cluster;
  readonly #listening: Disposable;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#listening = cluster.store.onEvent((event) => this.#onEvent(event));
    for (const entry of this.#definitions()) this.#reconcile(entry.object());
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #onEvent(event: StoreEvent): void {
    const { collection } = event.entry;
    if (collection === DEFINITIONS) this.#onDefinition(event);
    else if (event.type === 'DELETED') this.#onInstanceGone(collection);
  }

  #onDefinition(event: StoreEvent): void {
    const live = this.#cluster.store.collection(DEFINITIONS).get('', event.entry.name);
    if (live !== undefined) this.#reconcile(live.object());
    else {
      this.#cluster.catalog.setCustom(event.entry.name, []);
      // names may have become free
      for (const entry of this.#definitions()) this.#reconcile(entry.object());
    }
  }

  /** The last instance of a definition that is going away lets it go. */
  #onInstanceGone(collection: string): void {
    const definition = this.#cluster.store.collection(DEFINITIONS).get('', collection)?.object();
    if (definition?.metadata.deletionTimestamp !== undefined) this.#reconcile(definition);
  }

  #definitions(): readonly Entry[] {
    return [...this.#cluster.store.collection(DEFINITIONS).entries()];
  }

  #reconcile(definition: KubeObject): void {
    const { catalog, clock } = this.#cluster;
    const others = this.#definitions().map((entry) => entry.object());
    const conflict = nameConflict(definition, others.filter(isEstablished));
    const served = conflict === undefined || isEstablished(definition);
    const name = definition.metadata.name ?? '';
    if (served) catalog.setCustom(name, typesOf(definition));
    const status = definitionStatus({ definition, conflict, now: clock.now() });
    const metadata = { ...definition.metadata };
    setFinalizers(metadata, this.#finalizers(definition));
    const next = { ...definition, metadata, status };
    if (!jsonEqual(asJson(definition), asJson(next))) this.#store(next);
  }

  /** Instances go before their definition. */
  #finalizers(definition: KubeObject): readonly string[] {
    const others = (definition.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP);
    if (definition.metadata.deletionTimestamp === undefined) return [...others, CLEANUP];
    const collection = this.#cluster.store.collection(`${namesOf(definition).plural}.${groupOf(definition)}`);
    for (const entry of [...collection.entries()]) this.#removeInstance(entry);
    return collection.size === 0 ? others : [...others, CLEANUP];
  }

  #removeInstance(entry: Entry): void {
    removeEntry(this.#cluster, entry, { by: 'crd-finalizer', propagation: 'Background' }).catch((error: unknown) => {
      this.#cluster.logger.warn('an instance cannot be removed', { reason: messageOf(error) });
    });
  }

  #store(next: KubeObject): void {
    const location = { collection: DEFINITIONS, namespace: '', name: next.metadata.name ?? '' };
    rewrite(this.#cluster, { location, object: next, by: 'crd-controller' }).catch((error: unknown) => {
      this.#cluster.logger.error('a custom resource definition cannot be updated', { reason: messageOf(error) });
    });
  }
}

function setFinalizers(metadata: KubeObject['metadata'], finalizers: readonly string[]): void {
  if (finalizers.length === 0) delete metadata.finalizers;
  else metadata.finalizers = [...finalizers];
}
