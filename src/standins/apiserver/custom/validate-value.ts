import { isJsonObject, jsonEqual } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { FieldError } from '../field-error.ts';
import { FORMATS } from './formats.ts';
import { patternOf } from './patterns.ts';

/** A value of a custom resource, beside what was there before. */
export interface Judged {
  readonly value: JsonValue;
  /** Of an update: what has not changed is not judged again, so that a stricter schema does not lock objects. */
  readonly old?: JsonValue | undefined;
  readonly path: string;
}

/** Everything that is wrong with a value, in the words of a real server. */
export function validateValue(schema: JsonObject, judged: Judged): readonly FieldError[] {
  const { value, old, path } = judged;
  if (old !== undefined && jsonEqual(value, old)) return [];
  if (value === null && schema['nullable'] === true) return [];
  const typeError = checkType(schema, value, path);
  if (typeError !== undefined) return [typeError];
  return [
    ...enumErrors(schema, value, path),
    ...(typeof value === 'number' ? numberErrors(schema, value, path) : []),
    ...(typeof value === 'string' ? textErrors(schema, value, path) : []),
    ...(Array.isArray(value) ? listErrors(schema, value, judged) : []),
    ...(isJsonObject(value) ? objectErrors(schema, value, judged) : []),
    ...junctorErrors(schema, judged),
  ];
}

function bad(path: string, value: JsonValue, detail: string): FieldError {
  const shown = typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'array' : 'object') : value;
  return { type: 'FieldValueInvalid', field: path, value: shown, detail: `${path} in body ${detail}` };
}

function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkType(schema: JsonObject, value: JsonValue, path: string): FieldError | undefined {
  const actual = typeName(value);
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const wanted = intOrString ? 'integer,string' : schema['type'];
  if (typeof wanted !== 'string' || wanted.split(',').includes(actual)) return undefined;
  if (wanted === 'number' && actual === 'integer') return undefined;
  const detail = `${path} in body must be of type ${wanted}: ${JSON.stringify(actual)}`;
  return { type: 'FieldValueTypeInvalid', field: path, value: actual, detail };
}

function enumErrors(schema: JsonObject, value: JsonValue, path: string): readonly FieldError[] {
  const { enum: allowed } = schema;
  if (!Array.isArray(allowed) || allowed.some((each) => jsonEqual(each, value))) return [];
  const list = allowed.map((each) => JSON.stringify(each)).join(', ');
  return [{ type: 'FieldValueNotSupported', field: path, value, detail: `supported values: ${list}` }];
}

function numberErrors(schema: JsonObject, value: number, path: string): readonly FieldError[] {
  const { minimum, maximum, multipleOf } = schema;
  const errors: FieldError[] = [];
  const [above, below] = [schema['exclusiveMinimum'] === true, schema['exclusiveMaximum'] === true];
  if (typeof minimum === 'number' && (above ? value <= minimum : value < minimum))
    errors.push(bad(path, value, `should be greater than ${above ? '' : 'or equal to '}${minimum}`));
  if (typeof maximum === 'number' && (below ? value >= maximum : value > maximum))
    errors.push(bad(path, value, `should be less than ${below ? '' : 'or equal to '}${maximum}`));
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf))
    errors.push(bad(path, value, `should be a multiple of ${multipleOf}`));
  return errors;
}

function textErrors(schema: JsonObject, value: string, path: string): readonly FieldError[] {
  const { minLength, maxLength, pattern, format } = schema;
  const errors: FieldError[] = [];
  const length = typeof minLength === 'number' || typeof maxLength === 'number' ? Array.from(value).length : 0;
  if (typeof maxLength === 'number' && length > maxLength)
    errors.push({ type: 'FieldValueTooLong', field: path, detail: `may not be more than ${maxLength} bytes` });
  if (typeof minLength === 'number' && length < minLength)
    errors.push(bad(path, value, `should be at least ${minLength} chars long`));
  if (typeof pattern === 'string' && patternOf(pattern)?.test(value) === false)
    errors.push(bad(path, value, `should match '${pattern}'`));
  if (typeof format === 'string' && FORMATS.get(format)?.(value) === false)
    errors.push(bad(path, value, `must be of type ${format}: ${JSON.stringify(value)}`));
  return errors;
}

function listErrors(schema: JsonObject, value: JsonValue[], { old, path }: Judged): readonly FieldError[] {
  const { minItems, maxItems, items } = schema;
  const errors: FieldError[] = [];
  if (typeof maxItems === 'number' && value.length > maxItems)
    errors.push({
      type: 'FieldValueTooMany',
      field: path,
      value: value.length,
      detail: `must have at most ${maxItems} items`,
    });
  if (typeof minItems === 'number' && value.length < minItems)
    errors.push(bad(path, value, `should have at least ${minItems} items`));
  errors.push(...uniquenessErrors(schema, value, path));
  if (!isJsonObject(items)) return errors;
  const before = oldItems(schema, old);
  for (const [index, item] of value.entries())
    errors.push(...validateValue(items, { value: item, old: before(item), path: `${path}[${index}]` }));
  return errors;
}

/** Only items with keys can be told to be the same ones as before. */
export function oldItems(schema: JsonObject, old: JsonValue | undefined): (item: JsonValue) => JsonValue | undefined {
  const keys = mapKeys(schema);
  if (keys === undefined || !Array.isArray(old)) return () => undefined;
  const byKey = new Map(old.map((item) => [keyOf(item, keys), item]));
  return (item) => byKey.get(keyOf(item, keys));
}

function mapKeys(schema: JsonObject): readonly string[] | undefined {
  const keys = schema['x-kubernetes-list-map-keys'];
  return schema['x-kubernetes-list-type'] === 'map' && Array.isArray(keys)
    ? keys.filter((key) => typeof key === 'string')
    : undefined;
}

function keyOf(item: JsonValue, keys: readonly string[]): string {
  return JSON.stringify(Object.values(keyMembers(item, keys)));
}

function keyMembers(item: JsonValue, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [key, isJsonObject(item) ? (item[key] ?? null) : null]));
}

function uniquenessErrors(schema: JsonObject, value: readonly JsonValue[], path: string): readonly FieldError[] {
  const keys = mapKeys(schema);
  if (keys === undefined && schema['x-kubernetes-list-type'] !== 'set') return [];
  const seen = new Set<string>();
  return value.flatMap((item, index): FieldError[] => {
    const key = keys === undefined ? JSON.stringify(item) : keyOf(item, keys);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const shown = keys === undefined ? item : keyMembers(item, keys);
    return [{ type: 'FieldValueDuplicate', field: `${path}[${index}]`, value: shown }];
  });
}

function objectErrors(schema: JsonObject, value: JsonObject, { old, path }: Judged): readonly FieldError[] {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const { additionalProperties: others, minProperties, maxProperties } = schema;
  const before = isJsonObject(old) ? old : {};
  const errors = requiredErrors(schema, value, path);
  const size = Object.keys(value).length;
  if (typeof maxProperties === 'number' && size > maxProperties)
    errors.push({
      type: 'FieldValueTooMany',
      field: path,
      value: size,
      detail: `must have at most ${maxProperties} items`,
    });
  if (typeof minProperties === 'number' && size < minProperties)
    errors.push(bad(path, value, `should have at least ${minProperties} properties`));
  for (const [name, member] of Object.entries(value)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const rule = known ?? others;
    if (!isJsonObject(rule)) continue;
    const at = known === undefined ? `${path}.${name}` : childPath(path, name);
    errors.push(...validateValue(rule, { value: member, old: before[name], path: at }));
  }
  return errors;
}

export function childPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function requiredErrors(schema: JsonObject, value: JsonObject, path: string): FieldError[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return required
    .filter((name) => typeof name === 'string')
    .filter((name) => value[name] === undefined)
    .map((name) => ({ type: 'FieldValueRequired', field: childPath(path, name) }));
}

function junctorErrors(schema: JsonObject, judged: Judged): readonly FieldError[] {
  const { value, path } = judged;
  // an alternative is right or wrong as a whole
  const whole = { value, path };
  const alternatives = (name: string): readonly JsonObject[] =>
    Array.isArray(schema[name]) ? schema[name].filter(isJsonObject) : [];
  const fitting = (list: readonly JsonObject[]): number =>
    list.filter((each) => validateValue(each, whole).length === 0).length;
  const errors = alternatives('allOf').flatMap((each) => validateValue(each, whole));
  const anyOf = alternatives('anyOf');
  if (anyOf.length > 0 && fitting(anyOf) === 0)
    errors.push(bad(path, value, 'must validate at least one schema (anyOf)'));
  const oneOf = alternatives('oneOf');
  const found = oneOf.length > 0 ? fitting(oneOf) : 1;
  if (found !== 1)
    errors.push(
      bad(
        path,
        value,
        `must validate one and only one schema (oneOf). Found ${found === 0 ? 'none valid' : `${found} valid alternatives`}`,
      ),
    );
  const { not } = schema;
  if (isJsonObject(not) && validateValue(not, whole).length === 0)
    errors.push(bad(path, value, 'must not validate the schema (not)'));
  return errors;
}
