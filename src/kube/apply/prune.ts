import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import type { SchemaNode } from '../schema-node.ts';
import type { FieldSet } from './field-set.ts';
import { removeItems } from './remove-items.ts';
import type { Removal } from './remove-items.ts';
import { toFieldSet, withDeclaredFields } from './to-field-set.ts';

export interface PruneOptions {
  readonly schema: SchemaNode;
  /** What the applier owned before this apply. */
  readonly last: FieldSet;
  /** What anybody owns now, the applier included. */
  readonly owned: FieldSet;
  /** What appliers own now: a container that one of them wants stays, empty. */
  readonly applied: FieldSet;
}

/**
 * Removes from `merged` what the applier applied last time, does not apply this time, and nobody else owns. What hangs
 * below such a field but never was the applier's stays.
 */
export function prune(merged: JsonObject, { schema, last, owned, applied }: PruneOptions): JsonObject {
  if (last.difference(owned).isEmpty) return merged; // nothing was dropped
  const fieldsOf = (value: JsonValue): FieldSet => withDeclaredFields(toFieldSet(value, schema), schema);
  const without = (set: FieldSet): JsonObject => remove(merged, { node: schema, set, keep: applied });
  const lastFields = withDeclaredFields(last, schema);
  const pruned = without(lastFields);
  if (pruned === merged) return merged;
  const all = fieldsOf(merged);
  const withOwned = without(all.difference(fieldsOf(pruned).union(withDeclaredFields(owned, schema))));
  return without(all.difference(fieldsOf(withOwned)).intersection(lastFields));
}

function remove(object: JsonObject, removal: Removal): JsonObject {
  const left = removeItems(object, removal);
  return isJsonObject(left) ? left : {};
}
