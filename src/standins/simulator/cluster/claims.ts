import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { compileLabelSelector } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { controllerOf, controllerReference, isTerminating, uidOf } from '../model/meta.ts';
import type { Action } from './plan.ts';

export interface Claims<T> {
  readonly owned: readonly T[];
  /** Adopts and releases. */
  readonly actions: readonly Action[];
}

/**
 * Which of `candidates` belong to `owner`: those it controls and selects, and the orphans that it selects, which it
 * adopts. What it controls and does not select any more, it releases.
 */
export function planClaims<T extends KubeObject>(
  owner: KubeObject,
  selector: JsonObject,
  candidates: readonly T[],
): Claims<T> {
  const matches = compileLabelSelector(selector);
  const owned: T[] = [];
  const actions: Action[] = [];
  for (const object of candidates) {
    const selected = matches(object.metadata.labels);
    const controller = controllerOf(object);
    if (controller !== undefined && controller.uid !== uidOf(owner)) continue;
    if (controller !== undefined && selected) owned.push(object);
    else if (isTerminating(owner) || isTerminating(object)) continue;
    else if (controller !== undefined) actions.push(release(owner, object));
    else if (selected) {
      owned.push(object);
      actions.push(adopt(owner, object));
    }
  }
  return { owned, actions };
}

function adopt(owner: KubeObject, object: KubeObject): Action {
  return setOwners(object, [...(object.metadata.ownerReferences ?? []), controllerReference(owner)]);
}

function release(owner: KubeObject, object: KubeObject): Action {
  const rest = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uidOf(owner));
  return setOwners(object, rest);
}

function setOwners(object: KubeObject, references: NonNullable<KubeObject['metadata']['ownerReferences']>): Action {
  const ownerReferences = references.length === 0 ? null : (references as unknown as JsonValue);
  return { do: 'patch', object, changes: { metadata: { ownerReferences } } };
}
