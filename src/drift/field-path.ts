import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { getPath } from '../kube/index.ts';

/** An item of a list: by its keys, as a member of a set, or else by its place. */
export type Item = { readonly keys: JsonObject } | { readonly value: JsonValue } | { readonly index: number };

/** A member of an object, or an item of a list. */
export type Step = string | Item;

export type FieldPath = readonly Step[];

const PLAIN = /^[A-Za-z_][\w-]*$/;

/** `spec.containers[name=main].image`, `metadata.annotations["example.com/a"]`. */
export function formatPath(path: FieldPath): string {
  return path.reduce<string>((text, step) => `${text}${formatStep(step, text === '')}`, '');
}

function formatStep(step: Step, first: boolean): string {
  if (typeof step === 'string') return PLAIN.test(step) ? `${first ? '' : '.'}${step}` : `[${JSON.stringify(step)}]`;
  if ('index' in step) return `[${step.index}]`;
  if ('value' in step) return `[=${textOf(step.value)}]`;
  const keys = Object.entries(step.keys).map(([key, value]) => `${key}=${textOf(value)}`);
  return `[${keys.join(',')}]`;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** The same place by member names and indexes; `undefined` where the document has no such place. */
export function locate(document: JsonValue, path: FieldPath): readonly (string | number)[] | undefined {
  const found: (string | number)[] = [];
  for (const step of path) {
    const here = getPath(document, ...found);
    const next = typeof step === 'string' ? memberOf(here, step) : positionOf(here, step);
    if (next === undefined) return undefined;
    found.push(next);
  }
  return found;
}

function memberOf(value: JsonValue | undefined, name: string): string | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? name : undefined;
}

function positionOf(value: JsonValue | undefined, item: Item): number | undefined {
  if (!Array.isArray(value)) return undefined;
  if ('index' in item) return item.index < value.length ? item.index : undefined;
  const matches = 'keys' in item ? hasKeys(item.keys) : (other: JsonValue) => jsonEqual(other, item.value);
  const index = value.findIndex(matches);
  return index < 0 ? undefined : index;
}

function hasKeys(keys: JsonObject): (item: JsonValue) => boolean {
  return (item) => Object.entries(keys).every(([key, value]) => jsonEqual(getPath(item, key), value));
}

/** @returns undefined where there is nothing */
export function valueAt(document: JsonValue, path: FieldPath): JsonValue | undefined {
  const place = locate(document, path);
  return place === undefined ? undefined : getPath(document, ...place);
}

/** RFC 6901. */
export function jsonPointer(place: readonly (string | number)[]): string {
  return place.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
