import { isJsonObject } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { ObjectSchema, ScalarType, SchemaNode } from '../kube/index.ts';
import type { FieldPath } from './field-path.ts';
import { printPath } from './field-path.ts';

/** A value that does not fit its schema. */
export interface Mismatch {
  readonly rule: 'schema-field' | 'schema-type' | 'schema-required';
  readonly path: FieldPath;
  readonly message: string;
  readonly mend: string;
}

/** Every place where a value does not fit. Null counts as absent, as the API server takes it. */
export function checkSchema(value: JsonValue, schema: SchemaNode, path: FieldPath = []): Mismatch[] {
  if (value === null || schema.type === 'any') return [];
  if (schema.type === 'object') return checkObject(value, schema, path);
  if (schema.type === 'map') return checkMap(value, schema.values, path);
  if (schema.type === 'list') return checkList(value, schema.items, path);
  return IS_SCALAR[schema.type](value) ? [] : [wrongType(value, NAMES[schema.type] ?? schema.type, path)];
}

function checkObject(value: JsonValue, schema: ObjectSchema, path: FieldPath): Mismatch[] {
  if (!isJsonObject(value)) return [wrongType(value, 'object', path)];
  const found = (schema.required ?? [])
    .filter((name) => value[name] === undefined || value[name] === null)
    .map((name) => missing(name, path));
  for (const [name, field] of Object.entries(value)) {
    const known = schema.fields.get(name);
    if (known !== undefined) found.push(...checkSchema(field, known, [...path, name]));
    else if (schema.preserveUnknown !== true) found.push(unknown(name, schema, path));
  }
  return found;
}

function checkMap(value: JsonValue, values: SchemaNode, path: FieldPath): Mismatch[] {
  if (!isJsonObject(value)) return [wrongType(value, 'object', path)];
  return Object.entries(value).flatMap(([name, field]) => checkSchema(field, values, [...path, name]));
}

function checkList(value: JsonValue, items: SchemaNode, path: FieldPath): Mismatch[] {
  if (!Array.isArray(value)) return [wrongType(value, 'list', path)];
  return value.flatMap((item, i) => checkSchema(item, items, [...path, i]));
}

const isText = (value: JsonValue): boolean => typeof value === 'string';

const IS_SCALAR: Readonly<Record<ScalarType, (value: JsonValue) => boolean>> = {
  string: isText,
  bytes: isText,
  time: isText,
  duration: isText,
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  'int-or-string': (value) => isText(value) || Number.isInteger(value),
  quantity: (value) => isText(value) || typeof value === 'number',
};

const NAMES: Readonly<Partial<Record<ScalarType, string>>> = {
  string: 'text',
  bytes: 'text in base64',
  'int-or-string': 'whole number or text',
  integer: 'whole number',
  boolean: 'boolean',
};

function wrongType(value: JsonValue, wanted: string, path: FieldPath): Mismatch {
  const isQuotable = wanted.startsWith('text') && typeof value !== 'object';
  return {
    rule: 'schema-type',
    path,
    message: `${printPath(path)} must be a ${wanted}, and is ${describeValue(value)}`,
    mend: isQuotable ? 'Put the value in quotes' : `Write a ${wanted}`,
  };
}

/** Values themselves may be secret. */
function describeValue(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

function missing(name: string, path: FieldPath): Mismatch {
  return {
    rule: 'schema-required',
    path,
    message: `${printPath([...path, name])} is required`,
    mend: `Set ${name}`,
  };
}

const MAX_NAMES = 12;

function unknown(name: string, { fields }: ObjectSchema, path: FieldPath): Mismatch {
  const known = [...fields.keys()].sort();
  const likely = known.filter((other) => other.toLowerCase().startsWith(name.toLowerCase().slice(0, 2)));
  const names = (likely.length > 0 ? likely : known).slice(0, MAX_NAMES);
  return {
    rule: 'schema-field',
    path: [...path, name],
    message: `${printPath([...path, name])} is no field of this kind`,
    mend: names.length === 0 ? 'Remove it' : `Remove it, or write one of: ${names.join(', ')}`,
  };
}
