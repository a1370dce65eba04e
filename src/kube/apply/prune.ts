import type { JsonObject, JsonValue } from '../../core/index.ts';
import type { SchemaNode } from '../schema-node.ts';
import type { FieldSet } from './field-set.ts';
import { removeItems } from './remove-items.ts';
import { toFieldSet, withDeclaredFields } from './to-field-set.ts';

export interface PruneOptions {
  readonly schema: SchemaNode;
  /** What the applier owned before this apply. */
  readonly last: FieldSet;
  /** What anybody owns now, the applier included. */
  readonly owned: FieldSet;
}

/**
 * Removes from `merged` what the applier applied last time, does not apply this time, and nobody else owns. What hangs
 * below such a field but never was the applier's stays.
 */
export function prune(merged: JsonObject, { schema, last, owned }: PruneOptions): JsonObject {
  if (last.isEmpty) return merged;
  const lastFields = withDeclaredFields(last, schema);
  const pruned = remove(merged, lastFields, schema);
  if (pruned === merged) return merged;
  const mergedSet = withDeclaredFields(toFieldSet(merged, schema), schema);
  const ownedFields = withDeclaredFields(owned, schema);
  const withOwned = remove(merged, mergedSet.difference(fieldsOf(pruned, schema).union(ownedFields)), schema);
  return remove(merged, mergedSet.difference(fieldsOf(withOwned, schema)).intersection(lastFields), schema);
}

function fieldsOf(value: JsonValue, schema: SchemaNode): FieldSet {
  return withDeclaredFields(toFieldSet(value, schema), schema);
}

function remove(object: JsonObject, set: FieldSet, schema: SchemaNode): JsonObject {
  const left = removeItems(object, set.withSelf(false), schema);
  return left === undefined || left === null || typeof left !== 'object' || Array.isArray(left) ? {} : left;
}
