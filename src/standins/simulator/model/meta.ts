import type { KubeObject, OwnerReference } from '../../../kube/index.ts';

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
}

export function nameOf(object: KubeObject): string {
  return object.metadata.name ?? '';
}

export function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? '';
}

export function uidOf(object: KubeObject): string {
  return object.metadata.uid ?? '';
}

/** Milliseconds since the epoch; 0 when the API server has not set it. */
export function createdAt(object: KubeObject): number {
  return timeOf(object.metadata.creationTimestamp);
}

/** Milliseconds since the epoch of a `metav1.Time`; 0 when it is absent. */
export function timeOf(text: string | undefined): number {
  return text === undefined ? 0 : Date.parse(text);
}

export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** The reference that makes `owner` the controller of what it creates. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Oldest first, ties by name. */
export function byAge(a: KubeObject, b: KubeObject): number {
  return createdAt(a) - createdAt(b) || nameOf(a).localeCompare(nameOf(b));
}

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
