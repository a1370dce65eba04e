import { messageOf } from '../../../core/index.ts';
import type { Logger } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { insufficientStorage, tooLargeResourceVersion } from '../status.ts';
import { BodyArena } from './body-arena.ts';
import { Collection } from './collection.ts';
import type { HistoryLimits, Listener, StoreEvent } from './collection.ts';
import { Entry } from './entry.ts';
import type { Location } from './entry.ts';
import { EntryIndex } from './entry-index.ts';
import type { Persistence, StoredRecord } from './persistence.ts';

export interface StoreOptions {
  readonly persistence: Persistence;
  readonly logger: Logger;
  /** Of each collection. @default 10,000 events, 32 MiB */
  readonly history?: HistoryLimits;
}

/** A change whose preconditions the caller has checked against the state of this very moment. */
export interface Change {
  readonly location: Location;
  /** The new state, or of a removal the last one. The store stamps the resource version into it. */
  readonly object: KubeObject;
  readonly remove?: boolean;
}

export interface Commit {
  readonly entry: Entry;
  /** Resolves when the change survives a crash. @throws ApiError 507 when it was undone because it could not be kept */
  readonly durable: Promise<void>;
}

const HISTORY: HistoryLimits = { events: 10_000, bytes: 32 * 1024 * 1024 };

/**
 * The objects of one cluster under one sequence of resource versions. Changes are staged in memory at once, become
 * durable in order, and only then reach listeners; what cannot be kept is undone.
 */
export class Store {
  readonly index = new EntryIndex();
  readonly #arena = new BodyArena();
  readonly #persistence: Persistence;
  readonly #logger: Logger;
  readonly #history: HistoryLimits;
  readonly #collections = new Map<string, Collection>();
  readonly #everywhere = new Set<Listener>();
  /** Not yet durable, oldest first. */
  #staged: StoreEvent[] = [];
  /** Grows with every undoing, so that readers notice that they have seen what is no longer true. */
  #undone = 0;
  #version = 0;
  #durable = 0;
  #floor = 0;

  private constructor(options: StoreOptions) {
    this.#persistence = options.persistence;
    this.#logger = options.logger;
    this.#history = options.history ?? HISTORY;
  }

  static async open(options: StoreOptions): Promise<Store> {
    const store = new Store(options);
    const version = await options.persistence.load((record) => store.#restore(record));
    // versions handed out before a crash may be greater than what was kept; listeners of then must list again
    store.#version = store.#durable = store.#floor = Math.max(version, 1);
    for (const collection of store.#collections.values()) store.#rebase(collection);
    options.persistence.attach(() => store.#records());
    return store;
  }

  /** Of the last durable change, never 0. */
  get resourceVersion(): number {
    return this.#durable;
  }

  collection(id: string): Collection {
    let collection = this.#collections.get(id);
    if (collection === undefined) {
      collection = new Collection(id, this.#floor, this.#history);
      this.#collections.set(id, collection);
    }
    return collection;
  }

  get collections(): Iterable<Collection> {
    return this.#collections.values();
  }

  /**
   * Runs `look`, and returns what it saw once all of it is durable; runs it again when some of it was undone.
   * `look` must not change anything.
   */
  async read<T>(collection: Collection, look: () => T): Promise<T> {
    for (;;) {
      const undone = this.#undone;
      const seen = look();
      if (collection.pending !== undefined) await collection.pending;
      if (undone === this.#undone) return seen;
    }
  }

  /** @throws ApiError 507 while nothing can be kept */
  commit(change: Change): Commit {
    this.#requireWritable();
    const { location, object, remove = false } = change;
    const collection = this.collection(location.collection);
    const previous = collection.get(location.namespace, location.name);
    const entry = Entry.of(location, object, { resourceVersion: ++this.#version, arena: this.#arena });
    const type = remove ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
    const event: StoreEvent = {
      type,
      resourceVersion: entry.resourceVersion,
      entry,
      ...(previous === undefined ? {} : { previous }),
    };
    collection.apply(event);
    this.index.replace(previous, remove ? undefined : entry);
    this.#staged.push(event);
    const durable = this.#keep(collection, event);
    durable.catch(noop);
    return { entry, durable };
  }

  /** Calls `listener` with every durable change of every collection. */
  onEvent(listener: Listener): Disposable {
    this.#everywhere.add(listener);
    return { [Symbol.dispose]: () => void this.#everywhere.delete(listener) };
  }

  /**
   * Calls `listener` with every durable change of a collection after version `after`, the past ones at once.
   * @throws ApiError 410 when the history does not reach back that far; 504 when `after` lies in the future
   */
  follow(collection: Collection, after: number, listener: Listener): Disposable {
    this.requireReached(after);
    for (const event of collection.since(after, this.#durable)) listener(event);
    const live: Listener = (event) => {
      if (event.resourceVersion > after) listener(event);
    };
    collection.listeners.add(live);
    return { [Symbol.dispose]: () => void collection.listeners.delete(live) };
  }

  /** @throws ApiError 504 when `version` lies in the future */
  requireReached(version: number): void {
    if (version > this.#version) throw tooLargeResourceVersion(version, this.#durable);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#persistence[Symbol.asyncDispose]();
  }

  #requireWritable(): void {
    const { failure } = this.#persistence;
    if (failure === undefined) return;
    void this.#persistence.recover().catch((error: unknown) => {
      this.#logger.error('the store cannot write again', { reason: messageOf(error) });
    });
    throw insufficientStorage(failure);
  }

  async #keep(collection: Collection, event: StoreEvent): Promise<void> {
    const { entry, resourceVersion, type } = event;
    const record: StoredRecord = {
      collection: entry.collection,
      namespace: entry.namespace,
      name: entry.name,
      resourceVersion,
      ...(type === 'DELETED' ? {} : { kept: entry }),
    };
    const kept = this.#persistence.append(record).then(
      () => this.#publish(event),
      (error: unknown) => {
        this.#undo();
        throw insufficientStorage(messageOf(error), error);
      },
    );
    const pending = kept.then(noop, noop);
    collection.pending = pending;
    try {
      await kept;
    } finally {
      if (collection.pending === pending) collection.pending = undefined;
    }
  }

  #publish(event: StoreEvent): void {
    this.#staged.shift();
    this.#durable = event.resourceVersion;
    const collection = this.collection(event.entry.collection);
    collection.trim(this.#durable);
    for (const listener of collection.listeners) listener(event);
    for (const listener of this.#everywhere) listener(event);
  }

  /** Nothing that is staged will become durable: take it all back. */
  #undo(): void {
    const staged = this.#staged;
    this.#staged = [];
    if (staged.length > 0) this.#undone++;
    for (const event of staged.reverse()) {
      this.collection(event.entry.collection).revert(event);
      this.index.replace(event.type === 'DELETED' ? undefined : event.entry, event.previous);
    }
  }

  #restore(record: StoredRecord): void {
    const collection = this.collection(record.collection);
    const before = collection.get(record.namespace, record.name);
    if (record.kept === undefined) {
      collection.discard(record.namespace, record.name);
      this.index.replace(before, undefined);
      return;
    }
    const entry = new Entry(record, { resourceVersion: record.resourceVersion, ...record.kept });
    collection.restore(entry);
    this.index.replace(before, entry);
  }

  #rebase(collection: Collection): void {
    collection.rebase(this.#floor);
  }

  *#records(): Generator<StoredRecord> {
    for (const collection of this.#collections.values()) {
      for (const entry of collection.entries()) {
        const { namespace, name, resourceVersion } = entry;
        yield { collection: collection.id, namespace, name, resourceVersion, kept: entry };
      }
    }
  }
}

function noop(): void {
  // the writer hears of the failure, whoever only waits does not
}
