import { isJsonObject, jsonEqual } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { plainMembers, readDirective } from './directives.ts';
import { identityBy, orderItems } from './element-order.ts';
import { PatchError } from './patch-error.ts';

export interface ListMergeOptions {
  /** Absent for a list of scalars. */
  readonly mergeKey: string | undefined;
  /** Merges two items of the same key. */
  readonly mergeItem: (before: JsonObject, patch: JsonObject) => JsonObject;
}

/** A list whose strategy is `merge`, patched. @throws PatchError */
export function mergeLists(
  before: readonly JsonValue[],
  patch: readonly JsonValue[],
  { mergeKey, mergeItem }: ListMergeOptions,
): JsonValue[] {
  const identity = identityBy(mergeKey);
  if (mergeKey === undefined)
    return orderItems(unique([...before, ...patch]), { wanted: patch, live: before }, identity);
  const { kept, additions } = applyItemDirectives(before, patch, mergeKey);
  const merged = [...kept];
  for (const item of additions) {
    const id = identity(item);
    const index = merged.findIndex((candidate) => identity(candidate) === id);
    const known = merged[index];
    if (isJsonObject(known)) merged[index] = mergeItem(known, item);
    else merged.push(plainMembers(item));
  }
  return orderItems(merged, { wanted: additions, live: kept }, identity);
}

function unique(items: readonly JsonValue[]): JsonValue[] {
  return items.filter((item, index) => items.findIndex((other) => jsonEqual(other, item)) === index);
}

interface ListChange {
  readonly kept: readonly JsonValue[];
  readonly additions: readonly JsonObject[];
}

/** Items with `$patch: delete` go, one with `$patch: replace` says that the list starts from nothing. */
function applyItemDirectives(before: readonly JsonValue[], patch: readonly JsonValue[], mergeKey: string): ListChange {
  const identity = identityBy(mergeKey);
  const additions: JsonObject[] = [];
  const gone = new Set<string>();
  let replace = false;
  for (const item of patch) {
    if (!isJsonObject(item)) throw new PatchError(`Cannot merge a list by ${mergeKey}: an item is no object`);
    const directive = readDirective(item);
    if (directive === 'delete') gone.add(identity(item));
    else if (directive === 'replace') replace = true;
    else additions.push(item);
  }
  return { kept: replace ? [] : before.filter((item) => !gone.has(identity(item))), additions };
}
