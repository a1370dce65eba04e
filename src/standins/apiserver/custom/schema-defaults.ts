import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';

/**
 * Fills in, in place, the defaults of a schema; a `null` where the schema allows none counts as missing. What is missing
 * with its whole parent stays missing.
 */
export function fillDefaults(schema: JsonObject, value: JsonValue): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (isJsonObject(items)) for (const item of value) fillDefaults(items, item);
  } else if (isJsonObject(value)) fillMembers(schema, value);
}

function fillMembers(schema: JsonObject, value: JsonObject): void {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const given = value[name];
    if (given === null && property['nullable'] !== true) Reflect.deleteProperty(value, name);
    if (value[name] === undefined && property['default'] !== undefined)
      value[name] = structuredClone(property['default']);
    if (value[name] !== undefined) fillDefaults(property, value[name]);
  }
  const { additionalProperties: others } = schema;
  if (!isJsonObject(others)) return;
  for (const [name, member] of Object.entries(value))
    if (!Object.hasOwn(properties, name)) fillDefaults(others, member);
}
