import { expired } from '../status.ts';
import type { Entry } from './entry.ts';

export type StoreEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One committed change. */
export interface StoreEvent {
  readonly type: StoreEventType;
  readonly resourceVersion: number;
  /** The new state; of a deletion the last state, at the version of the deletion. */
  readonly entry: Entry;
  readonly previous?: Entry;
}

export type Listener = (event: StoreEvent) => void;

export interface HistoryLimits {
  readonly events: number;
  readonly bytes: number;
}

/** The objects of one resource with their recent history. Holds staged changes too; listeners get durable ones. */
export class Collection {
  readonly id: string;
  readonly listeners = new Set<Listener>();
  /** Of the last change, staged ones included; 0 when there was none since the start. */
  lastVersion = 0;
  /** Settles when everything staged so far is durable or rolled back. */
  pending: Promise<void> | undefined;
  readonly #limits: HistoryLimits;
  readonly #namespaces = new Map<string, Map<string, Entry>>();
  readonly #sortedNames = new Map<string, readonly string[]>();
  #history: StoreEvent[] = [];
  #historyBytes = 0;
  /** Changes up to this version are forgotten. */
  #floor: number;

  constructor(id: string, floor: number, limits: HistoryLimits) {
    this.id = id;
    this.#floor = floor;
    this.#limits = limits;
  }

  get(namespace: string, name: string): Entry | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  get namespaces(): readonly string[] {
    return [...this.#namespaces.keys()].sort();
  }

  get size(): number {
    let size = 0;
    for (const entries of this.#namespaces.values()) size += entries.size;
    return size;
  }

  /** In the order of namespace and name. All namespaces when `namespace` is absent. */
  *entries(namespace?: string): Generator<Entry> {
    for (const each of namespace === undefined ? this.namespaces : [namespace]) {
      const entries = this.#namespaces.get(each);
      if (entries === undefined) continue;
      for (const name of this.#names(each, entries)) {
        const entry = entries.get(name);
        if (entry !== undefined) yield entry;
      }
    }
  }

  /**
   * The entries as they were right after version `version`, in order.
   * @throws ApiError 410 when the history does not reach back that far
   */
  entriesAt(version: number, namespace?: string): Iterable<Entry> {
    if (version >= this.lastVersion) return this.entries(namespace);
    this.#requireHistory(version, TOO_OLD_TOKEN);
    const before = new Map<string, Entry | undefined>();
    for (let index = this.#history.length - 1; index >= 0; index--) {
      const event = this.#history[index];
      if (event === undefined || event.resourceVersion <= version) break;
      before.set(`${event.entry.namespace}/${event.entry.name}`, event.previous);
    }
    const state = new Map<string, Entry | undefined>();
    for (const entry of this.entries(namespace)) state.set(`${entry.namespace}/${entry.name}`, entry);
    for (const [key, entry] of before) state.set(key, entry);
    return [...state.values()]
      .filter((entry) => entry !== undefined && (namespace === undefined || entry.namespace === namespace))
      .filter((entry) => entry !== undefined)
      .sort(byPlace);
  }

  /**
   * Every change after `version`, oldest first, up to version `until`.
   * @throws ApiError 410 when the history does not reach back that far
   */
  since(version: number, until: number): readonly StoreEvent[] {
    this.#requireHistory(version, `too old resource version: ${version} (${this.#floor})`);
    const start = this.#history.findLastIndex((event) => event.resourceVersion <= version) + 1;
    return this.#history.slice(start).filter((event) => event.resourceVersion <= until);
  }

  apply(event: StoreEvent): void {
    if (event.type === 'DELETED') this.#remove(event.entry);
    else this.#put(event.entry);
    this.lastVersion = event.resourceVersion;
    this.#history.push(event);
    this.#historyBytes += event.entry.body.length;
  }

  /** Undoes the newest change, which must be `event`. */
  revert(event: StoreEvent): void {
    if (event.previous === undefined) this.#remove(event.entry);
    else this.#put(event.previous);
    this.#history.pop();
    this.#historyBytes -= event.entry.body.length;
    this.lastVersion = this.#history.at(-1)?.resourceVersion ?? this.#floor;
  }

  /** Puts what was stored before the start, without history. */
  restore(entry: Entry): void {
    this.#put(entry);
  }

  /** Says that the state is that of version `floor`, with nothing known of before. */
  rebase(floor: number): void {
    this.#floor = floor;
    this.lastVersion = floor;
  }

  discard(namespace: string, name: string): void {
    const entry = this.get(namespace, name);
    if (entry !== undefined) this.#remove(entry);
  }

  /** Forgets the oldest durable changes beyond the limits. */
  trim(durable: number): void {
    const { events, bytes } = this.#limits;
    const room = this.#history.length <= events * SLACK && this.#historyBytes <= bytes * SLACK;
    if (room) return;
    let drop = 0;
    let size = this.#historyBytes;
    for (const event of this.#history) {
      const within = this.#history.length - drop <= events && size <= bytes;
      if (within || event.resourceVersion > durable) break;
      size -= event.entry.body.length;
      this.#floor = event.resourceVersion;
      drop++;
    }
    if (drop === 0) return;
    this.#history = this.#history.slice(drop);
    this.#historyBytes = size;
  }

  #requireHistory(version: number, message: string): void {
    if (version < this.#floor) throw expired(message);
  }

  #put(entry: Entry): void {
    let entries = this.#namespaces.get(entry.namespace);
    if (entries === undefined) this.#namespaces.set(entry.namespace, (entries = new Map<string, Entry>()));
    if (!entries.has(entry.name)) this.#sortedNames.delete(entry.namespace);
    entries.set(entry.name, entry);
  }

  #remove(entry: Entry): void {
    const entries = this.#namespaces.get(entry.namespace);
    entries?.delete(entry.name);
    this.#sortedNames.delete(entry.namespace);
    if (entries?.size === 0) this.#namespaces.delete(entry.namespace);
  }

  #names(namespace: string, entries: ReadonlyMap<string, Entry>): readonly string[] {
    let names = this.#sortedNames.get(namespace);
    if (names === undefined) this.#sortedNames.set(namespace, (names = [...entries.keys()].sort()));
    return names;
  }
}

const TOO_OLD_TOKEN =
  'The provided continue parameter is too old to display a consistent list result. You must start a new list without ' +
  'the continue parameter.';

/** Trimming copies, so it waits until a tenth more than the limit has gathered. */
const SLACK = 1.1;

function byPlace(a: Entry, b: Entry): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
