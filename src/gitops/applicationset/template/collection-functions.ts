import { isDeepStrictEqual } from 'node:util';
import type { TemplateFunction } from './evaluate.ts';
import { isList, isMap, isTruthy, typeName } from './go-value.ts';
import type { GoValue } from './go-value.ts';
import { TemplateError } from './template-error.ts';
import { text, whole } from './text-functions.ts';

const MAX_ITEMS = 10_000;

type MutableMap = Record<string, GoValue>;

function list(value: GoValue, name: string): readonly GoValue[] {
  if (isList(value)) return value;
  throw new TemplateError(`Cannot find ${name} on type ${value === undefined ? 'nil' : typeName(value)}`);
}

function map(value: GoValue): MutableMap {
  if (isMap(value)) return value;
  throw new TemplateError(`wrong type for value; expected map[string]interface {}; got ${typeName(value)}`);
}

function unique(values: readonly GoValue[]): readonly GoValue[] {
  return values.filter((value, index) => values.findIndex((other) => isDeepStrictEqual(other, value)) === index);
}

function without(value: GoValue, ...unwanted: readonly GoValue[]): readonly GoValue[] {
  return list(value, 'without').filter((item) => !unwanted.some((other) => isDeepStrictEqual(item, other)));
}

function chunk(size: GoValue, value: GoValue): readonly GoValue[] {
  const [items, step] = [list(value, 'chunk'), Math.max(1, whole(size))];
  return Array.from({ length: Math.ceil(items.length / step) }, (_, index) =>
    items.slice(index * step, (index + 1) * step),
  );
}

function count(start: number, stop: number, step: number): readonly bigint[] {
  const length = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
  if (length > MAX_ITEMS) throw new TemplateError('the list would be too long');
  return Array.from({ length }, (_, index) => BigInt(start + index * step));
}

function until(value: GoValue): readonly bigint[] {
  return count(0, whole(value), whole(value) < 0 ? -1 : 1);
}

function sequence(...values: readonly GoValue[]): string {
  const [first = 1, second, third] = values.map(whole);
  const [start, step, end] =
    third !== undefined
      ? [first, second ?? 1, third]
      : second === undefined
        ? [1, first < 1 ? -1 : 1, first]
        : [first, second < first ? -1 : 1, second];
  return count(start, end + Math.sign(step), step).join(' ');
}

function dict(...values: readonly GoValue[]): MutableMap {
  const made: MutableMap = {};
  for (let index = 0; index < values.length; index += 2) setMember(made, text(values[index]), values[index + 1] ?? '');
  return made;
}

function setMember(target: MutableMap, name: string, value: GoValue): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

function set(target: GoValue, name: GoValue, value: GoValue): GoValue {
  setMember(map(target), text(name), value);
  return target;
}

function unset(target: GoValue, name: GoValue): GoValue {
  Reflect.deleteProperty(map(target), text(name));
  return target;
}

function get(value: GoValue, name: GoValue): GoValue {
  const members = map(value);
  return Object.hasOwn(members, text(name)) ? members[text(name)] : '';
}

function dig(...values: readonly GoValue[]): GoValue {
  if (values.length < 3) throw new TemplateError('dig needs at least three arguments');
  const fallback = values.at(-2);
  let found: GoValue = values.at(-1);
  for (const name of values.slice(0, -2)) {
    if (!isMap(found) || !Object.hasOwn(found, text(name))) return fallback;
    found = found[text(name)];
  }
  return found;
}

function mergeInto(target: MutableMap, source: GoValue, overwrite: boolean): void {
  for (const [name, value] of Object.entries(map(source))) {
    const own = Object.hasOwn(target, name) ? target[name] : undefined;
    if (isMap(own) && isMap(value)) mergeInto(own, value, overwrite);
    else if (overwrite || !isTruthy(own)) setMember(target, name, structuredClone(value));
  }
}

function merge(overwrite: boolean): TemplateFunction {
  return (target, ...sources) => {
    for (const source of sources) mergeInto(map(target), source, overwrite);
    return target;
  };
}

function select(keeps: (name: string, names: readonly string[]) => boolean): TemplateFunction {
  return (value, ...names) =>
    Object.fromEntries(Object.entries(map(value)).filter(([name]) => keeps(name, names.map(text))));
}

function compact(value: GoValue): readonly GoValue[] {
  return list(value, 'compact').filter(isTruthy);
}

function has(item: GoValue, value: GoValue): boolean {
  return value !== undefined && list(value, 'has').some((other) => isDeepStrictEqual(other, item));
}

const LISTS: Readonly<Record<string, TemplateFunction>> = {
  append: (value, item) => [...list(value, 'append'), item],
  chunk,
  compact,
  first: (value) => list(value, 'first')[0],
  has,
  initial: (value) => list(value, 'initial').slice(0, -1),
  last: (value) => list(value, 'last').at(-1),
  prepend: (value, item) => [item, ...list(value, 'prepend')],
  push: (value, item) => [...list(value, 'push'), item],
  rest: (value) => list(value, 'rest').slice(1),
  reverse: (value) => list(value, 'reverse').toReversed(),
  slice: (value, ...range) =>
    list(value, 'slice').slice(whole(range[0]), range[1] === undefined ? undefined : whole(range[1])),
  uniq: (value) => unique(list(value, 'uniq')),
  without,
};

const must = (functions: Readonly<Record<string, TemplateFunction>>): Readonly<Record<string, TemplateFunction>> =>
  Object.fromEntries(
    Object.entries(functions).map(([name, work]) => [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, work]),
  );

/** Sprig's functions of lists, dictionaries and choices, by name. */
export const COLLECTION_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  ...LISTS,
  ...must(LISTS),
  all: (...values) => values.every(isTruthy),
  any: (...values) => values.some(isTruthy),
  coalesce: (...values) => values.find(isTruthy),
  concat: (...values) => values.flatMap((value) => list(value, 'concat')),
  deepCopy: (value) => structuredClone(value),
  deepEqual: (a, b) => isDeepStrictEqual(a, b),
  default: (fallback, ...given) => (isTruthy(given[0]) ? given[0] : fallback),
  dict,
  dig,
  empty: (value) => !isTruthy(value),
  fail: (message) => {
    throw new TemplateError(text(message));
  },
  get,
  hasKey: (value, name) => Object.hasOwn(map(value), text(name)),
  keys: (...values) => values.flatMap((value) => Object.keys(map(value))).sort(),
  list: (...values) => values,
  merge: merge(false),
  mergeOverwrite: merge(true),
  mustDeepCopy: (value) => structuredClone(value),
  mustMerge: merge(false),
  mustMergeOverwrite: merge(true),
  omit: select((name, names) => !names.includes(name)),
  pick: select((name, names) => names.includes(name)),
  pluck: (name, ...values) =>
    values.flatMap((value) => (Object.hasOwn(map(value), text(name)) ? [map(value)[text(name)]] : [])),
  seq: sequence,
  set,
  ternary: (yes, no, condition) => (condition === true ? yes : no),
  tuple: (...values) => values,
  unset,
  until,
  untilStep: (start, stop, step) => count(whole(start), whole(stop), whole(step)),
  values: (value) =>
    Object.keys(map(value))
      .sort()
      .map((name) => map(value)[name]),
};
