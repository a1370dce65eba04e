import { ExactScalar } from './value.ts';

const NULLS: ReadonlySet<string> = new Set(['~', 'null', 'Null', 'NULL']);
const TRUES: ReadonlySet<string> = new Set(['true', 'True', 'TRUE']);
const FALSES: ReadonlySet<string> = new Set(['false', 'False', 'FALSE']);
const SPECIAL_FLOAT = /^(?:\.nan|\.NaN|\.NAN|[-+]?\.(?:inf|Inf|INF))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const TIMESTAMP =
  /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})(?:(?:T(?=.*[Z+-])| (?!.*[Z+-]))(?<hour>\d{1,2}):(?<minute>\d{1,2}):(?<second>\d{1,2})(?<fraction>\.\d+)?(?<zone>Z|[-+]\d\d:\d\d)?)?$/;

const UINT64_MAX = 2n ** 64n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * The value of an unquoted scalar as go-yaml v3 reads it: YAML 1.2 booleans, every notation of integers, dates as
 * times. Text that is none of these stays text.
 */
export function resolvePlain(text: string): string | number | boolean | null | ExactScalar {
  if (text === '') return null;
  const first = text.charCodeAt(0);
  const isNumeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (isNumeric) return resolveNumeric(text);
  return text.length <= 5 ? resolveWord(text) : text;
}

const LEGACY_TRUES: ReadonlySet<string> = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON']);
const LEGACY_FALSES: ReadonlySet<string> = new Set(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF']);

/**
 * The value as go-yaml v2 reads it, as upstream does for kustomizations and JSON patches: with the booleans of YAML
 * 1.1, dates as text.
 */
export function resolveLegacy(text: string): ReturnType<typeof resolvePlain> {
  if (LEGACY_TRUES.has(text)) return new ExactScalar(text, true);
  if (LEGACY_FALSES.has(text)) return new ExactScalar(text, false);
  return timestamp(text) === undefined ? resolvePlain(text) : text;
}

function resolveWord(text: string): string | boolean | null | ExactScalar {
  if (NULLS.has(text)) return new ExactScalar(text, null);
  if (TRUES.has(text)) return text === 'true' ? true : new ExactScalar(text, true);
  if (FALSES.has(text)) return text === 'false' ? false : new ExactScalar(text, false);
  return text;
}

function resolveNumeric(text: string): string | number | ExactScalar {
  const small = smallInteger(text);
  if (small !== undefined) return small;
  if (SPECIAL_FLOAT.test(text)) return new ExactScalar(text, specialFloat(text));
  const time = timestamp(text);
  if (time !== undefined) return new ExactScalar(text, time);
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const integer = INTEGER.exec(plain);
  if (integer !== null) {
    const value = integerValue(integer);
    if (value >= INT64_MIN && value <= UINT64_MAX) return exactNumber(text, value);
  }
  return FLOAT.test(plain) ? exactNumber(text, Number(plain)) : text;
}

/** The common case, without regular expressions: up to 9 decimal digits that do not start with 0. */
function smallInteger(text: string): number | undefined {
  if (text.length > 9) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return text.length > 1 && text.charCodeAt(0) === 0x30 ? undefined : value;
}

function integerValue([, sign, hex, binary, octal, decimal]: RegExpExecArray): bigint {
  const digits =
    hex !== undefined
      ? `0x${hex}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : decimal;
  const value = BigInt(digits ?? '0');
  return sign === '-' ? -value : value;
}

function exactNumber(text: string, value: number | bigint): number | ExactScalar {
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) return new ExactScalar(text, value);
    return String(number) === text ? number : new ExactScalar(text, number);
  }
  const number = value === 0 ? 0 : value;
  return String(number) === text ? number : new ExactScalar(text, number);
}

function specialFloat(text: string): number {
  if (text.toLowerCase() === '.nan') return NaN;
  return text.startsWith('-') ? -Infinity : Infinity;
}

/** RFC 3339, as a time is written in JSON. */
function timestamp(text: string): string | undefined {
  if (text.length < 8 || text.charCodeAt(4) !== 0x2d) return undefined;
  const parts = TIMESTAMP.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const two = (name: string): string => (parts[name] ?? '0').padStart(2, '0');
  const date = `${two('year')}-${two('month')}-${two('day')}`;
  const clock = `${two('hour')}:${two('minute')}:${two('second')}`;
  const stamp = Date.parse(`${date}T${clock}Z`);
  if (Number.isNaN(stamp) || new Date(stamp).toISOString().slice(0, 10) !== date) return undefined;
  const fraction = (parts['fraction'] ?? '').slice(0, 10).replace(/\.?0+$/, '');
  const zone = parts['zone'] ?? 'Z';
  return `${date}T${clock}${fraction}${/^[-+]00:00$/.test(zone) ? 'Z' : zone}`;
}
