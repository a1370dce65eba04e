import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { setOwn } from './patch/merge-patch.ts';
import { canonicalQuantity } from './quantity.ts';
import type { SchemaNode } from './schema-node.ts';

/**
 * The value as the API server would write it: quantities in canonical form, no `null` members where the schema is
 * known. Shares what does not change.
 */
export function normalise(value: JsonValue, schema: SchemaNode): JsonValue {
  switch (schema.type) {
    case 'quantity':
      return canonicalQuantity(value);
    case 'object':
    case 'map':
      return isJsonObject(value) ? normaliseMembers(value, schema) : value;
    case 'list':
      return Array.isArray(value) ? normaliseItems(value, schema.items) : value;
    default:
      return value;
  }
}

function normaliseMembers(object: JsonObject, schema: Extract<SchemaNode, { type: 'object' | 'map' }>): JsonObject {
  const normal: JsonObject = {};
  let same = true;
  for (const [name, value] of Object.entries(object)) {
    const member = schema.type === 'map' ? schema.values : schema.fields.get(name);
    const drop = value === null && member !== undefined && member.type !== 'any';
    const next = member === undefined ? value : normalise(value, member);
    same &&= !drop && next === value;
    if (!drop) setOwn(normal, name, next);
  }
  return same ? object : normal;
}

function normaliseItems(items: JsonValue[], schema: SchemaNode): JsonValue[] {
  const normal = items.map((item) => normalise(item, schema));
  return normal.every((item, index) => item === items[index]) ? items : normal;
}

/** Whether two values mean the same to the API server. */
export function semanticEqual(a: JsonValue, b: JsonValue, schema: SchemaNode): boolean {
  return jsonEqual(normalise(a, schema), normalise(b, schema));
}
