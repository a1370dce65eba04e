import { KustomizeError } from '../errors.ts';
import type { SchemaNode } from '../../kube/index.ts';
import { isMap, isMissing, isNull, sameValue } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import { areMerged, mergeKeys } from './list-merging.ts';
import { fieldSchema, itemSchema } from './list-schema.ts';
import { kindOf, schemaOfObject } from './merge2.ts';
import type { MergeOptions, Merged } from './merge2.ts';
import { mergeLists } from './merge-lists.ts';

export interface ThreeWay<Value> {
  /** What is changed. */
  readonly dest: Value;
  readonly original: Value;
  readonly updated: Value;
}

/**
 * Brings the changes from `original` to `updated` into `dest`, which keeps what it has changed itself, as `kpt` and
 * kustomize do it. `dest` is used up: the result holds parts of it.
 * @throws KustomizeError INVALID_PATCH
 */
export function merge3(values: ThreeWay<Merged>, options: MergeOptions): Merged {
  return new ThreeWayMerger(options).merge(values, undefined);
}

class ThreeWayMerger {
  readonly #options: MergeOptions;
  readonly #path: string[] = [];

  constructor(options: MergeOptions) {
    this.#options = options;
  }

  merge(values: ThreeWay<Merged>, known: SchemaNode | undefined): Merged {
    const { dest, original, updated } = values;
    const all = [dest, original, updated];
    const kind = all.map(kindOf).find((found) => found !== undefined);
    const odd = all.map(kindOf).find((found) => found !== undefined && found !== kind);
    if (odd !== undefined) {
      const place = this.#path.join('.') || 'the root';
      throw new KustomizeError('INVALID_PATCH', `Cannot merge a ${odd} into a ${kind} at ${place}: wrong node kind`);
    }
    if (kind === 'scalar') return mergeWhole(values);
    const schema =
      known ?? all.map((value) => schemaOfObject(value, this.#options)).find((found) => found !== undefined);
    if (kind !== 'list') return this.#mergeMaps(values, schema);
    return areMerged(all, schema, this.#options.inferKeys) ? this.#mergeItems(values, schema) : mergeWhole(values);
  }

  #mergeMaps({ dest, original, updated }: ThreeWay<Merged>, schema: SchemaNode | undefined): Merged {
    if (isCleared(updated) || isCleared(dest)) return undefined;
    if (dest === undefined && updated === undefined) return undefined;
    const result: YamlMap = isMap(dest) ? dest : {};
    const keys = new Set([result, original, updated].flatMap((map) => (isMap(map) ? Object.keys(map) : [])));
    for (const key of keys) {
      this.#path.push(key);
      const field = { dest: result[key], original: fieldOf(original, key), updated: fieldOf(updated, key) };
      const merged = this.merge(field, this.#fieldSchema([result, original, updated], { schema, key }));
      this.#path.pop();
      if (isMissing(merged)) Reflect.deleteProperty(result, key);
      else result[key] = merged as YamlValue;
    }
    return result;
  }

  #fieldSchema(
    maps: readonly Merged[],
    { schema, key }: { readonly schema: SchemaNode | undefined; readonly key: string },
  ): SchemaNode | undefined {
    const { schemaInComment } = this.#options;
    const own = maps.map((map) => (isMap(map) ? schemaInComment?.(map, key) : undefined));
    return own.find((found) => found !== undefined) ?? fieldSchema(schema, key);
  }

  #mergeItems({ dest, original, updated }: ThreeWay<Merged>, schema: SchemaNode | undefined): Merged {
    if (isMissing(updated) && !isMissing(original)) return undefined;
    const items = itemSchema(schema);
    const lists = [dest, original, updated].map((list) => (Array.isArray(list) ? list : undefined));
    const merged = mergeLists([lists[0] ?? [], ...lists.slice(1)], {
      keys: mergeKeys(lists, schema, this.#path),
      direction: this.#options.direction,
      merge: ([to, from, by]) => this.merge({ dest: to, original: from, updated: by }, items),
    });
    return merged;
  }
}

/** Written as null, as against not written at all. */
function isCleared(value: Merged): boolean {
  return value !== undefined && isNull(value);
}

function fieldOf(value: Merged, key: string): Merged {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Of scalars and of lists that are taken in one piece. */
function mergeWhole({ dest, original, updated }: ThreeWay<Merged>): Merged {
  if (isCleared(updated) || isCleared(dest)) return undefined;
  if (isMissing(updated) !== isMissing(original)) return updated;
  if (isMissing(updated)) return dest;
  return sameValue(updated, original) ? dest : updated;
}
