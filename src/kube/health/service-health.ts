import { conditionsOf, health, listAt, textAt, toCondition } from './health-status.ts';
import type { Condition, HealthStatus } from './health-status.ts';

/** core/v1 PersistentVolumeClaim */
export function persistentVolumeClaimHealth(object: unknown): HealthStatus {
  switch (textAt(object, 'status', 'phase')) {
    case 'Lost':
      return health('Degraded');
    case 'Pending':
      return health('Progressing');
    case 'Bound':
      return health('Healthy');
    default:
      return health('Unknown');
  }
}

/** core/v1 Service */
export function serviceHealth(object: unknown): HealthStatus {
  return textAt(object, 'spec', 'type') === 'LoadBalancer' ? ingressHealth(object) : health('Healthy');
}

/** networking.k8s.io Ingress: healthy once it has an address */
export function ingressHealth(object: unknown): HealthStatus {
  return health(listAt(object, 'status', 'loadBalancer', 'ingress').length > 0 ? 'Healthy' : 'Progressing');
}

/** apiregistration.k8s.io APIService */
export function apiServiceHealth(object: unknown): HealthStatus {
  const available = conditionsOf(object).find(({ type }) => type === 'Available');
  if (available === undefined) return health('Progressing', 'Waiting to be processed');
  const message = `${available.reason}: ${available.message}`;
  return health(available.status === 'True' ? 'Healthy' : 'Progressing', message);
}

/** argoproj.io Workflow */
export function workflowHealth(object: unknown): HealthStatus {
  const message = textAt(object, 'status', 'message');
  switch (textAt(object, 'status', 'phase')) {
    case '':
    case 'Pending':
    case 'Running':
      return health('Progressing', message);
    case 'Succeeded':
      return health('Healthy', message);
    case 'Failed':
    case 'Error':
      return health('Degraded', message);
    default:
      return health('Unknown', message);
  }
}

const V1_CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const WAITING = health('Progressing', 'Waiting to Autoscale');

/** autoscaling HorizontalPodAutoscaler: v1 keeps its conditions in an annotation */
export function autoscalerHealth(object: unknown): HealthStatus {
  if (textAt(object, 'apiVersion') !== 'autoscaling/v1') return scalingHealth(conditionsOf(object));
  const annotation = textAt(object, 'metadata', 'annotations', V1_CONDITIONS);
  if (annotation === '') return WAITING;
  const conditions = parseConditions(annotation);
  if (conditions === undefined) return health('Unknown', 'failed to convert conditions annotation to typed');
  return scalingHealth(conditions);
}

function parseConditions(annotation: string): readonly Condition[] | undefined {
  try {
    const value: unknown = JSON.parse(annotation);
    return Array.isArray(value) ? value.map(toCondition) : undefined;
  } catch {
    return undefined; // the caller says so
  }
}

function scalingHealth(conditions: readonly Condition[]): HealthStatus {
  const failure = conditions.find(isScalingFailure);
  if (failure !== undefined) return health('Degraded', failure.message);
  const sign = conditions.find(({ type, status }) => /^(AbleToScale|ScalingLimited)$/.test(type) && status === 'True');
  return sign === undefined ? WAITING : health('Healthy', sign.message);
}

function isScalingFailure({ type, reason }: Condition): boolean {
  if (type === 'AbleToScale') return reason === 'FailedGetScale' || reason === 'FailedUpdateScale';
  return type === 'ScalingActive' && /^(FailedGet\w*Metric|FailedComputeMetricsReplicas|InvalidSelector)$/.test(reason);
}
