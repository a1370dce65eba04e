import type { JsonObject } from '../../../core/index.ts';
import type { KubeObject, ObjectMeta } from '../../../kube/index.ts';
import { findCondition, isTerminating, timeOf } from './meta.ts';
import type { Condition } from './meta.ts';

/** The fields of a Pod that the simulator reads; the API server has checked their types. */
export interface Pod extends KubeObject {
  spec: PodSpec;
  status?: PodStatus;
}

export interface PodTemplate {
  metadata?: Pick<ObjectMeta, 'labels' | 'annotations'>;
  spec: PodSpec;
}

export interface PodSpec {
  nodeName?: string;
  containers: Container[];
  initContainers?: Container[];
  restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  hostNetwork?: boolean;
  terminationGracePeriodSeconds?: number;
  activeDeadlineSeconds?: number;
  schedulingGates?: { name: string }[];
  readinessGates?: { conditionType: string }[];
  volumes?: Volume[];
  [field: string]: unknown;
}

export interface Container {
  name: string;
  image?: string;
  restartPolicy?: string;
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  env?: { name: string; value?: string; valueFrom?: EnvSource }[];
  envFrom?: { configMapRef?: LocalReference; secretRef?: LocalReference }[];
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
}

export interface LocalReference {
  name: string;
  optional?: boolean;
}

export interface EnvSource {
  configMapKeyRef?: LocalReference & { key: string };
  secretKeyRef?: LocalReference & { key: string };
}

export interface Volume {
  name: string;
  configMap?: LocalReference;
  secret?: { secretName: string; optional?: boolean };
  persistentVolumeClaim?: { claimName: string };
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

export interface PodStatus {
  phase?: PodPhase;
  conditions?: Condition[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
  startTime?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
  hostIP?: string;
  hostIPs?: { ip: string }[];
  qosClass?: string;
  reason?: string;
  message?: string;
}

export interface Terminated {
  exitCode: number;
  reason: string;
  message?: string;
  startedAt: string;
  finishedAt: string;
  containerID: string;
}

export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Counts for a controller: neither finished nor going away. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isTerminating(pod);
}

export function isReady(pod: Pod): boolean {
  return findCondition(pod.status?.conditions, 'Ready')?.status === 'True';
}

export function readySince(pod: Pod): number {
  return timeOf(findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime);
}

/** Milliseconds until the pod counts as available: 0 when it does, `undefined` when it is not ready. */
export function availableIn(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isReady(pod)) return undefined;
  return minReadySeconds === 0 ? 0 : Math.max(0, readySince(pod) + minReadySeconds * 1_000 - now);
}

export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  return availableIn(pod, minReadySeconds, now) === 0;
}

/** The shortest wait until another of `pods` becomes available, if any will by time alone. */
export function nextAvailability(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  const waits = pods.map((pod) => availableIn(pod, minReadySeconds, now)).filter((wait) => wait !== undefined);
  const positive = waits.filter((wait) => wait > 0);
  return positive.length === 0 ? undefined : Math.min(...positive);
}

export function templateJson(template: PodTemplate): JsonObject {
  return template as unknown as JsonObject;
}
