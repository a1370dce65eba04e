import { parseDuration } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import { quantityEqual } from '../kube/index.ts';
import type { ScalarType } from '../kube/index.ts';

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
