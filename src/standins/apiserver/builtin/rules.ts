import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';

/** A text that has to look a certain way. */
export interface Format {
  readonly fits: (text: string) => boolean;
  /** What the message says of a text that does not. */
  readonly detail: string;
}

/** What holds for one field of a type. */
export interface FieldRule {
  /** Of a field that is missing; a function may look at the fields beside it. */
  readonly default?: JsonValue | ((owner: JsonObject) => JsonValue | undefined);
  /** Must be there and not empty; a text explains it in the message. */
  readonly required?: true | string;
  readonly oneOf?: readonly string[];
  /** Of a number. */
  readonly min?: number;
  readonly max?: number;
  /** Of a text that is not empty, of the items of a list of texts, or of the keys of a map. */
  readonly format?: Format;
  /** Items of a list that must differ in this member. */
  readonly unique?: string;
  /** Quantities that must not be negative. */
  readonly amounts?: true;
}

/** What holds for every value of one type, wherever it stands. */
export interface TypeRule {
  readonly fields?: Readonly<Record<string, FieldRule>>;
  /** What no single field can tell; runs after the fields have their defaults. */
  readonly default?: (value: JsonObject) => void;
  /** What no single field can tell; `path` leads to the value. */
  readonly check?: (value: JsonObject, path: string) => readonly FieldError[];
}

/** By type, for instance `V1PodSpec`. */
export type TypeRules = Readonly<Record<string, TypeRule>>;

/** What holds for one kind. */
export interface KindTable {
  /** Paths that an update may not change. */
  readonly immutable?: readonly string[];
  readonly default?: (object: KubeObject, old?: KubeObject) => void;
  readonly check?: (object: KubeObject) => readonly FieldError[];
  /** What may not change. */
  readonly update?: (object: KubeObject, old: KubeObject) => readonly FieldError[];
}

/** By `group/version/Kind`, core: `/v1/Kind`. */
export type KindTables = Readonly<Record<string, KindTable>>;

/** One of these texts, or nothing. */
export function oneOf(...values: readonly string[]): FieldRule {
  return { oneOf: values };
}

/** One of these texts, the first when it is missing. */
export function choice(...values: readonly string[]): FieldRule {
  return { oneOf: values, default: values[0] ?? '' };
}

export function fill(value: JsonValue): FieldRule {
  return { default: value };
}

export const REQUIRED: FieldRule = { required: true };
export const NOT_NEGATIVE: FieldRule = { min: 0 };
export const PORT: FieldRule = { min: 1, max: 65_535 };

/** {@link NOT_NEGATIVE} with a default. */
export function count(value: number): FieldRule {
  return { min: 0, default: value };
}

export function required(field: string, detail?: string): FieldError {
  return { type: 'FieldValueRequired', field, ...(detail === undefined ? {} : { detail }) };
}

export function wrong(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, value, detail };
}

export function unsupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map((each) => JSON.stringify(each)).join(', ');
  return { type: 'FieldValueNotSupported', field, value, detail: `supported values: ${list}` };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, value };
}

export function prohibited(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, detail };
}
