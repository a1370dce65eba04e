import type { JsonObject } from '../../../core/index.ts';
import { compileLabelSelector } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { planOf } from '../cluster/plan.ts';
import type { Plan } from '../cluster/plan.ts';
import { withCondition } from '../model/conditions.ts';
import { controllerOf, isTerminating } from '../model/meta.ts';
import type { Condition } from '../model/meta.ts';
import { isFinished, isReady } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import { scaledValue } from '../model/workloads.ts';
import type { IntOrPercent } from '../model/workloads.ts';

export interface DisruptionBudget extends KubeObject {
  spec: { selector?: JsonObject; minAvailable?: IntOrPercent; maxUnavailable?: IntOrPercent };
  status?: { conditions?: Condition[]; observedGeneration?: number; disruptedPods?: JsonObject };
}

export interface DisruptionInputs {
  readonly budget: DisruptionBudget;
  /** Of its namespace. */
  readonly pods: readonly Pod[];
  /** `spec.replicas` of the workload that controls a Pod; `undefined` when nobody knows it. */
  scaleOf(pod: Pod): { readonly uid: string; readonly replicas: number } | undefined;
  readonly now: number;
}

/** Counts what a budget allows. Without a selector it covers nothing. */
export function planDisruptionBudget(inputs: DisruptionInputs): Plan {
  const { budget, now } = inputs;
  const { selector } = budget.spec;
  const matches = selector === undefined ? () => false : compileLabelSelector(selector);
  const pods = inputs.pods.filter((pod) => matches(pod.metadata.labels) && !isFinished(pod));
  const expectedPods = expected(inputs, pods);
  const desiredHealthy = desired(budget, expectedPods);
  const currentHealthy = pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const isAllowed = disruptionsAllowed > 0;
  const conditions = withCondition(
    budget.status?.conditions,
    {
      type: 'DisruptionAllowed',
      status: isAllowed ? 'True' : 'False',
      reason: isAllowed ? 'SufficientPods' : 'InsufficientPods',
      message: '',
    },
    now,
  );
  const { generation } = budget.metadata;
  const observed = conditions.map((condition) =>
    generation === undefined ? condition : { ...condition, observedGeneration: generation },
  );
  const status = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(budget.status?.disruptedPods === undefined ? {} : { disruptedPods: budget.status.disruptedPods }),
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed,
    expectedPods,
    conditions: observed,
  };
  return planOf([{ do: 'status', object: budget, status }]);
}

/** With an absolute `minAvailable` the Pods that are there, otherwise what their workloads ask for. */
function expected(inputs: DisruptionInputs, pods: readonly Pod[]): number {
  const { minAvailable, maxUnavailable } = inputs.budget.spec;
  if (maxUnavailable === undefined && typeof minAvailable !== 'string') return pods.length;
  const scales = new Map<string, number>();
  for (const pod of pods) {
    if (controllerOf(pod) === undefined) continue;
    const scale = inputs.scaleOf(pod);
    if (scale !== undefined) scales.set(scale.uid, scale.replicas);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

function desired({ spec }: DisruptionBudget, expectedPods: number): number {
  if (spec.maxUnavailable !== undefined) {
    return Math.max(0, expectedPods - scaledValue(spec.maxUnavailable, expectedPods, 'up'));
  }
  return scaledValue(spec.minAvailable, expectedPods, 'up');
}
