import { KustomizeError } from '../errors.ts';
import { isIndexStep, parseItemStep } from '../model/lookup.ts';
import { isMap, isNull, isScalar, isText, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import { mapSlot } from './visit-field.ts';
import type { Slot } from './visit-field.ts';

export type LeafKind = 'scalar' | 'map' | 'list';

export interface PathMatch {
  /** What is made where fields are missing; nothing is made without it. */
  readonly create?: LeafKind;
  /** Opens a text that a path goes on into; the slots it gives write the text back. */
  readonly openText?: (slot: Slot, steps: readonly string[]) => readonly Slot[] | undefined;
}

/** Every place that the path leads to: `*` is every item, `[name=x]` every item whose field matches the expression. */
export function matchPath(node: YamlMap | YamlValue[], steps: readonly string[], options: PathMatch): readonly Slot[] {
  return match(mapSlot({ '': node }, ''), steps, options);
}

function match(slot: Slot, steps: readonly string[], options: PathMatch): readonly Slot[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [slot];
  const value = slot.get();
  const opened = isText(value) ? options.openText?.(slot, steps) : undefined;
  if (opened !== undefined) return opened;
  if (isIndexStep(step) || step === '-') return matchIndex(slot, { step, rest }, options);
  if (parseItemStep(step) !== undefined) return matchItems(slot, { step, rest }, options);
  if (step === '*') {
    if (value === undefined || isNull(value)) return [];
    return listOf(value, step).flatMap((_, i) => match(itemSlot(listOf(value, step), i), rest, options));
  }
  return matchField(slot, { step, rest }, options);
}

interface Step {
  readonly step: string;
  readonly rest: readonly string[];
}

function wrongKind(step: string, wanted: string): KustomizeError {
  return new KustomizeError('INVALID_REPLACEMENT', `Wrong kind of value at ${step}: expected a ${wanted}`);
}

function listOf(value: YamlValue | undefined, step: string): YamlValue[] {
  if (!Array.isArray(value)) throw wrongKind(step, 'list');
  return value;
}

function itemSlot(list: YamlValue[], at: number): Slot {
  return { get: () => list[at], set: (value) => (list[at] = value) };
}

function matchField(slot: Slot, { step, rest }: Step, options: PathMatch): readonly Slot[] {
  const value = slot.get();
  if (value === undefined || isNull(value)) {
    if (options.create === undefined) return [];
    slot.set({});
  } else if (!isMap(value)) throw wrongKind(step, 'map');
  const map = slot.get() as YamlMap;
  if (!Object.hasOwn(map, step)) {
    if (options.create === undefined) return [];
    map[step] = made(rest, options.create);
  }
  return match(mapSlot(map, step), rest, options);
}

/** What is made for a step, given the steps after it. */
function made([next]: readonly string[], create: LeafKind): YamlValue {
  if (next === undefined) return create === 'map' ? {} : create === 'list' ? [] : null;
  return isIndexStep(next) || next === '-' || parseItemStep(next) !== undefined ? [] : {};
}

function matchIndex(slot: Slot, { step, rest }: Step, options: PathMatch): readonly Slot[] {
  const list = listOf(slot.get(), step);
  const index = step === '-' ? list.length : Number(step);
  if (index === list.length && options.create !== undefined) list.push(made(rest, options.create));
  if (index >= list.length) {
    throw new KustomizeError('INVALID_REPLACEMENT', `Index ${index} specified but only ${list.length} elements found`);
  }
  return match(itemSlot(list, index), rest, options);
}

function matchItems(slot: Slot, { step, rest }: Step, options: PathMatch): readonly Slot[] {
  const wanted = parseItemStep(step);
  const value = slot.get();
  if (wanted === undefined || value === undefined || isNull(value)) return [];
  const list = listOf(value, step);
  const pattern = compile(wanted.value);
  const found = list.flatMap((item, i) =>
    itemMatches(item, wanted.field, pattern) ? match(itemSlot(list, i), wanted.field === '' ? [] : rest, options) : [],
  );
  if (found.length > 0 || options.create === undefined) return found;
  list.push(wanted.field === '' ? wanted.value : { [wanted.field]: wanted.value });
  return match(itemSlot(list, list.length - 1), wanted.field === '' ? [] : rest, options);
}

function compile(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new KustomizeError('INVALID_REPLACEMENT', `Not a regular expression: ${source}`, { cause });
  }
}

function itemMatches(item: YamlValue, field: string, pattern: RegExp): boolean {
  if (field === '') return isScalar(item) && pattern.test(textOf(item));
  if (!isMap(item)) throw wrongKind(`[${field}=…]`, 'map');
  const value = item[field];
  return value !== undefined && isScalar(value) && pattern.test(textOf(value));
}
