import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';

/** What of an object's metadata an expression may read. */
const OBJECT_META: JsonObject = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};
const IDENTITY: JsonObject = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: OBJECT_META };

/** How expressions see values of an OpenAPI schema. */
export type SchemaKind =
  | { readonly kind: 'object'; readonly properties: JsonObject }
  | { readonly kind: 'map' | 'list'; readonly of: JsonObject | undefined }
  | { readonly kind: 'string' | 'int' | 'double' | 'bool' | 'timestamp' | 'duration' | 'bytes' | 'dyn' };

const DYNAMIC: SchemaKind = { kind: 'dyn' };
const FORMATS: Readonly<Record<string, SchemaKind>> = {
  byte: { kind: 'bytes' },
  date: { kind: 'timestamp' },
  'date-time': { kind: 'timestamp' },
  duration: { kind: 'duration' },
};
const SCALARS: Readonly<Record<string, SchemaKind>> = {
  integer: { kind: 'int' },
  number: { kind: 'double' },
  boolean: { kind: 'bool' },
};

/** Without a schema, or where it leaves the type open, values are dynamic. */
export function kindOf(schema: JsonObject | undefined): SchemaKind {
  if (schema === undefined || schema['nullable'] === true || schema['x-kubernetes-int-or-string'] === true)
    return DYNAMIC;
  const { type, format, items } = schema;
  if (type === 'string') return FORMATS[typeof format === 'string' ? format : ''] ?? { kind: 'string' };
  if (type === 'array') return { kind: 'list', of: isJsonObject(items) ? items : undefined };
  if (type === 'object') return objectKind(schema);
  return SCALARS[typeof type === 'string' ? type : ''] ?? DYNAMIC;
}

function objectKind(schema: JsonObject): SchemaKind {
  const { properties, additionalProperties } = schema;
  if (isJsonObject(additionalProperties)) return { kind: 'map', of: additionalProperties };
  const identity = schema['x-kubernetes-embedded-resource'] === true ? IDENTITY : {};
  const named = { ...(isJsonObject(properties) ? properties : {}), ...identity };
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true;
  return open && Object.keys(named).length === 0 ? DYNAMIC : { kind: 'object', properties: named };
}

export function asSchema(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}
