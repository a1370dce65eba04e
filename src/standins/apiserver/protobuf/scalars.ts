import type { JsonValue } from '../../../core/index.ts';
import { parseJsonText } from '../http/json-text.ts';
import { WireError, readFields } from './wire.ts';

type Read = (value: bigint | Buffer) => JsonValue | undefined;

/** By type: scalars, and the messages that JSON writes as one. */
export const SCALAR_READERS: Readonly<Record<string, Read>> = {
  string: (value) => bytes(value).toString(),
  bytes: (value) => bytes(value).toString('base64'),
  int: (value) => number(value),
  bool: (value) => number(value) !== 0,
  double: (value) => bytes(value).readDoubleLE(),
  Quantity: (value) => text(parts(value).get(1)),
  IntOrString: intOrString,
  Time: (value) => time(parts(value), 0),
  MicroTime: (value) => time(parts(value), 6),
  FieldsV1: (value) => parseJsonText(text(parts(value).get(1)) || '{}').value,
  ExtraValue: (value) => [...readFields(bytes(value))].map((field) => bytes(field.value).toString()),
};

/** A value that Go leaves out of JSON because nobody set it. */
export function isZero(type: string, value: JsonValue): boolean {
  if (type === 'IntOrString') return value === 0 || value === '';
  return value === '' || value === 0 || value === false;
}

function bytes(value: bigint | Buffer): Buffer {
  if (typeof value === 'bigint') throw new WireError('a number stands where bytes should');
  return value;
}

function number(value: bigint | Buffer): number {
  if (typeof value !== 'bigint') throw new WireError('bytes stand where a number should');
  return Number(value);
}

function parts(value: bigint | Buffer): ReadonlyMap<number, bigint | Buffer> {
  return new Map([...readFields(bytes(value))].map((field) => [field.number, field.value]));
}

function text(value: bigint | Buffer | undefined): string {
  return value === undefined ? '' : bytes(value).toString();
}

/** Type (1) tells whether the number (2) or the text (3) counts. */
function intOrString(value: bigint | Buffer): JsonValue {
  const found = parts(value);
  if (number(found.get(1) ?? 0n) === 1) return text(found.get(3));
  return number(found.get(2) ?? 0n);
}

/** Seconds (1) and nanoseconds (2) since the epoch; nothing for Go's zero time. */
function time(found: ReadonlyMap<number, bigint | Buffer>, digits: number): JsonValue | undefined {
  if (found.size === 0) return undefined;
  const seconds = number(found.get(1) ?? 0n);
  const date = new Date(seconds * 1_000);
  if (Number.isNaN(date.getTime())) throw new WireError('a time is out of range');
  const whole = date.toISOString().slice(0, 19);
  if (digits === 0) return `${whole}Z`;
  const micros = Math.floor(number(found.get(2) ?? 0n) / 1_000);
  return `${whole}.${String(micros).padStart(digits, '0')}Z`;
}
