import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { getPath } from '../../../kube/index.ts';

export const NONE = '<none>';
export const UNSET = '<unset>';
export const UNKNOWN = '<unknown>';

type Path = readonly (string | number)[];

/** The text at a path, `fallback` when there is none. */
export function textAt(value: unknown, path: Path, fallback = ''): string {
  const found = getPath(value, ...path);
  if (typeof found === 'string') return found === '' ? fallback : found;
  return typeof found === 'number' || typeof found === 'boolean' ? String(found) : fallback;
}

export function numberAt(value: unknown, ...path: Path): number {
  const found = getPath(value, ...path);
  return typeof found === 'number' ? found : 0;
}

export function listAt(value: unknown, ...path: Path): readonly JsonObject[] {
  const found = getPath(value, ...path);
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

export function textsAt(value: unknown, ...path: Path): readonly string[] {
  const found = getPath(value, ...path);
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
}

export function sizeAt(value: unknown, ...path: Path): number {
  const found = getPath(value, ...path);
  if (Array.isArray(found)) return found.length;
  return isJsonObject(found) ? Object.keys(found).length : 0;
}

/** `a=b,c=d`, sorted. */
export function pairs(value: JsonValue | undefined): string {
  if (!isJsonObject(value)) return NONE;
  const parts = Object.entries(value).map(([key, member]) => `${key}=${typeof member === 'string' ? member : ''}`);
  return parts.length === 0 ? NONE : parts.sort().join(',');
}

/** A `metav1.LabelSelector` as kubectl prints it. */
export function selectorText(value: JsonValue | undefined): string {
  if (!isJsonObject(value)) return NONE;
  const equal = isJsonObject(value['matchLabels']) ? Object.entries(value['matchLabels']) : [];
  const parts = equal.map(([key, member]) => `${key}=${textAt(member, [])}`);
  for (const item of listAt(value, 'matchExpressions')) parts.push(expressionText(item));
  return parts.length === 0 ? NONE : parts.sort().join(',');
}

function expressionText(item: JsonObject): string {
  const key = textAt(item, ['key']);
  const values = textsAt(item, 'values').join(',');
  switch (item['operator']) {
    case 'In':
      return `${key} in (${values})`;
    case 'NotIn':
      return `${key} notin (${values})`;
    case 'Exists':
      return key;
    default:
      return `!${key}`;
  }
}
