import type { JsonValue } from '../core/index.ts';
import type { ScalarType } from '../kube/index.ts';

const SUFFIXES: Readonly<Record<string, readonly [base: bigint, exponent: number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i|))$/;
const SCALE = 1_000_000_000n;

/** A Kubernetes quantity in billionths, rounded up as the API server does; undefined when it is none. */
function quantity(text: string): bigint | undefined {
  const [, sign, whole = '', fraction = '', power, suffix = ''] = QUANTITY.exec(text.trim()) ?? [];
  if (`${whole}${fraction}` === '') return undefined;
  const [base, exponent] = unitOf(suffix, power);
  const scaled = scale({ digits: BigInt(whole + fraction), fraction: BigInt(fraction.length), base, exponent });
  return sign === '-' ? -scaled : scaled;
}

function unitOf(suffix: string, power: string | undefined): readonly [base: bigint, exponent: number] {
  return power === undefined ? (SUFFIXES[suffix] ?? [10n, 0]) : [10n, Number(power)];
}

interface Decimal {
  readonly digits: bigint;
  /** How many of the digits stand behind the point. */
  readonly fraction: bigint;
  readonly base: bigint;
  readonly exponent: number;
}

function scale({ digits, fraction, base, exponent }: Decimal): bigint {
  const factor = base ** BigInt(Math.abs(exponent));
  const divisor = 10n ** fraction * (exponent < 0 ? factor : 1n);
  const dividend = digits * SCALE * (exponent < 0 ? 1n : factor);
  return (dividend + divisor - 1n) / divisor;
}

const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 };

/** A Go duration (`1h30m`) in milliseconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/.test(text))
    return undefined;
  let total = 0;
  for (const [, amount = '0', unit = ''] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (UNITS[unit] ?? 0);
  }
  return text.startsWith('-') ? -total : total;
}

type Parse = (text: string) => bigint | number | undefined;

const PARSERS: Partial<Readonly<Record<ScalarType, Parse>>> = {
  quantity,
  duration: parseDuration,
  time: (text) => Date.parse(text) || undefined,
};

function textOf(value: JsonValue): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** Whether two scalars mean the same to the API server, however they are written. */
export function scalarsEqual(type: ScalarType | undefined, a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  const [left, right] = [textOf(a), textOf(b)];
  if (type === undefined || left === undefined || right === undefined) return false;
  if (type === 'int-or-string') return left === right;
  const parsed = PARSERS[type]?.(left);
  return parsed !== undefined && parsed === PARSERS[type]?.(right);
}
