import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { asJson, getPath } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { FieldChange } from './changes.ts';
import type { FieldPath } from './field-path.ts';
import { jsonPointer, locate, valueAt } from './field-path.ts';
import { ownedByEngine, owns } from './ownership.ts';

/**
 * A JSON patch that takes back changes of fields that Git does not set: what was added goes, what was changed becomes what
 * it was. It fails if the object has changed meanwhile.
 * @returns undefined when there is nothing to do
 */
export function planHeal(object: KubeObject, changes: readonly FieldChange[]): JsonValue[] | undefined {
  const document = asJson(object);
  const own = changes.filter(({ ofGit }) => !ofGit);
  const restored = own.filter(({ kind }) => kind === 'Changed');
  const removed = lifted(
    own.flatMap(({ kind, path }) => (kind === 'Changed' ? [] : [path])),
    object,
  );
  const steps = [
    ...restored.flatMap(({ path, before = null }) => operation(document, path, { op: 'replace', value: before })),
    ...removed.flatMap((place): JsonObject[] => [{ op: 'remove', path: jsonPointer(place) }]),
  ];
  if (steps.length === 0) return undefined;
  const { resourceVersion = '' } = object.metadata;
  return [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }, ...steps];
}

function operation(document: JsonObject, path: FieldPath, change: JsonObject): readonly JsonObject[] {
  const place = locate(document, path);
  return place === undefined ? [] : [{ ...change, path: jsonPointer(place) }];
}

type Place = readonly (string | number)[];

/** The places to remove, last first; where nothing else would be left of what holds them and Git knows nothing of it, that. */
function lifted(paths: readonly FieldPath[], object: KubeObject): readonly Place[] {
  const document = asJson(object);
  const engine = ownedByEngine(object);
  let current = paths.flatMap((path) => {
    const place = locate(document, path);
    return place === undefined ? [] : [{ path, place }];
  });
  for (let again = true; again;) {
    again = false;
    for (const { path, place } of current) {
      const parent = place.slice(0, -1);
      const inside = current.filter((other) => jsonEqual([...other.place.slice(0, -1)], [...parent]));
      if (parent.length < 2 || parent[0] === 'metadata' || sizeOf(getPath(document, ...parent)) > inside.length)
        continue;
      if (owns(engine, path.slice(0, -1), document)) continue;
      current = [...current.filter((other) => !inside.includes(other)), { path: path.slice(0, -1), place: parent }];
      again = true;
      break;
    }
  }
  return current.map(({ place }) => place).sort(backwards);
}

function sizeOf(value: JsonValue | undefined): number {
  if (Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : 0;
}

function backwards(a: Place, b: Place): number {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth++) {
    const [left = '', right = ''] = [a[depth], b[depth]];
    if (left === right) continue;
    return typeof left === 'number' && typeof right === 'number' ? right - left : left < right ? 1 : -1;
  }
  return b.length - a.length;
}

/** Of the changes those that the server made again when they were taken back: its defaults, or a webhook's. */
export function madeAgain(
  changes: readonly FieldChange[],
  before: KubeObject,
  answer: KubeObject,
): readonly FieldChange[] {
  return changes.filter(({ path, ofGit, kind }) => {
    const value = valueAt(asJson(before), path);
    return !ofGit && kind !== 'Changed' && value !== undefined && jsonEqual(value, valueAt(asJson(answer), path));
  });
}
