import { ApiError } from '../../kube/index.ts';
import type { GroupVersionKind } from '../../kube/index.ts';

export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid';

/** One reason why an object is refused. */
export interface FieldError {
  readonly type: FieldErrorType;
  /** Path as Kubernetes writes it: `spec.containers[0].image`. */
  readonly field: string;
  /** The offending value; texts are quoted, anything else is printed as JSON. Left out for required and forbidden. */
  readonly value?: unknown;
  readonly detail?: string;
}

const TITLES: Readonly<Record<FieldErrorType, string>> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueNotFound: 'Not found',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
};

const WITHOUT_VALUE: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
  'FieldValueTooMany',
]);

/** `Invalid value: "x": must be …` */
export function fieldErrorText(error: FieldError): string {
  const value = WITHOUT_VALUE.has(error.type) ? '' : `: ${valueText(error.value)}`;
  const detail = error.detail === undefined || error.detail === '' ? '' : `: ${error.detail}`;
  return `${TITLES[error.type]}${value}${detail}`;
}

/** Texts and numbers as they are, maps of texts as Go prints them, anything else as JSON. */
function valueText(value: unknown): string {
  if (!isTextMap(value)) return JSON.stringify(value ?? null);
  const pairs = Object.entries(value).map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
  return `map[string]string{${pairs.sort().join(', ')}}`;
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((member) => typeof member === 'string');
}

/** A 422 that lists every field error, in the words of a real server. */
export function invalid(gvk: GroupVersionKind, name: string, errors: readonly FieldError[]): ApiError {
  const causes = errors.map((error) => ({
    reason: error.type,
    message: fieldErrorText(error),
    field: error.field,
  }));
  const parts = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const kind = gvk.group === '' ? gvk.kind : `${gvk.kind}.${gvk.group}`;
  const why = parts.length === 1 ? (parts[0] ?? '') : `[${parts.join(', ')}]`;
  return new ApiError({
    httpCode: 422,
    reason: 'Invalid',
    message: `${kind} "${name}" is invalid: ${why}`,
    group: gvk.group,
    kind: gvk.kind,
    objectName: name,
    causes,
  });
}
