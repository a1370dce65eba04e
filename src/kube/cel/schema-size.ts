import type { JsonObject } from '../../core/index.ts';
import { asSchema } from './schema-kind.ts';

/** The largest request, which no list can be longer than. */
const REQUEST = 3 * 1024 * 1024;
const SCALARS: Readonly<Record<string, number>> = { integer: 1, number: 1, boolean: 4, string: 2, array: 2 };

/** The most items or members that a value of the schema can have. */
export function mostMembers(schema: JsonObject): number {
  const { maxItems, maxProperties, items, additionalProperties } = schema;
  const bound = schema['type'] === 'array' ? maxItems : maxProperties;
  if (typeof bound === 'number') return bound;
  const member = asSchema(items) ?? asSchema(additionalProperties);
  return Math.floor(REQUEST / (leastBytes(member) + 1));
}

/** The bytes of the shortest value. */
function leastBytes(schema: JsonObject | undefined): number {
  if (schema === undefined) return 1;
  const properties = asSchema(schema['properties']) ?? {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const { type } = schema;
  if (type !== 'object') return SCALARS[typeof type === 'string' ? type : ''] ?? 1;
  return required
    .filter((name) => typeof name === 'string')
    .reduce((bytes, name) => bytes + name.length + 4 + leastBytes(asSchema(properties[name])), 2);
}
