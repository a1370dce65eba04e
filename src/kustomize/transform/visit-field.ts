import { KustomizeError } from '../errors.ts';
import { pathSteps } from '../config/field-spec.ts';
import type { FieldSpec, PathStep } from '../config/field-spec.ts';
import { assignTo, isMap, isNull, isScalar } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

/** A place in an object: a field of a map or an item of a list. */
export interface Slot {
  get(): YamlValue | undefined;
  set(value: YamlValue): void;
}

export interface Visit {
  readonly spec: FieldSpec;
  /** What is made where the last field is missing; nothing is made without it or where the spec does not say so. */
  readonly createAs?: 'scalar' | 'map';
  readonly visit: (slot: Slot) => void;
}

/**
 * Calls `visit` on every place that the spec's path leads to; lists on the way are entered.
 * @throws KustomizeError INVALID_RESOURCE when the path leads through a scalar
 */
export function visitField(node: YamlMap, visit: Visit): void {
  enterField(node, 0, { ...visit, steps: pathSteps(visit.spec) });
}

export function mapSlot(map: YamlMap, key: string): Slot {
  return { get: () => map[key], set: (value) => assignTo(map, key, value) };
}

/** What is at a place where a scalar belongs, or nothing yet. @throws KustomizeError INVALID_RESOURCE for anything else */
export function scalarAt(slot: Slot, { path }: FieldSpec): YamlValue | undefined {
  const value = slot.get();
  if (value === undefined || isNull(value) || isScalar(value)) return value;
  throw new KustomizeError(
    'INVALID_RESOURCE',
    `Cannot set ${path}: wrong node kind: expected a scalar, and there is a ${isMap(value) ? 'map' : 'list'}`,
  );
}

interface Walk extends Visit {
  readonly steps: readonly PathStep[];
}

/** Goes on from a value on the way with the step at `at`. */
function enter(value: YamlValue, at: number, walk: Walk): void {
  if (isNull(value)) return;
  if (Array.isArray(value)) {
    for (const item of value) enter(item, at, walk);
  } else if (isMap(value)) enterField(value, at, walk);
  else {
    throw new KustomizeError(
      'INVALID_RESOURCE',
      `Cannot follow the path ${walk.spec.path}: expected sequence or mapping node`,
    );
  }
}

function enterField(map: YamlMap, at: number, walk: Walk): void {
  const step = walk.steps[at];
  if (step === undefined) return;
  if (step.name === '') {
    throw new KustomizeError('INVALID_KUSTOMIZATION', `Cannot set or create an empty field name: ${walk.spec.path}`);
  }
  const isLast = at === walk.steps.length - 1;
  const known = Object.hasOwn(map, step.name) ? map[step.name] : undefined;
  if (known === undefined || isNull(known)) {
    if (!fillGap(map, step, isLast, walk) && known === undefined) return;
  }
  if (isLast) walk.visit(mapSlot(map, step.name));
  else enter(map[step.name] ?? null, at + 1, walk);
}

/** Makes what is missing, or null; false when nothing is to be made. A null that is to be a list becomes one. */
// eslint-disable-next-line max-params
function fillGap(map: YamlMap, step: PathStep, isLast: boolean, { spec, createAs }: Visit): boolean {
  if (step.isList && Object.hasOwn(map, step.name)) {
    map[step.name] = [];
    return true;
  }
  if (spec.create !== true || createAs === undefined || step.isList) return false;
  if (!isLast || createAs === 'map') map[step.name] = {};
  else map[step.name] ??= null;
  return true;
}
