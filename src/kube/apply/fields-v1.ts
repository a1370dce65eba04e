import { canonicalJson, isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { PatchError } from '../patch/patch-error.ts';
import { FieldSet } from './field-set.ts';

const MAX_DEPTH = 200;
/** The order of kinds of path elements in the notation: fields, items by key, by value, by index. */
const KINDS = 'fkvi';

/** Notations are shared by the versions of an object and never changed, so each is read and written once. */
const parsed = new WeakMap<JsonObject, FieldSet>();
const formatted = new WeakMap<FieldSet, JsonObject>();

/**
 * The set that `fieldsV1` of a managed fields entry notes.
 * @throws PatchError when it is no such notation
 */
export function parseFieldsV1(fields: JsonObject): FieldSet {
  const known = parsed.get(fields);
  if (known !== undefined) return known;
  const set = parseNode(fields, 0);
  parsed.set(fields, set);
  if (set.children.size > 0) formatted.set(set, fields);
  return set;
}

function parseNode(fields: JsonObject, depth: number): FieldSet {
  if (depth > MAX_DEPTH) throw new PatchError(`Cannot read managed fields: nested over ${MAX_DEPTH} deep`);
  const children = new Map<string, FieldSet>();
  let self = false;
  for (const [key, value] of Object.entries(fields)) {
    if (!isJsonObject(value)) throw new PatchError(`Cannot read managed fields: ${key} holds no object`);
    if (key === '.') self = true;
    else children.set(normalise(key), child(value, depth + 1));
  }
  return FieldSet.of(self, children);
}

/** A node without members stands for the path itself. */
function child(fields: JsonObject, depth: number): FieldSet {
  const set = parseNode(fields, depth);
  return set.isEmpty ? FieldSet.LEAF : set;
}

/** Elements that are canonical as they stand: fields, indexes, items by one simple key or value. */
const CANONICAL = /^(f:.*|i:\d+|k:\{"[^"\\]+":("[^"\\]*"|\d{1,15})\}|v:("[^"\\]*"|\d{1,15}))$/s;

function normalise(key: string): string {
  if (CANONICAL.test(key)) return key;
  if (!key.startsWith('k:') && !key.startsWith('v:')) throw new PatchError(`Cannot read managed fields: ${key}`);
  try {
    return key.slice(0, 2) + canonicalJson(JSON.parse(key.slice(2)) as JsonValue);
  } catch (error) {
    throw new PatchError(`Cannot read managed fields: ${key}`, { cause: error });
  }
}

/** The notation of a set: as it was read, or else sorted. Shared: never change it. */
export function formatFieldsV1(set: FieldSet): JsonObject {
  const known = formatted.get(set);
  if (known !== undefined) return known;
  const fields: JsonObject = {};
  if (set.self && set.children.size > 0) fields['.'] = {};
  for (const element of [...set.children.keys()].sort(compareElements))
    fields[element] = formatFieldsV1(set.child(element));
  formatted.set(set, fields);
  return fields;
}

function compareElements(a: string, b: string): number {
  const kinds = KINDS.indexOf(a.charAt(0)) - KINDS.indexOf(b.charAt(0));
  if (kinds !== 0) return kinds;
  return a < b ? -1 : Number(a > b);
}
