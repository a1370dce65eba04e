import type { SortOptions } from '../model/kustomization.ts';
import type { ResourceId } from '../model/identity.ts';
import type { Resource } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';

/** Kinds that others build on. */
const FIRST = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];

/** Kinds that stand in the way of others. */
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** Sorts as `kubectl kustomize` does: by kind, then group and version, then namespace and name. */
export function sortLegacy(resources: ResourceMap, options?: SortOptions['legacySortOptions']): void {
  const { orderFirst = FIRST, orderLast = LAST } = options ?? {};
  const ranks = new Map<string, number>();
  orderFirst.forEach((kind, i) => ranks.set(kind, i - orderFirst.length));
  orderLast.forEach((kind, i) => ranks.set(kind, i + 1));
  const keys = new Map<Resource, SortKey>();
  for (const resource of resources.all) keys.set(resource, sortKey(resource.id, ranks));
  resources.reorder((a, b) => compare(keys.get(a), keys.get(b)));
}

interface SortKey {
  readonly rank: number;
  readonly gvk: string;
  readonly id: string;
}

function sortKey({ group, version, kind, namespace, name }: ResourceId, ranks: ReadonlyMap<string, number>): SortKey {
  const gvk = [group || '~G', version || '~V', kind || '~K'].join('_');
  return {
    rank: ranks.get(kind) ?? 0,
    gvk,
    id: `${namespace || '~X'}|${name || '~N'}`,
  };
}

function compare(a: SortKey | undefined, b: SortKey | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.gvk !== b.gvk) return a.gvk < b.gvk ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
