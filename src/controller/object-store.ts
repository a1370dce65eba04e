import type { KubeObject } from '../kube/index.ts';
import type { Change, Request } from './contract.ts';

interface Index {
  readonly values: (object: KubeObject) => readonly string[];
  readonly found: Map<string, Set<KubeObject>>;
}

const NONE: readonly KubeObject[] = [];

/** Objects of one kind by namespace and name, with indexes. Every method that changes it says what changed. */
export class ObjectStore {
  readonly #namespaces = new Map<string, Map<string, KubeObject>>();
  readonly #indexes = new Map<string, Index>();

  get(request: Request): KubeObject | undefined {
    return this.#namespaces.get(request.namespace ?? '')?.get(request.name);
  }

  list(namespace?: string): readonly KubeObject[] {
    if (namespace !== undefined) return [...(this.#namespaces.get(namespace)?.values() ?? NONE)];
    return [...this.#namespaces.values()].flatMap((objects) => [...objects.values()]);
  }

  addIndex(name: string, values: (object: KubeObject) => readonly string[]): void {
    const index: Index = { values, found: new Map() };
    this.#indexes.set(name, index);
    for (const object of this.list()) addTo(index, object);
  }

  byIndex(name: string, value: string): readonly KubeObject[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new RangeError(`Cannot look up by an index that was not set up: ${name}`);
    const found = index.found.get(value);
    return found === undefined ? NONE : [...found];
  }

  /** An object of the same name with another uid is another object: the old one is told as deleted first. */
  put(object: KubeObject): Change[] {
    const before = this.get(requestOf(object));
    if (before !== undefined && before.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    this.#set(object, before);
    if (before === undefined) return [{ after: object }];
    if (before.metadata.uid !== object.metadata.uid) return [{ before }, { after: object }];
    return [{ before, after: object }];
  }

  /** `last` is the object's last state, as the watch gives it. */
  remove(last: KubeObject): Change[] {
    const request = requestOf(last);
    const stored = this.get(request);
    if (stored === undefined) return [];
    this.#delete(stored);
    return [{ before: stored.metadata.uid === last.metadata.uid ? last : stored }];
  }

  /** Makes the store hold `objects` and nothing else. */
  replace(objects: readonly KubeObject[]): Change[] {
    const kept = new Set(objects.map((object) => storeKey(requestOf(object))));
    const gone = this.list().filter((object) => !kept.has(storeKey(requestOf(object))));
    for (const object of gone) this.#delete(object);
    return [...gone.map((before) => ({ before })), ...objects.flatMap((object) => this.put(object))];
  }

  #set(object: KubeObject, before: KubeObject | undefined): void {
    const { namespace = '', name = '' } = object.metadata;
    const objects = this.#namespaces.get(namespace) ?? new Map<string, KubeObject>();
    this.#namespaces.set(namespace, objects.set(name, object));
    for (const index of this.#indexes.values()) {
      if (before !== undefined) removeFrom(index, before);
      addTo(index, object);
    }
  }

  #delete(object: KubeObject): void {
    const { namespace = '', name = '' } = object.metadata;
    const objects = this.#namespaces.get(namespace);
    objects?.delete(name);
    if (objects?.size === 0) this.#namespaces.delete(namespace);
    for (const index of this.#indexes.values()) removeFrom(index, object);
  }
}

export function requestOf(object: KubeObject): Request {
  const { namespace, name = '' } = object.metadata;
  return namespace === undefined ? { name } : { namespace, name };
}

export function storeKey(request: Request): string {
  return `${request.namespace ?? ''}/${request.name}`;
}

function addTo(index: Index, object: KubeObject): void {
  for (const value of index.values(object)) {
    const found = index.found.get(value);
    if (found === undefined) index.found.set(value, new Set([object]));
    else found.add(object);
  }
}

function removeFrom(index: Index, object: KubeObject): void {
  for (const value of index.values(object)) {
    const found = index.found.get(value);
    found?.delete(object);
    if (found?.size === 0) index.found.delete(value);
  }
}
