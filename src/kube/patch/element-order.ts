import { canonicalJson, isJsonObject } from '../../core/index.ts';
import type { JsonValue } from '../../core/index.ts';
import { PatchError } from './patch-error.ts';

/** What identifies an item: its merge key's value, or the scalar itself. */
export type Identity = (item: JsonValue) => string;

/** @throws PatchError from the identity when an item has no merge key */
export function identityBy(mergeKey: string | undefined): Identity {
  if (mergeKey === undefined) return canonicalJson;
  return (item) => {
    const value = isJsonObject(item) ? item[mergeKey] : undefined;
    if (value === undefined) throw new PatchError(`Cannot merge a list: an item has no merge key ${mergeKey}`);
    return canonicalJson(value);
  };
}

/**
 * Orders a merged list: the items named by `wanted` in that order, the others in the order of `live`, woven together by
 * the order of `live`.
 */
export function orderItems(
  merged: readonly JsonValue[],
  order: { readonly wanted: readonly JsonValue[]; readonly live: readonly JsonValue[] },
  identity: Identity,
): JsonValue[] {
  const wanted = positions(order.wanted, identity);
  const live = positions(order.live, identity);
  const place = (item: JsonValue, by: ReadonlyMap<string, number>): number => by.get(identity(item)) ?? Infinity;
  const sort = (items: JsonValue[], by: ReadonlyMap<string, number>): JsonValue[] =>
    items.sort((a, b) => compareNumbers(place(a, by), place(b, by)));
  const named = sort(
    merged.filter((item) => wanted.has(identity(item))),
    wanted,
  );
  const others = sort(
    merged.filter((item) => !wanted.has(identity(item))),
    live,
  );
  return weave(others, named, (item) => live.get(identity(item)));
}

function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function positions(items: readonly JsonValue[], identity: Identity): Map<string, number> {
  const found = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const id = identity(item);
    if (!found.has(id)) found.set(id, index);
  }
  return found;
}

/** Keeps the order of both; an item of `left` goes before one of `right` only where it is known to be earlier. */
function weave(left: JsonValue[], right: JsonValue[], position: (item: JsonValue) => number | undefined): JsonValue[] {
  const woven: JsonValue[] = [];
  let next = 0;
  for (const item of right) {
    const limit = position(item) ?? -1;
    for (let other = left[next]; other !== undefined && (position(other) ?? Infinity) < limit; other = left[next]) {
      woven.push(other);
      next++;
    }
    woven.push(item);
  }
  return [...woven, ...left.slice(next)];
}

/** @throws PatchError when the patch has items that its order does not name, or in another order */
export function checkOrder(items: readonly JsonValue[], order: readonly JsonValue[], identity: Identity): void {
  if (order.length === 0) return;
  let next = 0;
  for (const item of order) {
    const expected = items[next];
    if (expected !== undefined && identity(expected) === identity(item)) next++;
  }
  if (next < items.length)
    throw new PatchError("The order in the patch's list doesn't match its $setElementOrder list");
}
