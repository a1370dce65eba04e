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

  /** As a key of a map it is its text; the parser takes any other object for a mistake. */
  get [Symbol.toStringTag](): string {
    return 'Scalar';
  }

  toString(): string {
    return this.text;
  }
}

/**
 * A text that several fields hold together: labels and annotations that one transformer puts into several maps of an
 * object. Upstream keeps one node for all of them, so whatever changes one of the fields later changes all.
 */
export class SharedText extends ExactScalar {
  override text: string;
  override value: ExactScalar['value'];

  constructor(text: string) {
    super(text, text);
    this.text = text;
    this.value = text;
  }

  assign(scalar: string | number | boolean | ExactScalar): void {
    this.text = textOf(scalar);
    this.value = scalar instanceof ExactScalar ? scalar.value : scalar;
  }
}

/** Sets a field of a map, or an item of a list, and with a scalar every other field that shares the text. */
export function assignTo<Key extends string | number>(
  container: Record<Key, YamlValue>,
  key: Key,
  value: YamlValue,
): void {
  const before: YamlValue | undefined = container[key];
  if (before instanceof SharedText && value !== before && isScalar(value)) before.assign(value);
  else container[key] = value;
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

/** Whether the value is a text, and not a scalar of another type, as dates are. */
export function isText(value: YamlValue | undefined): value is string | SharedText {
  return typeof (value instanceof SharedText ? value.value : value) === 'string';
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
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof ExactScalar) return value instanceof SharedText ? value.text : value;
  return Array.isArray(value) ? value.map(cloneValue) : cloneMap(value);
}

export const WRITTEN_NULL: YamlValue = new ExactScalar('null', null);

/** The value after a round trip through JSON: scalars are what they print as, whatever they were written as. */
export function withoutTexts(value: YamlValue): YamlValue {
  if (isNull(value)) return WRITTEN_NULL;
  if (typeof value !== 'object') return value;
  if (value instanceof ExactScalar) return typeof value.value === 'bigint' ? value : value.value;
  if (Array.isArray(value)) return value.map(withoutTexts);
  const copy: YamlMap = {};
  for (const key in value) copy[key] = withoutTexts(value[key] ?? null);
  return copy;
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
