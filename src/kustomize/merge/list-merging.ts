import type { SchemaNode } from '../../kube/index.ts';
import { KustomizeError } from '../errors.ts';
import type { YamlValue } from '../yaml/value.ts';
import { listRule } from './list-schema.ts';
import { inferKey, keyOfList } from './merge-lists.ts';

type Lists = readonly (YamlValue | undefined)[];

/** Whether the items of lists are merged: as the schema says, or as the items look where it says nothing. */
export function areMerged(lists: Lists, schema: SchemaNode | undefined, inferKeys = false): boolean {
  const rule = listRule(schema);
  if (rule !== undefined) return rule.merges;
  return inferKeys && lists.some((list) => Array.isArray(list) && keyOfList(list) !== undefined);
}

/** @throws KustomizeError INVALID_PATCH when the items do not agree on a key */
export function mergeKeys(lists: Lists, schema: SchemaNode | undefined, path: readonly string[]): readonly string[] {
  const rule = listRule(schema);
  if (rule !== undefined) return rule.keys;
  const key = inferKey(lists.map((list) => (Array.isArray(list) ? list : undefined)));
  if (key !== undefined) return [key];
  throw new KustomizeError('INVALID_PATCH', `Cannot merge the list ${path.join('.')}: no merge key found`);
}
