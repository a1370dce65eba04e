import { KustomizeError } from '../errors.ts';
import { ExactScalar, WRITTEN_NULL, cloneValue, isMap, sameValue, textOf, withoutTexts } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

export interface JsonOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: YamlValue;
}

/** The operations of a JSON6902 patch; `undefined` when the value is none. */
export function asJsonPatch(value: YamlValue | undefined): readonly JsonOperation[] | undefined {
  if (!Array.isArray(value) || !value.every(isMap)) return undefined;
  return value.map(operation);
}

/**
 * The operations of a patch written in JSON.
 * @throws KustomizeError INVALID_PATCH when the text is not JSON, or no list of operations
 */
export function parseJsonPatch(text: string): readonly JsonOperation[] {
  const operations = asJsonPatch(parseJson(text));
  if (operations === undefined) {
    throw new KustomizeError('INVALID_PATCH', 'A JSON6902 patch is a list of operations');
  }
  return operations;
}

function parseJson(text: string): YamlValue {
  try {
    return JSON.parse(text, revive) as YamlValue;
  } catch (cause) {
    throw new KustomizeError(
      'INVALID_PATCH',
      `A patch that starts with "[" is read as JSON, which it is not: write JSON, or start it otherwise: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    );
  }
}

/** What cannot be encoded, half of a surrogate pair, becomes the replacement character; numbers are floating point. */
function revive(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a field cannot be named __proto__');
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'number' && value >= 2 ** 63 ? unsigned(value) : value;
}

/** Beyond 63 bits a number prints as one of 64 bits, as long as its shortest digits are one. */
function unsigned(value: number): number | ExactScalar {
  const text = String(value);
  return /^\d+$/.test(text) && BigInt(text) < 2n ** 64n ? new ExactScalar(text, BigInt(text)) : value;
}

function operation(item: YamlMap): JsonOperation {
  const { op, path, from, value } = item;
  if (path === undefined) throw new KustomizeError('INVALID_PATCH', 'An operation of a JSON patch needs a path');
  return {
    op: textOf(op),
    path: textOf(path),
    ...(from === undefined ? {} : { from: textOf(from) }),
    ...(value === undefined ? {} : { value: withoutTexts(value) }),
  };
}

/**
 * Applies the operations in order to a copy, all scalars of which become what they print as.
 * @throws KustomizeError INVALID_PATCH
 */
export function applyJsonOperations(root: YamlMap, operations: readonly JsonOperation[]): YamlMap {
  const holder: YamlMap = { root: withoutTexts(root) };
  for (const step of operations) apply(holder, step);
  const result = holder['root'];
  return isMap(result) ? result : {};
}

function apply(holder: YamlMap, step: JsonOperation): void {
  const { op, path, from = '', value = WRITTEN_NULL } = step;
  switch (op) {
    case 'add':
      add(locate(holder, path, op), cloneValue(value));
      break;
    case 'remove':
      remove(locate(holder, path, op));
      break;
    case 'replace':
      replace(locate(holder, path, op), cloneValue(value));
      break;
    case 'test':
      test(locate(holder, path, op), value);
      break;
    case 'copy':
      add(locate(holder, path, op), cloneValue(source(locate(holder, from, op))));
      break;
    case 'move':
      move(holder, locate(holder, from, op), path);
      break;
    default:
      throw new KustomizeError('INVALID_PATCH', `Unexpected kind of JSON patch operation: ${op}`);
  }
}

function move(holder: YamlMap, from: Place, path: string): void {
  const value = existing(from);
  remove(from);
  add(locate(holder, path, from.op), value);
}

interface Place {
  readonly container: YamlMap | YamlValue[];
  readonly key: string;
  readonly path: string;
  readonly op: string;
}

function failure({ op, path }: Pick<Place, 'op' | 'path'>, reason: string): KustomizeError {
  return new KustomizeError(
    'INVALID_PATCH',
    `Cannot apply the JSON patch: ${op} operation does not apply: ${path} ${reason}`,
  );
}

/** Where a JSON pointer leads: the last step is not followed. */
function locate(holder: YamlMap, path: string, op: string): Place {
  if (path !== '' && !path.startsWith('/')) throw failure({ op, path }, 'does not start with a slash');
  const steps = ['root', ...path.split('/').slice(1).map(unescapeStep)];
  if (steps.includes('__proto__')) throw failure({ op, path }, 'names a field __proto__, which none can be named');
  const key = steps.pop() ?? '';
  let at: YamlValue | undefined = holder;
  for (const step of steps) at = childOf(at, step);
  if (!isMap(at) && !Array.isArray(at)) throw failure({ op, path }, 'leads through a missing or scalar value');
  return { container: at, key, path, op };
}

function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function childOf(value: YamlValue | undefined, step: string): YamlValue | undefined {
  if (Array.isArray(value)) return value[indexOf(step, value.length)];
  return isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

/** Negative indexes count from the end. */
function indexOf(step: string, length: number): number {
  if (!/^-?[0-9]+$/.test(step)) return NaN;
  const index = Number(step);
  return index < 0 ? index + length : index;
}

function existing(place: Place): YamlValue {
  const value = childOf(place.container, place.key);
  if (value === undefined) throw failure(place, 'is missing');
  return value;
}

function add({ container, key, path, op }: Place, value: YamlValue): void {
  if (!Array.isArray(container)) {
    container[key] = value;
    return;
  }
  const index = key === '-' ? container.length : indexOf(key, container.length + 1);
  if (Number.isNaN(index) || index < 0 || index > container.length) {
    throw failure({ op, path }, 'is beyond the end of the list');
  }
  container.splice(index, 0, value);
}

function remove(place: Place): void {
  existing(place);
  const { container, key } = place;
  if (Array.isArray(container)) container.splice(indexOf(key, container.length), 1);
  else Reflect.deleteProperty(container, key);
}

/** A field that is missing is added, which is upstream's reading of the operation; an item is not. */
function replace(place: Place, value: YamlValue): void {
  const { container, key } = place;
  if (!Array.isArray(container)) {
    container[key] = value;
    return;
  }
  existing(place);
  container[indexOf(key, container.length)] = value;
}

/** A field that is missing counts as null. */
function source(place: Place): YamlValue {
  return Array.isArray(place.container) ? existing(place) : (childOf(place.container, place.key) ?? WRITTEN_NULL);
}

function test(place: Place, value: YamlValue): void {
  const found = childOf(place.container, place.key) ?? null;
  if (!sameValue(found, value)) throw failure(place, 'is not what the test wants');
}
