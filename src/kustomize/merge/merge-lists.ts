import { isMap, isMissing, textOf } from '../yaml/value.ts';
import type { YamlValue } from '../yaml/value.ts';

/** Fields that identify an item where no schema says which does; the first that an item has counts. */
const LIKELY_KEYS = ['mountPath', 'devicePath', 'ip', 'type', 'topologyKey', 'name', 'containerPort'] as const;

export type Direction = 'prepend' | 'append';

export interface ListMerge {
  /** Empty: the items are scalars. */
  readonly keys: readonly string[];
  readonly direction: Direction;
  /** Merges the items of all lists that have one identity, in the order of the lists. */
  readonly merge: (items: (YamlValue | undefined)[]) => YamlValue | undefined;
}

/**
 * Merges lists whose items have an identity, the destination first. Follows upstream step by step, since the order of
 * the result, and what becomes of items that lack a key, come from the steps.
 */
export function mergeLists(lists: readonly (YamlValue[] | undefined)[], options: ListMerge): YamlValue[] {
  const { direction, merge } = options;
  const keys = options.keys.length === 0 ? [''] : options.keys;
  let dest = lists[0] ?? [];
  const identities = identitiesOf(lists, keys, direction);
  if (keys.length > 1) unify(identities);
  const used = usedKeys(identities, keys);
  const added: YamlValue[] = [];
  for (const values of identities) {
    const wanted = used === undefined ? values : values.filter((_, i) => used.includes(keys[i] ?? ''));
    const by = used ?? keys;
    const own = ownKeys(by, wanted);
    const merged = merge(lists.map((list, i) => (i === 0 ? find(dest, own) : list && find(list, own))));
    if (merged === undefined || isEmpty(merged)) dest = setItem(dest, { keys: by, values: wanted });
    else setItemInPlace(added, { keys: by, values: wanted, item: withKeys(merged, by, wanted) });
  }
  if (identities.length === 0) return dest;
  const by = used ?? keys;
  return direction === 'prepend' ? appendItems(added, dest, by) : appendItems([...dest], added, by);
}

function isEmpty(value: YamlValue): boolean {
  if (isMissing(value)) return true;
  return isMap(value) && Object.keys(value).length === 0;
}

/** What identifies each item of any list, each identity once. */
function identitiesOf(
  lists: readonly (YamlValue[] | undefined)[],
  keys: readonly string[],
  direction: Direction,
): string[][] {
  const order = direction === 'prepend' ? [...lists.slice(1), lists[0]] : lists;
  const found = new Map<string, string[]>();
  for (const list of order) {
    for (const item of list ?? []) {
      const values = keys.map((key) => (key === '' ? textOf(item) : textOf(fieldOf(item, key))));
      const id = values.join('\u0000');
      if (!found.has(id)) found.set(id, values);
    }
  }
  return [...found.values()];
}

function fieldOf(item: YamlValue, key: string): YamlValue | undefined {
  return isMap(item) ? item[key] : undefined;
}

/** Identities that differ only where one has no value become one. */
function unify(identities: string[][]): void {
  for (let i = 0; i < identities.length; i++) {
    for (let j = 0; j < identities.length; j++) {
      const both = unified(identities[i] ?? [], identities[j] ?? []);
      if (both === undefined) continue;
      identities[i] = both;
      identities[j] = both;
    }
  }
}

function unified(a: readonly string[], b: readonly string[]): string[] | undefined {
  let common = false;
  const both: string[] = [];
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? '';
    const y = b[i] ?? '';
    if (x === y) common = true;
    else if (x !== '' && y !== '') return undefined;
    both.push(x === '' ? y : x);
  }
  return common ? both : undefined;
}

/** The keys that any identity has a value for; `undefined` when there is none. */
function usedKeys(identities: readonly string[][], keys: readonly string[]): string[] | undefined {
  const used = keys.filter((_, i) => identities.some((values) => values[i] !== ''));
  return used.length === 0 ? undefined : used;
}

interface ItemKey {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

/** The keys that this identity has a value for; all of them when it has none. */
function ownKeys(keys: readonly string[], values: readonly string[]): ItemKey {
  const own = keys.filter((_, i) => values[i] !== '');
  return own.length === 0 ? { keys, values } : { keys: own, values: values.filter((value) => value !== '') };
}

function find(list: readonly YamlValue[], { keys, values }: ItemKey): YamlValue | undefined {
  return list.find((item) => keys.every((key, i) => hasValue(item, key, values[i] ?? '')));
}

function hasValue(item: YamlValue, key: string, value: string): boolean {
  if (key === '') return !isMap(item) && textOf(item) === value;
  const field = fieldOf(item, key);
  return field !== undefined && textOf(field) === value;
}

interface ItemSetting extends ItemKey {
  /** Left out: the items are removed. */
  readonly item?: YamlValue;
}

/**
 * Replaces the items that have the values, or adds one at the end; items without any content go. Without any value
 * upstream keeps no other item at all.
 */
function setItem(list: readonly YamlValue[], { keys, values, item }: ItemSetting): YamlValue[] {
  const result: YamlValue[] = [];
  let found = false;
  for (const other of list) {
    if (isEmpty(other)) continue;
    if (isMatch(other, keys, values)) {
      found = true;
      if (item !== undefined) result.push(item);
    } else if (values.length > 0) result.push(other);
  }
  if (!found && item !== undefined) result.push(item);
  return result;
}

function setItemInPlace(list: YamlValue[], setting: ItemSetting): void {
  list.splice(0, list.length, ...setItem(list, setting));
}

/** As {@link hasValue} for every key, but no value asks only for the field to be there. */
function isMatch(item: YamlValue, keys: readonly string[], values: readonly string[]): boolean {
  let matches = false;
  for (const [i, key] of keys.entries()) {
    const value = values[i];
    if (value !== undefined) {
      matches = value === '' && key !== '' ? fieldOf(item, key) !== undefined : hasValue(item, key, value);
    }
    if (!matches) return false;
  }
  return matches;
}

function withKeys(item: YamlValue, keys: readonly string[], values: readonly string[]): YamlValue {
  if (!isMap(item)) return item;
  keys.forEach((key, i) => {
    const value = values[i];
    if (value !== undefined && value !== '' && item[key] === undefined) item[key] = value;
  });
  return item;
}

/** Puts every item of `from` into `to`, in place of the one it identifies. */
function appendItems(to: YamlValue[], from: readonly YamlValue[], keys: readonly string[]): YamlValue[] {
  if (keys.length === 1) return appendByOneKey(to, from, keys[0] ?? '');
  let result = to;
  for (const item of from) {
    const values: string[] = [];
    for (const key of keys) {
      const field = fieldOf(item, key);
      if (field === undefined) result.push(item);
      else values.push(textOf(field));
    }
    result = setItem(result, { keys, values });
    result = setItem(result, { keys, values, item });
  }
  return result;
}

/** The same for one key, in linear time. */
function appendByOneKey(to: readonly YamlValue[], from: readonly YamlValue[], key: string): YamlValue[] {
  const result = to.filter((item) => !isEmpty(item));
  const places = new Map<string, number>();
  result.forEach((item, at) => {
    const id = identityBy(item, key);
    if (id !== undefined) places.set(id, at);
  });
  for (const item of from) {
    const id = identityBy(item, key);
    if (id === undefined) {
      result.splice(0, Infinity, item);
      places.clear();
      continue;
    }
    const at = places.get(id);
    if (at !== undefined) result[at] = item;
    else places.set(id, result.push(item) - 1);
  }
  return result;
}

function identityBy(item: YamlValue, key: string): string | undefined {
  if (key === '') return isMap(item) ? undefined : textOf(item);
  const field = fieldOf(item, key);
  return field === undefined ? undefined : textOf(field);
}

/** The key by which all items of all lists can be told apart; `undefined` when there is none, or no one key. */
export function inferKey(lists: readonly (readonly YamlValue[] | undefined)[]): string | undefined {
  let found: string | undefined;
  for (const list of lists) {
    if (list === undefined || list.length === 0) continue;
    const key = keyOfList(list);
    if (key === undefined || (found !== undefined && found !== key)) return undefined;
    found = key;
  }
  return found;
}

export function keyOfList(list: readonly YamlValue[]): string | undefined {
  return LIKELY_KEYS.find((key) => list.every((item) => isMap(item) && item[key] !== undefined));
}
