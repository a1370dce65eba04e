import type { JsonValue } from '../core/index.ts';
import { quantityEqual } from '../kube/index.ts';
import type { ScalarType } from '../kube/index.ts';

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

type Parse = (text: string) => number | undefined;

const PARSERS: Partial<Readonly<Record<ScalarType, Parse>>> = {
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
  if (type === 'quantity') return quantityEqual(a, b);
  if (type === undefined || left === undefined || right === undefined) return false;
  if (type === 'int-or-string') return left === right;
  const parsed = PARSERS[type]?.(left);
  return parsed !== undefined && parsed === PARSERS[type]?.(right);
}
