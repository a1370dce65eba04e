import { createHmac } from 'node:crypto';
import { canonicalJson } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { FieldPath } from './field-path.ts';

/** A record of a drift is no place for large values. */
const LONGEST = 256;
const CONFIDENTIAL = /passw|secret|token|credential|api[-_]?key|private[-_]?key/i;

export interface ShownField {
  /** Kind of the object. */
  readonly kind: string;
  readonly path: FieldPath;
  /** Makes the hash of a secret useless to whoever would guess it; the same for all values that are to be compared. */
  readonly salt: string;
}

/** A value as it may be kept for ever: short, and of a secret nothing but whether it is the same. */
export function shownValue(value: JsonValue, { kind, path, salt }: ShownField): string {
  const text = typeof value === 'string' ? value : canonicalJson(value);
  if (isConfidential(kind, path) || CONFIDENTIAL.test(text)) return hashed(text, salt);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
}

function hashed(text: string, salt: string): string {
  return `hmac:${createHmac('sha256', salt).update(text).digest('hex').slice(0, 16)}`;
}

/** All of a Secret, and whatever is called like one, for instance a variable `DB_PASSWORD`. */
function isConfidential(kind: string, path: FieldPath): boolean {
  return (
    kind === 'Secret' || path.some((step) => CONFIDENTIAL.test(typeof step === 'string' ? step : JSON.stringify(step)))
  );
}
