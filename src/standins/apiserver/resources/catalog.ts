import type { GroupVersionKind } from '../../../kube/index.ts';
import { GROUP_ORDER } from './builtin-rows.ts';
import { builtinTypes } from './builtin-types.ts';
import type { ResourceType } from './resource-type.ts';

export interface ServedVersion {
  readonly version: string;
  readonly types: readonly ResourceType[];
}

export interface ServedGroup {
  readonly group: string;
  /** The preferred one first. */
  readonly versions: readonly ServedVersion[];
}

/** Every resource that the cluster serves at this moment. */
export class Catalog {
  readonly #builtin = builtinTypes();
  readonly #custom = new Map<string, readonly ResourceType[]>();
  #byPath = new Map<string, ResourceType>();
  #byKind = new Map<string, ResourceType>();
  #byCollection = new Map<string, ResourceType>();
  #groups: readonly ServedGroup[] = [];
  /** Grows with every change. */
  revision = 0;

  constructor() {
    this.#rebuild();
  }

  find(group: string, version: string, resource: string): ResourceType | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`);
  }

  findKind(gvk: GroupVersionKind): ResourceType | undefined {
    return this.#byKind.get(`${gvk.group}/${gvk.version}/${gvk.kind}`);
  }

  /** The first type that serves the collection. */
  ofCollection(collection: string): ResourceType | undefined {
    return this.#byCollection.get(collection);
  }

  get types(): readonly ResourceType[] {
    return [...this.#byPath.values()];
  }

  /** In the order of priority, the core group first. */
  get groups(): readonly ServedGroup[] {
    return this.#groups;
  }

  version(group: string, version: string): ServedVersion | undefined {
    return this.#groups.find((each) => each.group === group)?.versions.find((each) => each.version === version);
  }

  customTypes(definition: string): readonly ResourceType[] {
    return this.#custom.get(definition) ?? [];
  }

  /** Serves what a CustomResourceDefinition defines, instead of what it did before; nothing when `types` is empty. */
  setCustom(definition: string, types: readonly ResourceType[]): void {
    if (types.length === 0) this.#custom.delete(definition);
    else this.#custom.set(definition, types);
    this.#rebuild();
  }

  #rebuild(): void {
    const types = [...this.#builtin, ...[...this.#custom.values()].flat()];
    this.#byPath = new Map(types.map((type) => [`${type.group}/${type.version}/${type.resource}`, type]));
    this.#byKind = new Map(types.map((type) => [`${type.group}/${type.version}/${type.kind}`, type]));
    // toReversed: the first type of a collection counts
    this.#byCollection = new Map(types.toReversed().map((type) => [type.collection, type]));
    this.#groups = groupTypes(types);
    this.revision++;
  }
}

function groupTypes(types: readonly ResourceType[]): readonly ServedGroup[] {
  const byGroup = Map.groupBy(types, (type) => type.group);
  const groups = [...byGroup.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return groups.map((group) => {
    const byVersion = Map.groupBy(byGroup.get(group) ?? [], (type) => type.version);
    const versions = [...byVersion.keys()].sort(compareVersions);
    return { group, versions: versions.map((version) => ({ version, types: sorted(byVersion.get(version) ?? []) })) };
  });
}

function rank(group: string): number {
  const index = GROUP_ORDER.indexOf(group);
  return index < 0 ? GROUP_ORDER.length : index;
}

function sorted(types: readonly ResourceType[]): readonly ResourceType[] {
  return types.toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STAGES = ['alpha', 'beta', undefined];

/** Kubernetes' order of versions: stable before beta before alpha, greater numbers first, anything else at the end. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [versionRank(a), versionRank(b)];
  if (left === undefined || right === undefined) {
    if (left === undefined && right === undefined) return a < b ? -1 : 1;
    return left === undefined ? 1 : -1;
  }
  const index = left.findIndex((part, position) => part !== right[position]);
  return index < 0 ? 0 : (right[index] ?? 0) - (left[index] ?? 0);
}

function versionRank(version: string): readonly number[] | undefined {
  const match = VERSION.exec(version);
  if (match === null) return undefined;
  return [STAGES.indexOf(match[2]), Number(match[1]), Number(match[3] ?? 0)];
}
