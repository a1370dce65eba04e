import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { asJson } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { FieldPath, Step } from './field-path.ts';

/** What somebody sets of an object: without its status and what the server keeps about it. */
export function settingsOf(object: KubeObject): JsonObject {
  const { status: _status, metadata: _metadata, ...rest } = asJson(object);
  const { labels = {}, annotations = {}, finalizers = [] } = object.metadata;
  return { ...rest, metadata: { labels, annotations, finalizers: [...finalizers] } };
}

/** No drift names more fields. */
export const MOST_FIELDS = 20;

/** The fields in which two objects differ, at most {@link MOST_FIELDS}; items of lists are matched by name where they have one. */
export function differingFields(before: JsonObject, after: JsonObject): readonly FieldPath[] {
  const found: FieldPath[] = [];
  walk(before, after, { path: [], found });
  return found;
}

interface Place {
  readonly path: FieldPath;
  readonly found: FieldPath[];
}

function walk(before: JsonValue | undefined, after: JsonValue | undefined, place: Place): void {
  if (before === after || place.found.length >= MOST_FIELDS) return;
  const [left, right] = [membersOf(before), membersOf(after)];
  if (left === undefined || right === undefined) {
    if (before === undefined || after === undefined || !jsonEqual(before, after)) place.found.push(place.path);
    return;
  }
  for (const [key, { step }] of new Map([...left, ...right])) {
    walk(left.get(key)?.value, right.get(key)?.value, { ...place, path: [...place.path, step] });
  }
}

interface Member {
  readonly step: Step;
  readonly value: JsonValue;
}

/** Members of an object, or items of a list, by a key that tells them apart; `undefined` of a scalar. */
function membersOf(value: JsonValue | undefined): ReadonlyMap<string, Member> | undefined {
  if (isJsonObject(value)) return new Map(Object.entries(value).map(([step, below]) => [step, { step, value: below }]));
  if (!Array.isArray(value)) return undefined;
  return new Map(
    value.map((item, index) => [JSON.stringify(itemStep(item, index)), { step: itemStep(item, index), value: item }]),
  );
}

function itemStep(item: JsonValue, index: number): Step {
  const name = isJsonObject(item) ? item['name'] : undefined;
  return typeof name === 'string' ? { keys: { name } } : { index };
}
