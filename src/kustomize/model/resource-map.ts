import { KustomizeError } from '../errors.ts';
import { describeId, idKey } from './identity.ts';
import type { ResourceId } from './identity.ts';
import { allIds } from './resource.ts';
import type { Resource } from './resource.ts';

/** The objects of a build, in the order they were added. No two have one current id when they are added. */
export class ResourceMap {
  #list: Resource[] = [];
  #current: Map<string, Resource[]> | undefined = new Map();
  #any: Map<string, Resource[]> | undefined;

  get all(): readonly Resource[] {
    return this.#list;
  }

  get size(): number {
    return this.#list.length;
  }

  /** To be called whenever a transformer may have changed names, namespaces or kinds. */
  changed(): void {
    this.#current = undefined;
    this.#any = undefined;
  }

  /** @throws KustomizeError DUPLICATE_RESOURCE */
  append(resource: Resource): void {
    const key = idKey(resource.id);
    const index = this.#currentIndex();
    if (index.has(key)) {
      throw duplicate(resource);
    }
    this.#list.push(resource);
    index.set(key, [resource]);
    if (this.#any !== undefined) for (const id of allIds(resource)) addTo(this.#any, idKey(id), resource);
  }

  /** @throws KustomizeError DUPLICATE_RESOURCE when transformers have given two objects one id */
  checkUnique(): void {
    this.changed();
    for (const [resource, other] of this.#currentIndex().values()) {
      if (resource !== undefined && other !== undefined) throw duplicate(resource);
    }
  }

  appendAll(resources: Iterable<Resource>): void {
    for (const resource of resources) this.append(resource);
  }

  replace(old: Resource, by: Resource): void {
    const at = this.#list.indexOf(old);
    this.#list[at] = by;
    this.changed();
  }

  /** Keeps those for which `keep` holds. */
  filter(keep: (resource: Resource) => boolean): void {
    this.#list = this.#list.filter(keep);
    this.changed();
  }

  reorder(compare: (a: Resource, b: Resource) => number): void {
    this.#list.sort(compare);
  }

  byCurrentId(id: ResourceId): readonly Resource[] {
    return this.#currentIndex().get(idKey(id)) ?? [];
  }

  /** Those that have or had the id. */
  byAnyId(id: ResourceId): readonly Resource[] {
    this.#any ??= this.#indexAny();
    return this.#any.get(idKey(id)) ?? [];
  }

  #currentIndex(): Map<string, Resource[]> {
    if (this.#current === undefined) {
      this.#current = new Map();
      for (const resource of this.#list) addTo(this.#current, idKey(resource.id), resource);
    }
    return this.#current;
  }

  #indexAny(): Map<string, Resource[]> {
    const index = new Map<string, Resource[]>();
    for (const resource of this.#list) {
      if (!resource.isDeleted) for (const id of allIds(resource)) addTo(index, idKey(id), resource);
    }
    return index;
  }
}

function duplicate({ id }: Resource): KustomizeError {
  return new KustomizeError(
    'DUPLICATE_RESOURCE',
    `Cannot add ${describeId(id)}: may not add resource with an already registered id`,
  );
}

function addTo(index: Map<string, Resource[]>, key: string, resource: Resource): void {
  const found = index.get(key);
  if (found === undefined) index.set(key, [resource]);
  else if (!found.includes(resource)) found.push(resource);
}
