import { ExactScalar, cloneMap, isMap, textOf } from '../yaml/value.ts';
import type { YamlMap } from '../yaml/value.ts';
import { getIn } from './field-path.ts';
import { splitApiVersion } from './identity.ts';
import type { Gvk, ResourceId } from './identity.ts';
import type { Origin } from './origin.ts';

export type Behavior = 'unspecified' | 'create' | 'replace' | 'merge';

/** Annotations that upstream writes while it builds, and takes away in the end wherever they come from. */
const NOTES: ReadonlySet<string> = new Set([
  'alpha.config.kubernetes.io/transformations',
  'config.k8s.io/id',
  ...['index', 'origin', 'path'].map((name) => `config.kubernetes.io/${name}`),
  ...['previousKinds', 'previousNames', 'previousNamespaces', 'prefixes', 'suffixes', 'refBy', 'generatorBehavior']
    .concat(['needsHashSuffix', 'allowNameChange', 'allowKindChange', 'path', 'index', 'seqindent', 'id'])
    .concat(['annotations-migration-resource-id'])
    .map((name) => `internal.config.kubernetes.io/${name}`),
]);

/** An object on its way through a build, with what the build has to remember about it. */
export class Resource {
  /** Empty once a patch has deleted the object. */
  node: YamlMap;
  /** Every id that the object had before its current one, the first first. */
  readonly previousIds: ResourceId[] = [];
  readonly prefixes: string[] = [];
  readonly suffixes: string[] = [];
  behavior: Behavior = 'unspecified';
  needsHash = false;
  mergesFileContent = false;
  readonly referrers: ResourceId[] = [];
  readonly variables: string[] = [];
  /** The file that it was read from. */
  file: string | undefined;
  origin: Origin | undefined;
  readonly transformations: Origin[] = [];

  constructor(node: YamlMap) {
    this.node = node;
  }

  clone(): Resource {
    const copy = new Resource(cloneMap(this.node));
    copy.previousIds.push(...this.previousIds);
    copy.prefixes.push(...this.prefixes);
    copy.suffixes.push(...this.suffixes);
    copy.referrers.push(...this.referrers);
    copy.variables.push(...this.variables);
    copy.transformations.push(...this.transformations);
    copy.behavior = this.behavior;
    copy.needsHash = this.needsHash;
    copy.mergesFileContent = this.mergesFileContent;
    copy.origin = this.origin;
    copy.file = this.file;
    return copy;
  }

  get isDeleted(): boolean {
    for (const _field in this.node) return false;
    return true;
  }

  get kind(): string {
    return textOf(this.node['kind']);
  }

  get name(): string {
    return textOf(getIn(this.node, 'metadata', 'name'));
  }

  get namespace(): string {
    return textOf(getIn(this.node, 'metadata', 'namespace'));
  }

  get gvk(): Gvk {
    return { ...splitApiVersion(textOf(this.node['apiVersion'])), kind: this.kind };
  }

  get id(): ResourceId {
    return { ...this.gvk, name: this.name, namespace: this.namespace };
  }

  get originalId(): ResourceId {
    return this.previousIds[0] ?? this.id;
  }

  /** Remembers the current id before a transformer changes a part of it. */
  storeId(): void {
    this.previousIds.push(this.id);
  }

  /** Remembers who transformed it, and in doing so turns annotations that read as something else into text. */
  addTransformation(origin: Origin): void {
    const annotations = getIn(this.node, 'metadata', 'annotations');
    if (isMap(annotations)) {
      for (const key in annotations) {
        const value = annotations[key];
        if (value instanceof ExactScalar) annotations[key] = value.text;
      }
    }
    // What has no origin was made by the transformer.
    if (this.origin === undefined) this.origin = origin;
    else this.transformations.push(origin);
  }

  forgetOrigin(): void {
    this.origin = undefined;
    this.transformations.splice(0);
  }

  get metadata(): YamlMap {
    const found = this.node['metadata'];
    if (isMap(found)) return found;
    const made: YamlMap = {};
    this.node['metadata'] = made;
    return made;
  }

  setName(name: string): void {
    this.metadata['name'] = name;
  }

  setNamespace(namespace: string): void {
    if (namespace === '') {
      if (this.namespace !== '') delete this.metadata['namespace'];
    } else this.metadata['namespace'] = namespace;
  }

  /** Annotations are texts, none is left that upstream keeps its own notes in, and no empty map of them. */
  tidyAnnotations(): void {
    const metadata = this.node['metadata'];
    const annotations = isMap(metadata) ? metadata['annotations'] : undefined;
    if (!isMap(metadata) || annotations === undefined) return;
    let empty = true;
    if (isMap(annotations)) {
      for (const key of Object.keys(annotations)) {
        if (NOTES.has(key)) {
          Reflect.deleteProperty(annotations, key);
          continue;
        }
        empty = false;
        annotations[key] = textOf(annotations[key]);
      }
    }
    if (empty) delete metadata['annotations'];
  }

  annotation(key: string): string | undefined {
    const found = getIn(this.node, 'metadata', 'annotations', key);
    return found === undefined ? undefined : textOf(found);
  }

  annotate(key: string, value: string): void {
    const { metadata } = this;
    const annotations = metadata['annotations'];
    if (isMap(annotations)) annotations[key] = value;
    else metadata['annotations'] = { [key]: value };
  }
}

/** Every id that the object has or had. */
export function allIds(resource: Resource): readonly ResourceId[] {
  return [...resource.previousIds, resource.id];
}
