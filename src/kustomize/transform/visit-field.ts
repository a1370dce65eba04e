import { KustomizeError } from '../errors.ts';
import { pathSteps } from '../config/field-spec.ts';
import type { FieldSpec, PathStep } from '../config/field-spec.ts';
import { assignTo, isMap, isNull } from '../yaml/value.ts';
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
  descend(mapSlot({ '': node }, ''), pathSteps(visit.spec), visit);
}

export function mapSlot(map: YamlMap, key: string): Slot {
  return { get: () => map[key], set: (value) => assignTo(map, key, value) };
}

function listSlot(list: YamlValue[], at: number): Slot {
  return { get: () => list[at], set: (value) => assignTo(list, at, value) };
}

function descend(slot: Slot, steps: readonly PathStep[], visit: Visit): void {
  if (steps.length === 0) {
    visit.visit(slot);
    return;
  }
  const value = slot.get();
  if (value === undefined || isNull(value)) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) descend(listSlot(value, i), steps, visit);
  } else if (isMap(value)) enterField(value, steps, visit);
  else {
    throw new KustomizeError(
      'INVALID_RESOURCE',
      `Cannot follow the path ${visit.spec.path}: expected sequence or mapping node`,
    );
  }
}

function enterField(map: YamlMap, [step, ...rest]: readonly PathStep[], visit: Visit): void {
  if (step === undefined) return;
  if (step.name === '') {
    throw new KustomizeError('INVALID_KUSTOMIZATION', `Cannot set or create an empty field name: ${visit.spec.path}`);
  }
  const known = Object.hasOwn(map, step.name) ? map[step.name] : undefined;
  if (known === undefined || isNull(known)) {
    if (!fillGap(map, step, rest.length === 0, visit) && known === undefined) return;
  }
  descend(mapSlot(map, step.name), rest, visit);
}

/** Makes what is missing, or null; false when nothing is to be made. */
// eslint-disable-next-line max-params
function fillGap(map: YamlMap, step: PathStep, isLast: boolean, { spec, createAs }: Visit): boolean {
  if (spec.create !== true || createAs === undefined || step.isList) return false;
  if (!isLast || createAs === 'map') map[step.name] = {};
  else map[step.name] ??= null;
  return true;
}
