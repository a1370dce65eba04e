import { CONDITIONS, QUANTITY, SET, patchedBy } from './rules.ts';
import type { FieldRules } from './rules.ts';

/** apps/v1, autoscaling/v1 and v2, batch/v1, policy/v1 */
export const WORKLOADS_ATOMIC: readonly string[] = ['V1CrossVersionObjectReference'];

export const WORKLOADS: FieldRules = {
  V1DaemonSetStatus: { conditions: CONDITIONS },
  V1DeploymentSpec: { strategy: { patchStrategy: ['retainKeys'] } },
  V1DeploymentStatus: { conditions: CONDITIONS },
  V1ReplicaSetStatus: { conditions: CONDITIONS },
  V1StatefulSetStatus: { conditions: CONDITIONS },

  V2HPAScalingRules: { tolerance: QUANTITY },
  V2HorizontalPodAutoscalerStatus: { conditions: CONDITIONS },
  V2MetricTarget: { averageValue: QUANTITY, value: QUANTITY },
  V2MetricValueStatus: { averageValue: QUANTITY, value: QUANTITY },

  V1JobStatus: { conditions: patchedBy('type') },
  V1PodFailurePolicyOnExitCodesRequirement: { values: SET },
  V1UncountedTerminatedPods: { failed: SET, succeeded: SET },

  V1PodDisruptionBudgetSpec: { selector: { patchStrategy: ['replace'] } },
  V1PodDisruptionBudgetStatus: { conditions: CONDITIONS },
};
