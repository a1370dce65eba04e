/**
 * What a document holds. Maps are plain objects, their keys in the order of the file as far as JavaScript keeps it
 * (output sorts keys, so it never shows).
 */
export type YamlValue = string | number | boolean | null | ExactScalar | YamlValue[] | YamlMap;

export interface YamlMap {
  [key: string]: YamlValue;
}

/**
 * A scalar whose text in the file is not what its value prints as: `1.0`, `0777`, `True`, a date, an integer beyond
 * 2^53. Wherever a text is wanted (a merge key, a replacement) the text of the file counts; output prints the value.
 */
export class ExactScalar {
  readonly text: string;
  readonly value: string | number | bigint | boolean | null;

  constructor(text: string, value: string | number | bigint | boolean | null) {
    this.text = text;
    this.value = value;
  }
}

/** A null that is written out, as against a field without any value: merging keeps the former and drops the latter. */
export function isWrittenNull(value: YamlValue | undefined): value is ExactScalar {
  return value instanceof ExactScalar && value.value === null;
}

export function isNull(value: YamlValue | undefined): value is null | ExactScalar {
  return value === null || isWrittenNull(value);
}

export function isMissing(value: YamlValue | undefined): boolean {
  return value === undefined || isNull(value);
}

export function isMap(value: YamlValue | undefined): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactScalar);
}

export function isScalar(value: YamlValue | undefined): value is string | number | boolean | ExactScalar {
  if (value instanceof ExactScalar) return value.value !== null;
  return value !== undefined && typeof value !== 'object';
}

/** The text of a scalar as the file has it; empty for anything else. */
export function textOf(value: YamlValue | undefined): string {
  if (typeof value === 'string') return value;
  if (value instanceof ExactScalar) return value.text;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A copy that shares nothing mutable. */
export function cloneMap(map: YamlMap): YamlMap {
  const copy: YamlMap = {};
  for (const key in map) copy[key] = cloneValue(map[key] ?? null);
  return copy;
}

export function cloneValue(value: YamlValue): YamlValue {
  if (typeof value !== 'object' || value === null || value instanceof ExactScalar) return value;
  return Array.isArray(value) ? value.map(cloneValue) : cloneMap(value);
}

/** Plain JSON: exact scalars as their values; integers beyond 2^53 lose digits. Shares what needs no change. */
export function toJson(value: YamlValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof ExactScalar) return typeof value.value === 'bigint' ? Number(value.value) : value.value;
  if (Array.isArray(value)) return value.map(toJson);
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = toJson(value[key] as YamlValue);
  return copy;
}

/** Equality as the API sees it; the order of keys does not count. */
export function sameValue(a: YamlValue | undefined, b: YamlValue | undefined): boolean {
  if (a === b) return true;
  if (a instanceof ExactScalar || b instanceof ExactScalar) {
    return a !== undefined && b !== undefined && Object.is(toJson(a), toJson(b));
  }
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameValue(a[key], b[key]));
}
