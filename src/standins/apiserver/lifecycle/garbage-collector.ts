import { gvkOf } from '../../../kube/index.ts';
import type { KubeObject, OwnerReference } from '../../../kube/index.ts';
import type { Cluster } from '../cluster.ts';
import type { Propagation } from '../registry/delete-options.ts';
import type { StoreEvent } from '../store/collection.ts';
import type { Entry } from '../store/entry.ts';
import { removeEntry, rewrite } from './internal-write.ts';
import { Work } from './work.ts';

const BY = 'generic-garbage-collector';
const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** Deletes what has lost its owners, and carries out foreground and orphaning deletions. */
export class GarbageCollector implements Disposable {
  readonly #cluster: Cluster;
  readonly #work: Work;
  readonly #listening: Disposable;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#work = new Work('garbage-collector', cluster.logger);
    this.#listening = cluster.store.onEvent((event) => this.#onEvent(event));
    for (const collection of cluster.store.collections) {
      for (const entry of collection.entries()) {
        if (entry.header.deleting === true || !this.#hasOwners(entry)) this.#look(entry);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #onEvent(event: StoreEvent): void {
    if (event.type === 'DELETED') {
      for (const dependent of this.#dependents(event.entry)) this.#work.add(() => this.#judge(dependent));
    } else this.#look(event.entry);
    const released = [...(event.previous?.header.owners ?? []), ...(event.entry.header.owners ?? [])];
    for (const uid of new Set(released)) this.#lookAtOwner(uid);
  }

  /** Queues what an object that is there may need. */
  #look(entry: Entry): void {
    if (entry.header.owners !== undefined) this.#work.add(() => this.#judge(entry));
    if (entry.header.deleting === true) this.#work.add(() => this.#finishOwner(entry.header.uid));
  }

  /** Whether nothing is to be done about owners, as far as can be told without parsing the object. */
  #hasOwners({ namespace, header }: Entry): boolean {
    return (header.owners ?? []).every((uid) => {
      const owner = this.#cluster.store.index.byUid(uid);
      const reachable = owner?.namespace === '' || owner?.namespace === namespace;
      return reachable && owner.header.deleting !== true;
    });
  }

  #lookAtOwner(uid: string): void {
    if (this.#cluster.store.index.byUid(uid)?.header.deleting === true) this.#work.add(() => this.#finishOwner(uid));
  }

  #dependents(owner: Entry): readonly Entry[] {
    return this.#cluster.store.index.dependentsOf(owner.header.uid);
  }

  /** Deletes a dependent whose owners are all gone or wait for it; otherwise drops the references that are dead. */
  async #judge(seen: Entry): Promise<void> {
    const entry = this.#cluster.store.index.byUid(seen.header.uid);
    if (entry?.header.owners === undefined) return;
    const object = entry.object();
    const { deletionTimestamp, finalizers = [], ownerReferences = [] } = object.metadata;
    if (ownerReferences.length === 0) return;
    if (deletionTimestamp !== undefined && !finalizers.includes(FOREGROUND)) return;
    const states = ownerReferences.map((owner) => this.#stateOf(owner, entry));
    if (states.includes('solid')) {
      const solid = ownerReferences.filter((_owner, index) => states[index] === 'solid');
      if (solid.length < ownerReferences.length) await this.#rewriteOwners(entry, object, solid);
      return;
    }
    if (deletionTimestamp !== undefined) return;
    await removeEntry(this.#cluster, entry, { by: BY, propagation: this.#policy(entry, finalizers, states) });
  }

  #policy(entry: Entry, finalizers: readonly string[], states: readonly OwnerState[]): Propagation {
    if (states.includes('waiting') && this.#dependents(entry).length > 0) return 'Foreground';
    if (finalizers.includes(ORPHAN)) return 'Orphan';
    return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
  }

  #stateOf(owner: OwnerReference, dependent: Entry): OwnerState {
    // of a kind that is not served nobody can say whether it is gone
    if (this.#cluster.catalog.findKind(gvkOf(owner)) === undefined) return 'solid';
    const found = this.#cluster.store.index.byUid(owner.uid);
    const reachable = found?.namespace === '' || found?.namespace === dependent.namespace;
    if (found?.name !== owner.name || !reachable) return 'absent';
    if (found.header.deleting !== true) return 'solid';
    return found.object().metadata.finalizers?.includes(FOREGROUND) === true ? 'waiting' : 'solid';
  }

  async #rewriteOwners(entry: Entry, object: KubeObject, owners: readonly OwnerReference[]): Promise<void> {
    if (owners.length === 0) delete object.metadata.ownerReferences;
    else object.metadata.ownerReferences = [...owners];
    await rewrite(this.#cluster, { location: entry, object, by: BY });
  }

  /** Lets an owner go that waits for its dependents. */
  async #finishOwner(uid: string): Promise<void> {
    const owner = this.#cluster.store.index.byUid(uid);
    if (owner?.header.deleting !== true) return;
    const { finalizers = [] } = owner.object().metadata;
    if (finalizers.includes(ORPHAN)) await this.#orphan(owner);
    else if (finalizers.includes(FOREGROUND)) await this.#foreground(owner);
  }

  async #orphan(owner: Entry): Promise<void> {
    for (const dependent of this.#dependents(owner)) {
      const object = dependent.object();
      const others = object.metadata.ownerReferences?.filter((each) => each.uid !== owner.header.uid) ?? [];
      await this.#rewriteOwners(dependent, object, others);
    }
    await this.#release(owner.header.uid, ORPHAN);
  }

  async #foreground(owner: Entry): Promise<void> {
    const { uid } = owner.header;
    const blocking = this.#dependents(owner).filter((dependent) => blocks(dependent.object(), uid));
    if (blocking.length === 0) await this.#release(uid, FOREGROUND);
    for (const dependent of blocking) await this.#judge(dependent);
  }

  async #release(uid: string, finalizer: string): Promise<void> {
    const owner = this.#cluster.store.index.byUid(uid);
    if (owner === undefined) return;
    const object = owner.object();
    const others = object.metadata.finalizers?.filter((each) => each !== finalizer) ?? [];
    if (others.length === 0) delete object.metadata.finalizers;
    else object.metadata.finalizers = others;
    await rewrite(this.#cluster, { location: owner, object, by: BY });
  }
}

/** `solid`: lives on; `waiting`: goes after its dependents; `absent`: is gone. */
type OwnerState = 'solid' | 'waiting' | 'absent';

function blocks(dependent: KubeObject, uid: string): boolean {
  const owners = dependent.metadata.ownerReferences ?? [];
  return owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true);
}
