import { normal, planOf } from '../cluster/plan.ts';
import type { Action, Plan } from '../cluster/plan.ts';
import { withCondition } from '../model/conditions.ts';
import { isTerminating, nameOf } from '../model/meta.ts';
import type { Condition } from '../model/meta.ts';
import { isActive, isAvailable, isReady, nextAvailability } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import { podFromTemplate } from '../model/pod-from-template.ts';
import { desiredReplicas } from '../model/workloads.ts';
import type { ReplicaSet, ReplicaSetStatus } from '../model/workloads.ts';
import { byDeletionOrder } from './deletion-order.ts';

/** Pods created or deleted in one go. */
const BURST = 500;

export interface ReplicaSetInputs {
  readonly replicaSet: ReplicaSet;
  /** Those that it owns. */
  readonly pods: readonly Pod[];
  readonly now: number;
}

/** One step of the ReplicaSet controller: as many active Pods as asked for, then the status. */
export function planReplicaSet(inputs: ReplicaSetInputs): Plan {
  const { replicaSet, now } = inputs;
  const pods = inputs.pods.filter(isActive);
  const scaling = isTerminating(replicaSet) ? [] : planScaling(replicaSet, pods);
  const status: Action = { do: 'status', object: replicaSet, status: replicaSetStatus({ ...inputs, pods }) };
  return planOf([...scaling, status], nextAvailability(pods, replicaSet.spec.minReadySeconds ?? 0, now));
}

function planScaling(replicaSet: ReplicaSet, pods: readonly Pod[]): readonly Action[] {
  const missing = desiredReplicas(replicaSet) - pods.length;
  if (missing > 0) {
    const object = podFromTemplate(replicaSet, replicaSet.spec.template, { generateName: `${nameOf(replicaSet)}-` });
    const announce = { about: replicaSet, reason: 'SuccessfulCreate', message: 'Created pod: ' };
    return Array.from({ length: Math.min(missing, BURST) }, () => ({ do: 'create', object, announce }) as const);
  }
  const surplus = pods.toSorted(byDeletionOrder).slice(0, Math.min(-missing, BURST));
  return surplus.flatMap((object): readonly Action[] => [
    { do: 'delete', object },
    normal(replicaSet, 'SuccessfulDelete', `Deleted pod: ${nameOf(object)}`),
  ]);
}

export interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

/** `pods`: the active ones. `failure`: what came of the attempt to scale. */
export function replicaSetStatus(inputs: ReplicaSetInputs & { readonly failure?: Failure }): ReplicaSetStatus {
  const { replicaSet, pods, now, failure } = inputs;
  const { minReadySeconds = 0, template } = replicaSet.spec;
  const labels = Object.entries(template.metadata?.labels ?? {});
  const count = (matches: (pod: Pod) => boolean): number => pods.filter(matches).length;
  const status: ReplicaSetStatus = {
    replicas: pods.length,
    ...positive(
      'fullyLabeledReplicas',
      count((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value)),
    ),
    ...positive('readyReplicas', count(isReady)),
    ...positive(
      'availableReplicas',
      count((pod) => isAvailable(pod, minReadySeconds, now)),
    ),
  };
  const { generation } = replicaSet.metadata;
  if (generation !== undefined) status.observedGeneration = generation;
  const conditions = failureConditions(replicaSet.status?.conditions ?? [], failure, now);
  return conditions.length === 0 ? status : { ...status, conditions: [...conditions] };
}

function failureConditions(
  conditions: readonly Condition[],
  failure: Failure | undefined,
  now: number,
): readonly Condition[] {
  if (failure === undefined) return conditions.filter(({ type }) => type !== 'ReplicaFailure');
  return withCondition(conditions, { type: 'ReplicaFailure', status: 'True', ...failure }, now);
}

function positive(field: string, count: number): Readonly<Record<string, number>> {
  return count === 0 ? {} : { [field]: count };
}
