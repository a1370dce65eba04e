import type { KubeObject } from '../kube/index.ts';
import { getPath } from '../kube/index.ts';
import type { SyncPhase } from './application.ts';
import { identity, isPrune, kindOf, objectOf } from './sync-task.ts';
import type { SyncTask } from './sync-task.ts';

const PHASES: readonly SyncPhase[] = ['PreSync', 'Sync', 'PostSync', 'SyncFail'];

/** Kinds that others need come first; a kind that is not named comes after all of these. */
const KINDS = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
];
const KIND_ORDER: ReadonlyMap<string, number> = new Map(KINDS.map((kind, index) => [kind, index]));

function kindOrder(task: SyncTask): number {
  return KIND_ORDER.get(kindOf(task)) ?? KINDS.length;
}

function compareNames(a: SyncTask, b: SyncTask): number {
  const left = objectOf(a).metadata.name ?? '';
  const right = objectOf(b).metadata.name ?? '';
  return left < right ? -1 : Number(left > right);
}

function compareTasks(a: SyncTask, b: SyncTask): number {
  const phase = PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase);
  if (phase !== 0) return phase;
  if (a.wave !== b.wave) return a.wave - b.wave;
  const kind = kindOrder(a) - kindOrder(b);
  return kind === 0 ? compareNames(a, b) : kind;
}

interface Dependency {
  /** The key that others refer to, when `object` is such a dependency. */
  readonly provides: (object: KubeObject) => string | undefined;
  readonly needs: (object: KubeObject) => string | undefined;
}

const NAMESPACES: Dependency = {
  provides: (object) => (object.kind === 'Namespace' ? object.metadata.name : undefined),
  needs: (object) => object.metadata.namespace,
};

const DEFINITIONS: Dependency = {
  provides: definedKind,
  needs: (object) => `${identity(object).group}/${object.kind}`,
};

/** `group/Kind` of a CustomResourceDefinition. */
export function definedKind(object: KubeObject): string | undefined {
  if (object.kind !== 'CustomResourceDefinition') return undefined;
  const group = getPath(object, 'spec', 'group');
  const kind = getPath(object, 'spec', 'names', 'kind');
  return typeof group === 'string' && typeof kind === 'string' ? `${group}/${kind}` : undefined;
}

/** Moves what others need to right before the first that needs it, into its wave. */
function bubbleUp(tasks: readonly SyncTask[], dependency: Dependency): readonly SyncTask[] {
  const out: SyncTask[] = [];
  for (const task of tasks) {
    const provided = task.target === undefined ? undefined : dependency.provides(task.target);
    const first = provided === undefined ? -1 : out.findIndex((other) => needs(other, dependency) === provided);
    const before = out[first];
    if (before === undefined) out.push(task);
    else out.splice(first, 0, { ...task, wave: before.wave });
  }
  return out;
}

function needs(task: SyncTask, dependency: Dependency): string | undefined {
  if (task.target === undefined || dependency.provides(task.target) !== undefined) return undefined;
  return dependency.needs(task.target);
}

/** Orders by phase, wave, kind and name; namespaces and definitions come before what needs them, wherever they stand. */
export function sortTasks(tasks: readonly SyncTask[]): readonly SyncTask[] {
  return bubbleUp(bubbleUp([...tasks].sort(compareTasks), NAMESPACES), DEFINITIONS);
}

/** Prunes run in the reverse order of creation: the highest wave first, and last of all with `PruneLast`. */
export function reversePruneWaves(
  tasks: readonly SyncTask[],
  isLast: (task: SyncTask) => boolean,
): readonly SyncTask[] {
  const waves = [...new Set(tasks.filter(isPrune).map((task) => task.wave))].sort((a, b) => a - b);
  const mirrored = new Map(waves.map((wave, index) => [wave, waves[waves.length - 1 - index] ?? wave]));
  const reversed = tasks.map((task) =>
    isPrune(task) ? { ...task, wave: mirrored.get(task.wave) ?? task.wave } : task,
  );
  const last = 1 + Math.max(0, ...reversed.filter((task) => task.phase === 'Sync').map((task) => task.wave));
  return reversed.map((task) => (isPrune(task) && isLast(task) ? { ...task, wave: last } : task));
}
