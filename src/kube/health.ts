import { listAt, textAt } from './health/health-status.ts';
import type { HealthCheck, HealthStatus } from './health/health-status.ts';
import { podHealth } from './health/pod-health.ts';
import {
  apiServiceHealth,
  autoscalerHealth,
  ingressHealth,
  persistentVolumeClaimHealth,
  serviceHealth,
  workflowHealth,
} from './health/service-health.ts';
import {
  daemonSetHealth,
  deploymentHealth,
  jobHealth,
  replicaSetHealth,
  statefulSetHealth,
} from './health/workload-health.ts';
import { customHealth } from './health/rules/custom-health.ts';
import { gvkOf } from './object.ts';
import type { KubeObject } from './object.ts';

interface Check {
  /** Versions that the check understands; any when absent. */
  readonly versions?: readonly string[];
  readonly check: HealthCheck;
}

const V1 = ['v1'];

/** By `group/Kind`. */
const CHECKS: Readonly<Record<string, Check>> = {
  'apps/DaemonSet': { versions: V1, check: daemonSetHealth },
  'apps/Deployment': { versions: V1, check: deploymentHealth },
  'apps/ReplicaSet': { versions: V1, check: replicaSetHealth },
  'apps/StatefulSet': { versions: V1, check: statefulSetHealth },
  'batch/Job': { versions: V1, check: jobHealth },
  '/PersistentVolumeClaim': { versions: V1, check: persistentVolumeClaimHealth },
  '/Pod': { versions: V1, check: podHealth },
  '/Service': { versions: V1, check: serviceHealth },
  'networking.k8s.io/Ingress': { check: ingressHealth },
  'extensions/Ingress': { check: ingressHealth },
  'apiregistration.k8s.io/APIService': { versions: ['v1', 'v1beta1'], check: apiServiceHealth },
  'autoscaling/HorizontalPodAutoscaler': { versions: ['v1', 'v2', 'v2beta1', 'v2beta2'], check: autoscalerHealth },
  'argoproj.io/Workflow': { check: workflowHealth },
};

/** Keeps an object that is being deleted until a hook has run; it counts as it is meanwhile. */
const HOOK_FINALIZER = 'argocd.argoproj.io/hook-finalizer';

/**
 * The health of an object, as Argo CD assesses it: of a kind of its own, of a well-known custom kind.
 * @returns `undefined` for a kind without a check: it is healthy as soon as it exists
 */
export function healthOf(object: KubeObject): HealthStatus | undefined {
  return pendingDeletion(object) ?? customHealth(object) ?? checked(object);
}

/** The same by the checks of built-in kinds alone. */
export function builtinHealth(object: KubeObject): HealthStatus | undefined {
  return pendingDeletion(object) ?? checked(object);
}

function pendingDeletion(object: KubeObject): HealthStatus | undefined {
  const deleted = textAt(object, 'metadata', 'deletionTimestamp') !== '';
  if (!deleted || listAt(object, 'metadata', 'finalizers').includes(HOOK_FINALIZER)) return undefined;
  return { status: 'Progressing', message: 'Pending deletion' };
}

function checked(object: KubeObject): HealthStatus | undefined {
  const { group, version, kind } = gvkOf(object);
  const key = `${group}/${kind}`;
  const found = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined;
  if (found === undefined) return undefined;
  if (found.versions?.includes(version) === false) {
    return { status: 'Unknown', message: `unsupported ${kind} GVK: ${group}/${version}, Kind=${kind}` };
  }
  return found.check(object);
}
