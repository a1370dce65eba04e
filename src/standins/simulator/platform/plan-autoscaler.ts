import type { KubeObject } from '../../../kube/index.ts';
import { planOf, warning } from '../cluster/plan.ts';
import type { Plan } from '../cluster/plan.ts';
import { withCondition } from '../model/conditions.ts';
import type { ConditionChange } from '../model/conditions.ts';
import type { Condition } from '../model/meta.ts';

export interface Autoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
  };
  status?: { conditions?: Condition[] };
}

/**
 * Says that an autoscaler works and is content: the simulator has no load, so nothing is ever scaled.
 * `replicas`: of the target, `undefined` when there is no such target.
 */
export function planAutoscaler(autoscaler: Autoscaler, replicas: number | undefined, now: number): Plan {
  const { generation } = autoscaler.metadata;
  const changes = replicas === undefined ? missing(autoscaler) : CONTENT;
  const conditions = changes.reduce<readonly Condition[]>(
    (current, change) => withCondition(current, change, now),
    autoscaler.status?.conditions ?? [],
  );
  const status = {
    ...autoscaler.status,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    currentReplicas: replicas ?? 0,
    desiredReplicas: replicas ?? 0,
    conditions,
  };
  const isNews = replicas === undefined && conditions !== autoscaler.status?.conditions;
  const told = isNews ? [warning(autoscaler, 'FailedGetScale', changes[0]?.message ?? '')] : [];
  return planOf([{ do: 'status', object: autoscaler, status }, ...told]);
}

const CONTENT: readonly ConditionChange[] = [
  {
    type: 'AbleToScale',
    status: 'True',
    reason: 'ReadyForNewScale',
    message: 'recommended size matches current size',
  },
  {
    type: 'ScalingActive',
    status: 'True',
    reason: 'ValidMetricFound',
    message: 'the simulated metrics ask for the current size',
  },
  {
    type: 'ScalingLimited',
    status: 'False',
    reason: 'DesiredWithinRange',
    message: 'the desired count is within the acceptable range',
  },
];

function missing({ spec }: Autoscaler): readonly ConditionChange[] {
  const { kind, name } = spec.scaleTargetRef;
  const message = `the HPA controller was unable to get the target's current scale: ${kind} "${name}" not found`;
  return [{ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message }];
}
