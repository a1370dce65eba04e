import { KustomizeError } from '../errors.ts';
import { isMap, isNull, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

/**
 * `a.b.[name=x.y].c` as its steps: a dot within brackets, or after a backslash, does not count. Brackets without `=`
 * only hold such dots together.
 */
export function splitDotted(path: string): string[] {
  const steps: string[] = [];
  let open: string | undefined;
  for (const part of path.split(/(?<!\\)\./)) {
    const step = part.replaceAll('\\.', '.');
    if (open !== undefined) {
      open += `.${step}`;
      if (!step.endsWith(']')) continue;
      steps.push(open.includes('=') ? open : open.slice(1, -1));
      open = undefined;
    } else if (step.startsWith('[') && !step.endsWith(']')) open = step;
    else steps.push(step);
  }
  if (open !== undefined) steps.push(open);
  return steps;
}

/** `[name=value]`, or `[=value]` for items that are scalars. */
export function parseItemStep(step: string): { readonly field: string; readonly value: string } | undefined {
  if (!step.startsWith('[') || !step.endsWith(']')) return undefined;
  const inner = step.slice(1, -1);
  const equals = inner.indexOf('=');
  if (equals < 0) throw new KustomizeError('INVALID_REPLACEMENT', `List path element must contain '=': ${step}`);
  return { field: inner.slice(0, equals), value: inner.slice(equals + 1) };
}

export function isIndexStep(step: string): boolean {
  return /^[0-9]+$/.test(step);
}

/** The value that a path leads to; `undefined` where a step is missing. @throws KustomizeError through a scalar */
export function lookup(node: YamlMap, steps: readonly string[]): YamlValue | undefined {
  let at: YamlValue | undefined = node;
  for (const step of steps) {
    if (step === '') continue;
    if (at === undefined || isNull(at)) return undefined;
    at = child(at, step);
  }
  return at;
}

function child(value: YamlValue, step: string): YamlValue | undefined {
  const item = parseItemStep(step);
  if (Array.isArray(value)) {
    if (item !== undefined) return value.find((candidate) => hasValue(candidate, item));
    if (isIndexStep(step)) return value[Number(step)];
    if (step === '-') return value.at(-1);
  }
  if (!isMap(value) || item !== undefined) {
    throw new KustomizeError(
      'INVALID_REPLACEMENT',
      `Wrong kind of value at ${step}: expected a ${item === undefined ? 'map' : 'list'}`,
    );
  }
  return Object.hasOwn(value, step) ? value[step] : undefined;
}

function hasValue(candidate: YamlValue, { field, value }: { readonly field: string; readonly value: string }): boolean {
  if (field === '') return !isMap(candidate) && textOf(candidate) === value;
  return isMap(candidate) && candidate[field] !== undefined && textOf(candidate[field]) === value;
}
