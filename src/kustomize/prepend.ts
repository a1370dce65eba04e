import { isJsonObject } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { SchemaNode } from '../kube/index.ts';

/**
 * The order that Kustomize gives to lists merged by key: the items that the patch names come first, in its order, the
 * others follow. The API's own strategic merge keeps the old order and appends.
 */
export function prependPatched(
  merged: JsonValue,
  patch: JsonValue | undefined,
  schema: SchemaNode | undefined,
): JsonValue {
  if (isJsonObject(merged) && isJsonObject(patch)) {
    const entries = Object.entries(merged).map(([key, value]) => [
      key,
      prependPatched(value, patch[key], member(schema, key)),
    ]);
    return Object.fromEntries(entries) as JsonValue;
  }
  if (!Array.isArray(merged) || !Array.isArray(patch) || schema?.type !== 'list') return merged;
  const key = schema.patchMergeKey;
  if (key === undefined) return merged;
  const byKey = new Map(merged.map((item) => [identity(item, key), item]));
  const named = new Set(patch.map((item) => identity(item, key)));
  const first = patch.flatMap((item) => {
    const found = byKey.get(identity(item, key));
    return found === undefined ? [] : [prependPatched(found, item, schema.items)];
  });
  return [...first, ...merged.filter((item) => !named.has(identity(item, key)))];
}

function identity(item: JsonValue, key: string): JsonValue | undefined {
  return isJsonObject(item) ? item[key] : undefined;
}

function member(schema: SchemaNode | undefined, key: string): SchemaNode | undefined {
  if (schema?.type === 'object') return schema.fields.get(key);
  return schema?.type === 'map' ? schema.values : undefined;
}
