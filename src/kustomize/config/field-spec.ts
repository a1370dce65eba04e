import { KustomizeError } from '../errors.ts';
import { isSelected } from '../model/identity.ts';
import type { Gvk } from '../model/identity.ts';
import { splitFieldPath } from '../model/field-path.ts';

/** A field of the objects that group, version and kind select; an absent part selects any. */
export interface FieldSpec {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  /** Steps separated by `/`; lists on the way are entered. */
  readonly path: string;
  /** Makes the field where it is missing. */
  readonly create?: boolean;
}

/** Fields of objects that hold the name of another object: of `kind` of `group` and `version`. */
export interface NameReference {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly fieldSpecs: readonly FieldSpec[];
}

export interface PathStep {
  readonly name: string;
  /** Written with `[]`: the field is a list, and never made. */
  readonly isList: boolean;
}

const compiled = new WeakMap<FieldSpec, readonly PathStep[]>();

export function pathSteps(spec: FieldSpec): readonly PathStep[] {
  const known = compiled.get(spec);
  if (known !== undefined) return known;
  const steps = splitFieldPath(spec.path).map((step) => ({
    name: step.replace(/\[\]$/, ''),
    isList: step.endsWith('[]'),
  }));
  compiled.set(spec, steps);
  return steps;
}

export function appliesTo(spec: FieldSpec, gvk: Gvk): boolean {
  return isSelected(gvk, spec);
}

/** Whether `known` stands for what `added` is to add: it may be of fewer kinds, which then narrows the added one. */
function covers(known: FieldSpec, added: FieldSpec): boolean {
  const { group = '', version = '', kind = '', path } = known;
  return path === added.path && isSelected({ group, version, kind }, added);
}

/**
 * Both lists; of a field that both name the first list decides for which kinds.
 * @throws KustomizeError INVALID_KUSTOMIZATION when they disagree on whether to make it
 */
export function mergeFieldSpecs(specs: readonly FieldSpec[], more: readonly FieldSpec[]): readonly FieldSpec[] {
  if (more.length === 0) return specs;
  if (specs.length === 0) return more;
  const merged = [...specs];
  for (const spec of more) {
    const known = merged.find((other) => covers(other, spec));
    if (known === undefined) merged.push(spec);
    else if ((known.create ?? false) !== (spec.create ?? false)) {
      throw new KustomizeError('INVALID_KUSTOMIZATION', `Conflicting field specs for ${spec.path}: 'create' differs`);
    }
  }
  return merged;
}
