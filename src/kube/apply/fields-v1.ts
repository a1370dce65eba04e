import { canonicalJson, isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { PatchError } from '../patch/patch-error.ts';
import { FieldSet } from './field-set.ts';

const MAX_DEPTH = 200;
/** The order of kinds of path elements in the notation: fields, items by key, by value, by index. */
const KINDS = 'fkvi';

/**
 * The set that `fieldsV1` of a managed fields entry notes.
 * @throws PatchError when it is no such notation
 */
export function parseFieldsV1(fields: JsonObject, depth = 0): FieldSet {
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
  const set = parseFieldsV1(fields, depth);
  return set.isEmpty ? FieldSet.LEAF : set;
}

function normalise(key: string): string {
  const text = key.slice(2);
  if (key.startsWith('f:')) return key;
  if (key.startsWith('i:') && /^\d+$/.test(text)) return key;
  if (!key.startsWith('k:') && !key.startsWith('v:')) throw new PatchError(`Cannot read managed fields: ${key}`);
  try {
    return key.slice(0, 2) + canonicalJson(JSON.parse(text) as JsonValue);
  } catch (error) {
    throw new PatchError(`Cannot read managed fields: ${key}`, { cause: error });
  }
}

/** The notation of a set, sorted. */
export function formatFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  if (set.self && set.children.size > 0) fields['.'] = {};
  for (const element of [...set.children.keys()].sort(compareElements))
    fields[element] = formatFieldsV1(set.child(element));
  return fields;
}

function compareElements(a: string, b: string): number {
  const kinds = KINDS.indexOf(a.charAt(0)) - KINDS.indexOf(b.charAt(0));
  if (kinds !== 0) return kinds;
  return a < b ? -1 : Number(a > b);
}
