import { desiredReplicas, scaledValue } from '../model/workloads.ts';
import type { Deployment } from '../model/workloads.ts';

export interface RolloutBudget {
  /** Pods above `spec.replicas` that a rollout may have. */
  readonly maxSurge: number;
  /** Pods of `spec.replicas` that may be missing meanwhile. */
  readonly maxUnavailable: number;
}

export function isRollingUpdate({ spec }: Deployment): boolean {
  return (spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/** Surge rounds up, unavailability down; when both come out as 0, one Pod may be missing, or nothing could move. */
export function rolloutBudget(deployment: Deployment): RolloutBudget {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = desiredReplicas(deployment);
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, replicas, 'up');
  const unavailable = scaledValue(maxUnavailable, replicas, 'down');
  if (surge === 0 && unavailable === 0) return { maxSurge: 0, maxUnavailable: 1 };
  return { maxSurge: surge, maxUnavailable: Math.min(unavailable, replicas) };
}
