import { byAge } from '../model/meta.ts';
import { desiredReplicas } from '../model/workloads.ts';
import type { Deployment, ReplicaSet } from '../model/workloads.ts';
import { availableReplicas, specReplicas } from './replica-sets.ts';
import type { Resize } from './resize.ts';
import { isRollingUpdate, rolloutBudget } from './rollout-budget.ts';

/** The size that the new ReplicaSet may have beside the others now. */
export function newReplicas(deployment: Deployment, size: number, others: readonly ReplicaSet[]): number {
  const replicas = desiredReplicas(deployment);
  if (size >= replicas || !isRollingUpdate(deployment)) return replicas;
  const room = replicas + rolloutBudget(deployment).maxSurge - (size + specReplicas(others));
  return room <= 0 ? size : size + Math.min(room, replicas - size);
}

/** Scales old ReplicaSets down: first what is not available anyway, then as far as availability allows. */
export function planScaleDown(
  deployment: Deployment,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): readonly Resize[] {
  const minAvailable = desiredReplicas(deployment) - rolloutBudget(deployment).maxUnavailable;
  const newUnavailable = desiredReplicas(newSet) - (newSet.status?.availableReplicas ?? 0);
  const all = specReplicas(oldSets) + desiredReplicas(newSet);
  const most = all - minAvailable - newUnavailable;
  if (most <= 0) return [];
  const sizes = new Map(oldSets.toSorted(byAge).map((set) => [set, desiredReplicas(set)]));
  removeUnhealthy(sizes, most);
  removeAvailable(sizes, availableReplicas([...oldSets, newSet]) - minAvailable);
  return [...sizes].filter(([set, to]) => to !== desiredReplicas(set)).map(([set, to]) => ({ set, to }));
}

function removeUnhealthy(sizes: Map<ReplicaSet, number>, most: number): void {
  let left = most;
  for (const [set, size] of sizes) {
    const unavailable = Math.max(0, size - (set.status?.availableReplicas ?? 0));
    const removed = Math.min(left, unavailable);
    sizes.set(set, size - removed);
    left -= removed;
  }
}

function removeAvailable(sizes: Map<ReplicaSet, number>, most: number): void {
  let left = most;
  for (const [set, size] of sizes) {
    if (left <= 0) return;
    const removed = Math.min(left, size);
    sizes.set(set, size - removed);
    left -= removed;
  }
}
