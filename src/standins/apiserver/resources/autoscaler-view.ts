import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { View } from './resource-type.ts';

/** Where `autoscaling/v1` keeps what it has no fields for. */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const BEHAVIOUR = 'autoscaling.alpha.kubernetes.io/behavior';
const DEFAULT_PERCENT = 80;

/** `autoscaling/v1` HorizontalPodAutoscaler, kept as one of `autoscaling/v2`. */
export const autoscalerView: View = { fromKept, toKept };

function fromKept(kept: KubeObject): KubeObject {
  const { metrics, behavior, ...spec } = objectOf(kept['spec']);
  const given = Array.isArray(metrics) ? metrics : [];
  const cpu = given.find(isCpu);
  const others = given.filter((metric) => metric !== cpu);
  const percent = getPath(cpu, 'resource', 'target', 'averageUtilization');
  const annotations = {
    ...kept.metadata.annotations,
    ...(others.length > 0 ? { [METRICS]: JSON.stringify(others) } : {}),
    ...(behavior === undefined ? {} : { [BEHAVIOUR]: JSON.stringify(behavior) }),
  };
  const { currentMetrics, conditions: _conditions, ...status } = objectOf(kept['status']);
  const current = Array.isArray(currentMetrics) ? currentMetrics.find(isCpu) : undefined;
  const currentPercent = getPath(current, 'resource', 'current', 'averageUtilization');
  return {
    ...kept,
    apiVersion: 'autoscaling/v1',
    metadata: { ...kept.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...spec, ...(percent === undefined ? {} : { targetCPUUtilizationPercentage: percent }) },
    status: { ...status, ...(currentPercent === undefined ? {} : { currentCPUUtilizationPercentage: currentPercent }) },
  };
}

function toKept(sent: KubeObject): KubeObject {
  const { [METRICS]: metrics, [BEHAVIOUR]: behaviour, ...annotations } = sent.metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: percent, ...spec } = objectOf(sent['spec']);
  const { currentCPUUtilizationPercentage: _current, ...status } = objectOf(sent['status']);
  const others = parsed(metrics);
  const wanted = percent ?? (Array.isArray(others) ? undefined : DEFAULT_PERCENT);
  const behavior = parsed(behaviour);
  const all = [...(wanted === undefined ? [] : [cpuMetric(wanted)]), ...(Array.isArray(others) ? others : [])];
  const { annotations: _given, ...metadata } = sent.metadata;
  return {
    ...sent,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...spec, metrics: all, ...(isJsonObject(behavior) ? { behavior } : {}) },
    status,
  };
}

function cpuMetric(averageUtilization: JsonValue): JsonObject {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

function isCpu(metric: JsonValue): boolean {
  const utilization = getPath(metric, 'resource', 'target', 'averageUtilization');
  const current = getPath(metric, 'resource', 'current', 'averageUtilization');
  return getPath(metric, 'resource', 'name') === 'cpu' && (utilization ?? current) !== undefined;
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** What a client has put into the annotation counts only when it is JSON. */
function parsed(text: string | undefined): JsonValue | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
