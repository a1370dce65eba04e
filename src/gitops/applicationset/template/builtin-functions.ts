import type { TemplateFunction } from './evaluate.ts';
import { formatValue, isList, isMap, isTruthy, typeName } from './go-value.ts';
import type { GoValue } from './go-value.ts';
import { TemplateError } from './template-error.ts';
import { formatVerbs } from './format-verbs.ts';

function compare(a: GoValue, b: GoValue): number {
  if (isNumber(a) && isNumber(b)) {
    if (typeof a !== typeof b) throw new TemplateError('incompatible types for comparison');
    return a < b ? -1 : Number(a > b);
  }
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
  throw new TemplateError('incompatible types for comparison');
}

function isNumber(value: GoValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isEqual(a: GoValue, b: GoValue): boolean {
  const nil = (value: GoValue): boolean => value === undefined || value === null;
  if (nil(a) || nil(b)) return nil(a) && nil(b);
  if (isList(a) || isMap(a)) throw new TemplateError(`non-comparable type ${typeName(a)}: ${formatValue(a)}`);
  if (typeof a !== typeof b) throw new TemplateError('incompatible types for comparison');
  return a === b;
}

/** An element by key or index, one level for each. */
function index(value: GoValue, ...keys: readonly GoValue[]): GoValue {
  return keys.reduce((found, key) => {
    if (isMap(found)) return typeof key === 'string' && Object.hasOwn(found, key) ? found[key] : undefined;
    if (isList(found) || typeof found === 'string') return itemAt(found, key);
    if (found === undefined || found === null) throw new TemplateError('index of untyped nil');
    throw new TemplateError(`can't index item of type ${typeName(found)}`);
  }, value);
}

function itemAt(list: readonly GoValue[] | string, key: GoValue): GoValue {
  if (!isNumber(key)) throw new TemplateError(`cannot index slice/array with type ${typeName(key)}`);
  const at = Number(key);
  if (at < 0 || at >= list.length) throw new TemplateError(`error calling index: reflect: slice index out of range`);
  const item = list[at];
  return typeof list === 'string' ? BigInt(list.codePointAt(at) ?? 0) : item;
}

function slice(value: GoValue, from: GoValue = 0n, to?: GoValue): GoValue {
  if (typeof value !== 'string' && !isList(value))
    throw new TemplateError(`can't slice item of type ${typeName(value)}`);
  const [start, end] = [Number(from), to === undefined ? value.length : Number(to)];
  if (start < 0 || end > value.length || start > end) throw new TemplateError(`index out of range: ${end}`);
  return value.slice(start, end);
}

function length(value: GoValue): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value));
  if (isList(value)) return BigInt(value.length);
  if (isMap(value)) return BigInt(Object.keys(value).length);
  throw new TemplateError(value === undefined ? 'len of nil pointer' : `len of type ${typeName(value)}`);
}

/** Go's `Sprint`: a space between operands neither of which is text. */
function print(...values: readonly GoValue[]): string {
  return values.reduce<string>((text, value, at) => {
    const spaced = at > 0 && typeof value !== 'string' && typeof values[at - 1] !== 'string';
    return `${text}${spaced ? ' ' : ''}${value === undefined ? '<nil>' : formatValue(value)}`;
  }, '');
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

/** The functions that every Go template has; `and` and `or` are part of its evaluation. */
export const BUILTIN_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  and: () => undefined,
  or: () => undefined,
  not: (value) => !isTruthy(value),
  eq: (first, ...others) => others.some((other) => isEqual(first, other)),
  ne: (a, b) => !isEqual(a, b),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
  index,
  slice,
  len: length,
  print,
  println: (...values) => `${values.map(formatValue).join(' ')}\n`,
  printf: (format, ...values) => formatVerbs(print(format), values),
  html: (...values) => print(...values).replaceAll(/[&<>"']/g, (found) => HTML[found] ?? found),
  urlquery: (...values) => encodeURIComponent(print(...values)).replaceAll('%20', '+'),
};
