import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { setOwn } from './merge-patch.ts';
import { PatchError } from './patch-error.ts';

const ORDER_PREFIX = '$setElementOrder/';
const DELETE_PREFIX = '$deleteFromPrimitiveList/';

/** What a strategic merge patch says of one object, its directives apart from its members. */
export interface PatchParts {
  readonly directive: 'replace' | 'delete' | undefined;
  /** Members of the object that stay; all when absent. */
  readonly retainKeys: readonly string[] | undefined;
  /** By list, the order that its items are to have. */
  readonly orders: ReadonlyMap<string, JsonValue[]>;
  /** By list, the scalars to take out. */
  readonly deletions: ReadonlyMap<string, JsonValue[]>;
  /** The rest: `null` deletes a member. */
  readonly members: JsonObject;
}

/** @throws PatchError */
export function readPatch(patch: JsonObject): PatchParts {
  const orders = new Map<string, JsonValue[]>();
  const deletions = new Map<string, JsonValue[]>();
  const members: JsonObject = {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys') continue;
    if (key.startsWith(ORDER_PREFIX)) orders.set(key.slice(ORDER_PREFIX.length), list(key, value));
    else if (key.startsWith(DELETE_PREFIX)) deletions.set(key.slice(DELETE_PREFIX.length), list(key, value));
    else setOwn(members, key, value);
  }
  return { directive: readDirective(patch), retainKeys: readRetainKeys(patch, members), orders, deletions, members };
}

/** `$patch` of an object. */
export function readDirective(patch: JsonObject): 'replace' | 'delete' | undefined {
  const { $patch } = patch;
  if ($patch === undefined || $patch === 'merge') return undefined;
  if ($patch === 'replace' || $patch === 'delete') return $patch;
  throw new PatchError(`Cannot apply a strategic merge patch: unknown directive ${JSON.stringify($patch)}`);
}

function readRetainKeys(patch: JsonObject, members: JsonObject): readonly string[] | undefined {
  const { $retainKeys } = patch;
  if ($retainKeys === undefined) return undefined;
  const keys = list('$retainKeys', $retainKeys).filter((key) => typeof key === 'string');
  const stray = Object.keys(members).find((key) => members[key] !== null && !keys.includes(key));
  if (stray !== undefined)
    throw new PatchError(`Cannot apply a strategic merge patch: $retainKeys does not name ${stray}`);
  return keys;
}

function list(key: string, value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value;
  throw new PatchError(`Cannot apply a strategic merge patch: ${key} is no list`);
}

/**
 * A value that nothing is merged with: without nulls and directives; `undefined` for an object with `$patch`, which
 * changes what is there and so adds nothing. Shares what has none of these.
 */
export function plainValue(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return plainItems(value);
  if (!isJsonObject(value)) return value === null ? undefined : value;
  return Object.hasOwn(value, '$patch') ? undefined : plainMembers(value);
}

/** An object's members as {@link plainValue} has them. */
export function plainMembers(object: JsonObject): JsonObject {
  const plain: JsonObject = {};
  let same = true;
  for (const [key, member] of Object.entries(object)) {
    const next = isDirective(key) ? undefined : plainValue(member);
    same &&= next === member;
    if (next !== undefined) setOwn(plain, key, next);
  }
  return same ? object : plain;
}

function plainItems(items: JsonValue[]): JsonValue[] {
  const kept = items.map(plainValue).filter((item) => item !== undefined);
  return kept.length === items.length && kept.every((item, index) => item === items[index]) ? items : kept;
}

function isDirective(key: string): boolean {
  return key === '$patch' || key === '$retainKeys' || key.startsWith(ORDER_PREFIX) || key.startsWith(DELETE_PREFIX);
}
