import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import type { ListType, ObjectSchema, SchemaNode } from '../schema-node.ts';
import { objectMetaSchema } from './builtin.ts';

const STRING: SchemaNode = { type: 'string' };

/**
 * The structure that a CustomResourceDefinition's `openAPIV3Schema` describes, with `apiVersion`, `kind` and
 * `metadata` as every object has them. It must be structural; what is not understood counts as `any`.
 */
export function schemaFromOpenApi(openAPIV3Schema: JsonObject): ObjectSchema {
  const fields = new Map(fieldsOf(openAPIV3Schema));
  addObjectFields(fields);
  return {
    type: 'object',
    fields,
    ...requiredOf(openAPIV3Schema),
    ...flag('preserveUnknown', openAPIV3Schema['x-kubernetes-preserve-unknown-fields'] === true),
  };
}

function addObjectFields(fields: Map<string, SchemaNode>): void {
  fields.set('apiVersion', STRING);
  fields.set('kind', STRING);
  fields.set('metadata', objectMetaSchema());
}

function nodeOf(schema: JsonObject): SchemaNode {
  const value = schema['default'] === undefined ? {} : { default: schema['default'] };
  if (schema['x-kubernetes-int-or-string'] === true) return { type: 'int-or-string', ...value };
  switch (schema['type']) {
    case 'object':
      return { ...objectOf(schema), ...value };
    case 'array':
      return { type: 'list', items: child(schema['items']), ...listTypeOf(schema), ...value };
    case 'string':
      return { type: stringType(schema['format']), ...value };
    case 'integer':
    case 'number':
    case 'boolean':
      return { type: schema['type'], ...value };
    default:
      return { type: 'any', ...value };
  }
}

function stringType(format: JsonValue | undefined): 'string' | 'bytes' | 'time' | 'duration' {
  if (format === 'byte') return 'bytes';
  if (format === 'date-time') return 'time';
  return format === 'duration' ? 'duration' : 'string';
}

function objectOf(schema: JsonObject): SchemaNode {
  const atomic = flag('atomic', schema['x-kubernetes-map-type'] === 'atomic');
  const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const additional = schema['additionalProperties'];
  const named = isJsonObject(schema['properties']);
  if (!named && !embedded && additional !== undefined && additional !== false) {
    return { type: 'map', values: child(additional), ...atomic };
  }
  if (!named && !embedded && preserve) return { type: 'any' };
  const fields = new Map(fieldsOf(schema));
  if (embedded) addObjectFields(fields);
  return { type: 'object', fields, ...requiredOf(schema), ...flag('preserveUnknown', preserve), ...atomic };
}

function child(schema: JsonValue | undefined): SchemaNode {
  return isJsonObject(schema) ? nodeOf(schema) : { type: 'any' };
}

function fieldsOf(schema: JsonObject): [string, SchemaNode][] {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).map(([name, property]) => [name, child(property)]);
}

function requiredOf(schema: JsonObject): { readonly required?: readonly string[] } {
  const required = strings(schema['required']);
  return required.length > 0 ? { required } : {};
}

function listTypeOf(schema: JsonObject): { readonly listType?: ListType; readonly keys?: readonly string[] } {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'map') return { listType, keys: strings(schema['x-kubernetes-list-map-keys']) };
  return listType === 'set' || listType === 'atomic' ? { listType } : {};
}

function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function flag<K extends string>(name: K, on: boolean): { readonly [key in K]?: true } {
  return (on ? { [name]: true } : {}) as { readonly [key in K]?: true };
}
