import { createdAt } from '../model/meta.ts';
import { desiredReplicas } from '../model/workloads.ts';
import type { Deployment, ReplicaSet } from '../model/workloads.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS, active, revisionOf, specReplicas } from './replica-sets.ts';
import type { Resize } from './resize.ts';
import { isRollingUpdate, rolloutBudget } from './rollout-budget.ts';

export interface Generations {
  readonly newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
}

/** Somebody changed `spec.replicas` since the active ReplicaSets were sized. */
export function isScalingEvent(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const desired = String(desiredReplicas(deployment));
  return active(sets).some((set) => (set.metadata.annotations?.[DESIRED_REPLICAS] ?? desired) !== desired);
}

/**
 * Sizes after a change of `spec.replicas`: of the only active ReplicaSet, or, amid a rollout, of all of them in
 * proportion, so that the risk of the new version stays what it was.
 */
export function planScaling(deployment: Deployment, { newSet, oldSets }: Generations): readonly Resize[] {
  const replicas = desiredReplicas(deployment);
  const sets = newSet === undefined ? oldSets : [...oldSets, newSet];
  const running = active(sets);
  if (running.length <= 1) {
    const only = running[0] ?? newSet ?? latest(oldSets);
    return only === undefined ? [] : [{ set: only, to: replicas }];
  }
  if (newSet !== undefined && isSaturated(deployment, newSet)) {
    return active(oldSets).map((set) => ({ set, to: 0 }));
  }
  return isRollingUpdate(deployment) ? proportions(deployment, running) : [];
}

function latest(sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return sets.toSorted((a, b) => createdAt(b) - createdAt(a) || revisionOf(b) - revisionOf(a))[0];
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const replicas = desiredReplicas(deployment);
  return (
    set.metadata.annotations?.[DESIRED_REPLICAS] === String(replicas) &&
    desiredReplicas(set) === replicas &&
    set.status?.availableReplicas === replicas
  );
}

function proportions(deployment: Deployment, running: readonly ReplicaSet[]): readonly Resize[] {
  const replicas = desiredReplicas(deployment);
  const allowed = replicas > 0 ? replicas + rolloutBudget(deployment).maxSurge : 0;
  const toAdd = allowed - specReplicas(running);
  const newer = toAdd > 0 ? 1 : -1;
  const ordered = running.toSorted(
    (a, b) => desiredReplicas(b) - desiredReplicas(a) || newer * (createdAt(b) - createdAt(a)),
  );
  let added = 0;
  const sizes = ordered.map((set) => {
    const share = shareOf(deployment, set, { toAdd, added });
    added += share;
    return { set, to: desiredReplicas(set) + share };
  });
  const [largest, ...rest] = sizes;
  if (largest === undefined) return [];
  return [{ ...largest, to: Math.max(0, largest.to + toAdd - added) }, ...rest];
}

function shareOf(
  deployment: Deployment,
  set: ReplicaSet,
  { toAdd, added }: { readonly toAdd: number; readonly added: number },
): number {
  if (toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, set);
  const left = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

function fractionOf(deployment: Deployment, set: ReplicaSet): number {
  const size = desiredReplicas(set);
  const replicas = desiredReplicas(deployment);
  if (replicas === 0) return -size;
  const annotated = Number.parseInt(set.metadata.annotations?.[MAX_REPLICAS] ?? '', 10);
  const before = annotated > 0 ? annotated : (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((size * (replicas + rolloutBudget(deployment).maxSurge)) / before) - size;
}
