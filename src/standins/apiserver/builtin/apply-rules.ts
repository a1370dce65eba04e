import { isJsonObject, jsonEqual } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { QuantityError, asJson, builtinTypeName, getPath, parseQuantity } from '../../../kube/index.ts';
import type { KubeObject, ObjectSchema, SchemaNode } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import { duplicate, required, unsupported, wrong } from './rules.ts';
import type { FieldRule, KindTable, TypeRule, TypeRules } from './rules.ts';

/** Members of an object that no rule of its kind looks into. */
const APART: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/** Fills in, in place, what the rules of the types give to missing fields. */
export function applyDefaults(rules: TypeRules, schema: ObjectSchema, object: KubeObject): void {
  fillIn(ruleOf(rules, schema), asJson(object));
  for (const [name, value] of Object.entries(asJson(object))) {
    const field = schema.fields.get(name);
    if (field !== undefined && !APART.has(name)) defaults(rules, field, value);
  }
}

function ruleOf(rules: TypeRules, node: SchemaNode): TypeRule | undefined {
  const name = builtinTypeName(node);
  return name === undefined ? undefined : rules[name];
}

function defaults(rules: TypeRules, node: SchemaNode, value: JsonValue): void {
  if (node.type === 'list' && Array.isArray(value)) for (const item of value) defaults(rules, node.items, item);
  if (!isJsonObject(value)) return;
  if (node.type === 'map') for (const member of Object.values(value)) defaults(rules, node.values, member);
  if (node.type !== 'object') return;
  fillIn(ruleOf(rules, node), value);
  for (const [name, member] of Object.entries(value)) {
    const field = node.fields.get(name);
    if (field !== undefined && typeof member === 'object') defaults(rules, field, member);
  }
}

function fillIn(rule: TypeRule | undefined, value: JsonObject): void {
  if (rule === undefined) return;
  for (const [name, field] of Object.entries(rule.fields ?? {})) {
    if (field.default === undefined || isSet(value[name])) continue;
    const given = typeof field.default === 'function' ? field.default(value) : structuredClone(field.default);
    if (given !== undefined) value[name] = given;
  }
  rule.default?.(value);
}

/** Go does not tell an empty text from a missing one. */
function isSet(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Everything that the rules of the types find wrong. */
export function checkFields(rules: TypeRules, schema: ObjectSchema, object: KubeObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const walk: Walk = { rules, errors };
  checkValue(walk, ruleOf(rules, schema), { value: asJson(object), path: '' });
  for (const [name, value] of Object.entries(asJson(object))) {
    const field = schema.fields.get(name);
    if (field !== undefined && !APART.has(name)) check(walk, field, { value, path: name });
  }
  return errors;
}

interface Walk {
  readonly rules: TypeRules;
  readonly errors: FieldError[];
}

interface Place<T extends JsonValue = JsonValue> {
  readonly value: T;
  readonly path: string;
}

function check(walk: Walk, node: SchemaNode, { value, path }: Place): void {
  if (node.type === 'list' && Array.isArray(value)) {
    for (const [index, item] of value.entries()) check(walk, node.items, { value: item, path: `${path}[${index}]` });
  }
  if (!isJsonObject(value)) return;
  if (node.type === 'map') {
    for (const [key, member] of Object.entries(value))
      check(walk, node.values, { value: member, path: `${path}[${key}]` });
  }
  if (node.type !== 'object') return;
  checkValue(walk, ruleOf(walk.rules, node), { value, path });
  for (const [name, member] of Object.entries(value)) {
    const field = node.fields.get(name);
    if (field !== undefined && typeof member === 'object')
      check(walk, field, { value: member, path: path === '' ? name : `${path}.${name}` });
  }
}

function checkValue(walk: Walk, rule: TypeRule | undefined, { value, path }: Place<JsonObject>): void {
  if (rule === undefined) return;
  for (const [name, field] of Object.entries(rule.fields ?? {}))
    walk.errors.push(
      ...fieldErrors(field, { value: value[name] ?? null, path: path === '' ? name : `${path}.${name}` }),
    );
  if (rule.check !== undefined) walk.errors.push(...rule.check(value, path));
}

const NONE: readonly FieldError[] = [];

function fieldErrors(rule: FieldRule, place: Place): readonly FieldError[] {
  const { value, path } = place;
  if (isEmpty(value)) {
    if (rule.required === undefined) return NONE;
    return [required(path, rule.required === true ? undefined : rule.required)];
  }
  if (typeof value === 'number') return numberErrors(rule, { value, path });
  if (typeof value === 'string') return textErrors(rule, { value, path });
  if (Array.isArray(value)) return listErrors(rule, { value, path });
  return isJsonObject(value) ? mapErrors(rule, { value, path }) : NONE;
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && (Array.isArray(value) ? value.length : Object.keys(value).length) === 0;
}

function numberErrors({ min, max }: FieldRule, { value, path }: Place<number>): readonly FieldError[] {
  const low = min !== undefined && value < min;
  const high = max !== undefined && value > max;
  if (!low && !high) return NONE;
  const detail =
    max === undefined
      ? `must be greater than or equal to ${min ?? 0}`
      : `must be between ${min ?? 0} and ${max}, inclusive`;
  return [wrong(path, value, detail)];
}

function textErrors({ oneOf, format }: FieldRule, { value, path }: Place<string>): readonly FieldError[] {
  if (oneOf !== undefined && !oneOf.includes(value)) return [unsupported(path, value, oneOf)];
  return format === undefined || format.fits(value) ? NONE : [wrong(path, value, format.detail)];
}

function listErrors(rule: FieldRule, { value, path }: Place<JsonValue[]>): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<JsonValue>();
  for (const [index, item] of value.entries()) {
    const at = `${path}[${index}]`;
    if (typeof item === 'string') errors.push(...textErrors(rule, { value: item, path: at }));
    const { unique } = rule;
    const name = unique !== undefined && isJsonObject(item) ? item[unique] : undefined;
    if (name === undefined || name === '') continue;
    if (seen.has(name)) errors.push(duplicate(`${at}.${unique ?? ''}`, name));
    seen.add(name);
  }
  return errors;
}

function mapErrors(rule: FieldRule, { value, path }: Place<JsonObject>): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, member] of Object.entries(value)) {
    const { format } = rule;
    if (format?.fits(key) === false) errors.push(wrong(`${path}[${key}]`, key, format.detail));
    if (rule.amounts === true && isNegative(member))
      errors.push(wrong(`${path}[${key}]`, member, 'must be greater than or equal to 0'));
  }
  return errors;
}

function isNegative(value: JsonValue): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  try {
    return parseQuantity(value).nano < 0n;
  } catch (error) {
    if (error instanceof QuantityError) return false; // decoding has refused what is no quantity
    throw error;
  }
}

/** Everything that is wrong with changing `old` into `object`. */
export function checkUpdate(table: KindTable, object: KubeObject, old: KubeObject): readonly FieldError[] {
  const changed = (table.immutable ?? []).filter((path) => {
    const steps = path.split('.');
    return !jsonEqual(getPath(object, ...steps) ?? null, getPath(old, ...steps) ?? null);
  });
  const fixed = changed.map((path) => wrong(path, getPath(object, ...path.split('.')) ?? null, 'field is immutable'));
  return [...fixed, ...(table.update?.(object, old) ?? [])];
}
