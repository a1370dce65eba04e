import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { asJson } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';

/** What somebody sets of an object: without its status and what the server keeps about it. */
export function settingsOf(object: KubeObject): JsonObject {
  const { status: _status, metadata: _metadata, ...rest } = asJson(object);
  const { labels = {}, annotations = {}, finalizers = [], ownerReferences = [] } = object.metadata;
  const references = ownerReferences.map(({ uid }) => uid);
  return { ...rest, metadata: { labels, annotations, finalizers: [...finalizers], ownerReferences: references } };
}

const MOST_FIELDS = 20;

/**
 * The fields in which two objects differ, as paths (`spec.template.spec.containers[name=main].image`), at most 20.
 * Items of lists are matched by their name where they have one.
 */
export function differingFields(before: JsonObject, after: JsonObject): readonly string[] {
  const found: string[] = [];
  walk(before, after, { path: '', found });
  return found.slice(0, MOST_FIELDS);
}

interface Place {
  readonly path: string;
  readonly found: string[];
}

function walk(before: JsonValue | undefined, after: JsonValue | undefined, place: Place): void {
  if (before === after || place.found.length >= MOST_FIELDS) return;
  const [left, right] = [membersOf(before), membersOf(after)];
  if (left === undefined || right === undefined) {
    if (before === undefined || after === undefined || !jsonEqual(before, after)) place.found.push(place.path);
    return;
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const separator = place.path === '' || key.startsWith('[') ? '' : '.';
    walk(left.get(key), right.get(key), { ...place, path: `${place.path}${separator}${key}` });
  }
}

/** Members of an object by name, items of a list by `[name=…]` or position; `undefined` of a scalar. */
function membersOf(value: JsonValue | undefined): ReadonlyMap<string, JsonValue> | undefined {
  if (isJsonObject(value)) return new Map(Object.entries(value));
  if (!Array.isArray(value)) return undefined;
  return new Map(value.map((item, index) => [itemKey(item, index), item]));
}

function itemKey(item: JsonValue, index: number): string {
  const name = isJsonObject(item) ? item['name'] : undefined;
  return typeof name === 'string' ? `[name=${name}]` : `[${index}]`;
}
