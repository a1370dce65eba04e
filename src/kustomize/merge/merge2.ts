import { KustomizeError } from '../errors.ts';
import type { SchemaNode } from '../../kube/index.ts';
import { assignTo, isMap, isMissing, isNull, isWrittenNull, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import { takeDirective } from './directive.ts';
import { areMerged, mergeKeys } from './list-merging.ts';
import { mergeLists } from './merge-lists.ts';
import type { Direction } from './merge-lists.ts';
import { fieldSchema, itemSchema } from './list-schema.ts';

export interface MergeOptions {
  /** Finds the structure of an object that says what it is. */
  readonly schemaOf: (apiVersion: string, kind: string) => SchemaNode | undefined;
  /** New items of a list that merges go before or after those that are there. */
  readonly direction: Direction;
  /** Takes lists without a known structure for keyed when their items look so. @default false */
  readonly inferKeys?: boolean;
  /** A schema that a comment gives the field of a map. */
  readonly schemaInComment?: (map: YamlMap, key: string) => SchemaNode | undefined;
}

/** `undefined` where nothing is left. */
export type Merged = YamlValue | undefined;

/**
 * Merges `patch` into `dest` as kustomize does. Both are used up: the result holds parts of them.
 * @throws KustomizeError INVALID_PATCH
 */
export function merge2(patch: YamlValue | undefined, dest: YamlValue | undefined, options: MergeOptions): Merged {
  return new Merger(options).merge(dest, patch, undefined);
}

export type Kind = 'map' | 'list' | 'scalar';

export function kindOf(value: YamlValue | undefined): Kind | undefined {
  if (isMissing(value)) return undefined;
  if (Array.isArray(value)) return 'list';
  return isMap(value) ? 'map' : 'scalar';
}

export function schemaOfObject(value: YamlValue | undefined, { schemaOf }: MergeOptions): SchemaNode | undefined {
  if (!isMap(value)) return undefined;
  const kind = textOf(value['kind']);
  const apiVersion = textOf(value['apiVersion']);
  return kind === '' || apiVersion === '' ? undefined : schemaOf(apiVersion, kind);
}

class Merger {
  readonly #options: MergeOptions;
  readonly #path: string[] = [];

  constructor(options: MergeOptions) {
    this.#options = options;
  }

  merge(dest: Merged, patch: Merged, known: SchemaNode | undefined): Merged {
    const kind = kindOf(dest) ?? kindOf(patch);
    const other = kindOf(patch);
    if (kind !== undefined && other !== undefined && kind !== other) this.#mismatch(kind, other);
    if (kind === 'scalar') return patch === undefined ? dest : isNull(patch) ? undefined : patch;
    const schema = known ?? schemaOfObject(dest, this.#options) ?? schemaOfObject(patch, this.#options);
    return kind === 'list' ? this.#mergeLists(dest, patch, schema) : this.#mergeMaps(dest, patch, schema);
  }

  #mismatch(kind: Kind, other: Kind): never {
    const place = this.#path.join('.') || 'the root';
    throw new KustomizeError('INVALID_PATCH', `Cannot merge a ${other} into a ${kind} at ${place}: wrong node kind`);
  }

  #mergeMaps(dest: Merged, patch: Merged, schema: SchemaNode | undefined): Merged {
    if (!isMap(dest)) return this.#addMap(dest, patch, schema);
    if (patch === undefined) return this.#walkFields(dest, undefined, schema);
    if (isNull(patch)) return undefined;
    const directive = takeDirective(patch);
    if (directive === 'delete') return undefined;
    if (!isMap(patch)) return dest;
    return this.#walkFields(directive === 'replace' ? patch : dest, patch, schema);
  }

  /** There is no map to merge into: the patch is taken, less what it says about deleting. */
  #addMap(dest: Merged, patch: Merged, schema: SchemaNode | undefined): Merged {
    // A null that is written out stays until a patch says otherwise.
    if (patch === undefined) return isWrittenNull(dest) ? dest : undefined;
    if (takeDirective(patch) === 'delete') return undefined;
    return isMap(patch) ? this.#walkFields(patch, patch, schema) : undefined;
  }

  #walkFields(dest: YamlMap, patch: YamlMap | undefined, schema: SchemaNode | undefined): YamlMap {
    const known = Object.keys(dest);
    const added = patch === undefined ? [] : Object.keys(patch).filter((key) => !Object.hasOwn(dest, key));
    for (const key of known) this.#mergeField(dest, patch, { key, schema });
    for (const key of added) this.#mergeField(dest, patch, { key, schema });
    return dest;
  }

  #mergeField(
    dest: YamlMap,
    patch: YamlMap | undefined,
    { key, schema }: { readonly key: string; readonly schema: SchemaNode | undefined },
  ): void {
    const before = dest[key];
    const from = patch !== undefined && Object.hasOwn(patch, key) ? patch[key] : undefined;
    if (from === undefined && typeof before !== 'object') return;
    this.#path.push(key);
    const own = this.#options.schemaInComment?.(dest, key);
    const merged = this.merge(before, from, own ?? fieldSchema(schema, key));
    this.#path.pop();
    if (merged === undefined) Reflect.deleteProperty(dest, key);
    else if (merged !== before) assignTo(dest, key, merged);
  }

  #mergeLists(dest: Merged, patch: Merged, schema: SchemaNode | undefined): Merged {
    if (!areMerged([dest, patch], schema, this.#options.inferKeys)) {
      return patch === undefined ? dest : isNull(patch) ? undefined : patch;
    }
    if (!Array.isArray(dest)) return Array.isArray(patch) ? this.#mergeItems(patch, patch, schema) : undefined;
    if (patch === undefined) return this.#mergeItems(dest, undefined, schema);
    if (isNull(patch)) return undefined;
    const directive = takeDirective(patch);
    if (directive === 'delete') return undefined;
    if (!Array.isArray(patch)) return dest;
    return this.#mergeItems(directive === 'replace' ? patch : dest, patch, schema);
  }

  #mergeItems(dest: YamlValue[], patch: YamlValue[] | undefined, schema: SchemaNode | undefined): Merged {
    const items = itemSchema(schema);
    return mergeLists([dest, patch], {
      keys: mergeKeys([dest, patch], schema, this.#path),
      direction: this.#options.direction,
      merge: ([to, from]) => this.merge(to, from, items),
    });
  }
}
