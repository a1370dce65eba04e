import { AppError } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';

/** The text is no `resource.Quantity`. */
export class QuantityError extends AppError {
  override readonly name = 'QuantityError';
  readonly code = 'INVALID_QUANTITY';
}

type Format = 'decimal' | 'binary' | 'exponent';

/** An amount of a resource, exact to 10⁻⁹. */
export interface Quantity {
  /** In units of 10⁻⁹. */
  readonly nano: bigint;
  /** How it was written, which decides how it is written again. */
  readonly format: Format;
}

const NANO = 1_000_000_000n;
const LARGEST = (2n ** 63n - 1n) * NANO;
const TEXT = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])|[eE]([+-]?\d{1,3}))?$/;
/** Powers of 1000, from 10⁻⁹. */
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
/** Powers of 1024. */
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const MAX_DIGITS = 100;

/**
 * Reads `1`, `100m`, `1.5Gi`, `12e6`. More than nine decimals are rounded away from zero, more than 2⁶³−1 is cut, as
 * Kubernetes does.
 * @throws QuantityError
 */
export function parseQuantity(value: string | number): Quantity {
  const text = String(value).trim();
  const [, sign, digits = '', suffix, exponent] = text.length > MAX_DIGITS ? [] : (TEXT.exec(text) ?? []);
  if (sign === undefined)
    throw new QuantityError(`Cannot read as a quantity: ${JSON.stringify(text.slice(0, MAX_DIGITS))}`);
  const binary = suffix?.endsWith('i') === true;
  const magnitude = nanoOf(digits, binary ? 1024n ** BigInt(BINARY.indexOf(suffix)) : 1n, powerOf(suffix, exponent));
  const nano = magnitude > LARGEST ? LARGEST : magnitude;
  return { nano: sign === '-' ? -nano : nano, format: formatOf(binary, exponent) };
}

function formatOf(binary: boolean, exponent: string | undefined): Format {
  if (binary) return 'binary';
  return exponent === undefined ? 'decimal' : 'exponent';
}

/** The power of ten that a decimal suffix or an exponent stands for. */
function powerOf(suffix: string | undefined, exponent: string | undefined): number {
  if (exponent !== undefined) return Number(exponent);
  const index = DECIMAL.indexOf(suffix ?? '');
  return index < 0 ? 0 : (index - 3) * 3;
}

function nanoOf(digits: string, factor: bigint, power: number): bigint {
  const [whole = '', fraction = ''] = digits.split('.');
  const numerator = BigInt(`${whole}${fraction}` || '0') * factor;
  const scale = power + 9 - fraction.length;
  if (scale >= 0) return numerator * 10n ** BigInt(scale);
  const divisor = 10n ** BigInt(-scale);
  return (numerator + divisor - 1n) / divisor;
}

/** The canonical text: no fraction, the largest suffix that keeps the value exact. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const small = nano > -1024n * NANO && nano < 1024n * NANO;
  if (format === 'binary' && !small && nano % NANO === 0n) return formatBinary(nano / NANO);
  const { mantissa, power } = reduce(nano, 1000n);
  const index = Math.min(power, DECIMAL.length - 1);
  const number = mantissa * 1000n ** BigInt(power - index);
  if (format !== 'exponent') return `${number}${DECIMAL[index] ?? ''}`;
  const exponent = (index - 3) * 3;
  return exponent === 0 ? String(number) : `${number}e${exponent}`;
}

function formatBinary(value: bigint): string {
  const { mantissa, power } = reduce(value, 1024n);
  const index = Math.min(power, BINARY.length - 1);
  return `${mantissa * 1024n ** BigInt(power - index)}${BINARY[index] ?? ''}`;
}

function reduce(value: bigint, base: bigint): { readonly mantissa: bigint; readonly power: number } {
  let mantissa = value;
  let power = 0;
  for (; mantissa % base === 0n; power++) mantissa /= base;
  return { mantissa, power };
}

/** The canonical text of a quantity; what is none stays as it is. */
export function canonicalQuantity(value: JsonValue): JsonValue {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  try {
    return formatQuantity(parseQuantity(value));
  } catch (error) {
    if (error instanceof QuantityError) return value;
    throw error;
  }
}

/** Negative when `a` is less than `b`. @throws QuantityError */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = parseQuantity(a).nano - parseQuantity(b).nano;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Whether two values mean the same amount; what is no quantity equals only itself. */
export function quantityEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (!isQuantityLike(a) || !isQuantityLike(b)) return false;
  try {
    return compareQuantities(a, b) === 0;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}

function isQuantityLike(value: JsonValue | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
