import type { TemplateFunction } from './evaluate.ts';
import { isList, isMap, typeName } from './go-value.ts';
import type { GoValue } from './go-value.ts';
import { TemplateError } from './template-error.ts';
import { text, whole } from './text-functions.ts';

function integer(value: GoValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string') return /^\s*[+-]?\d+\s*$/.test(value) ? BigInt(value.trim().replace(/^\+/, '')) : 0n;
  return BigInt(whole(value));
}

function float(value: GoValue): number {
  const found = typeof value === 'boolean' ? Number(value) : Number(value ?? 0);
  return Number.isFinite(found) ? found : 0;
}

function fold(step: (a: bigint, b: bigint) => bigint): TemplateFunction {
  return (first, ...others) => others.map(integer).reduce(step, integer(first));
}

function foldFloat(step: (a: number, b: number) => number): TemplateFunction {
  return (first, ...others) => others.map(float).reduce(step, float(first));
}

function divided(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new TemplateError('runtime error: integer divide by zero');
  return a / b;
}

function remainder(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new TemplateError('runtime error: integer divide by zero');
  return a % b;
}

function round(value: GoValue, digits: GoValue, threshold: GoValue = 0.5): number {
  const power = 10 ** whole(digits);
  const scaled = float(value) * power;
  const base = Math.trunc(scaled);
  const up = Math.abs(scaled - base) >= float(threshold);
  return (up ? base + Math.sign(scaled) : base) / power;
}

function kind(value: GoValue): string {
  if (isList(value)) return 'slice';
  if (isMap(value)) return 'map';
  return value === undefined || value === null ? 'invalid' : typeName(value);
}

const larger = fold((a, b) => (a > b ? a : b));
const smaller = fold((a, b) => (a < b ? a : b));

/** Sprig's arithmetic and types, by name. */
export const NUMBER_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  add: fold((a, b) => a + b),
  add1: (value) => integer(value) + 1n,
  add1f: (value) => float(value) + 1,
  addf: foldFloat((a, b) => a + b),
  atoi: integer,
  biggest: larger,
  ceil: (value) => Math.ceil(float(value)),
  div: fold(divided),
  divf: foldFloat((a, b) => a / b),
  float64: float,
  floor: (value) => Math.floor(float(value)),
  int: integer,
  int64: integer,
  kindIs: (name, value) => kind(value) === text(name),
  kindOf: kind,
  max: larger,
  maxf: foldFloat(Math.max),
  min: smaller,
  minf: foldFloat(Math.min),
  mod: fold(remainder),
  mul: fold((a, b) => a * b),
  mulf: foldFloat((a, b) => a * b),
  round,
  sub: fold((a, b) => a - b),
  subf: foldFloat((a, b) => a - b),
  toDecimal: (value) => BigInt(Number.parseInt(text(value), 8) || 0),
  typeIs: (name, value) => typeName(value) === text(name),
  typeIsLike: (name, value) => [text(name), `*${text(name)}`].includes(typeName(value)),
  typeOf: typeName,
};
