import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';

/** Marked for deletion, and nothing holds it back any more: no finalizer, no grace period. */
export function isFinished(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0 || deletionGracePeriodSeconds > 0) return false;
  return !hasSpecFinalizers(object);
}

/** Of a namespace: what has to be emptied first. */
export function hasSpecFinalizers(object: KubeObject): boolean {
  if (object.kind !== 'Namespace' || object.apiVersion !== 'v1') return false;
  const finalizers = getPath(object, 'spec', 'finalizers');
  return Array.isArray(finalizers) && finalizers.length > 0;
}
