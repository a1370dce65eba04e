import { KustomizeError } from '../errors.ts';
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

/**
 * Sorts as `sortOptions` says, which is by order of appearance where it says nothing.
 * @throws KustomizeError INVALID_KUSTOMIZATION
 */
export function sortResources(resources: ResourceMap, options: SortOptions = { order: 'fifo' }): void {
  const { order = '', legacySortOptions } = options;
  if (order === 'legacy') {
    sortLegacy(resources, legacySortOptions);
    return;
  }
  if (order !== 'fifo') {
    throw new KustomizeError('INVALID_KUSTOMIZATION', "The field 'sortOptions.order' must be one of [fifo, legacy]");
  }
  if (legacySortOptions !== undefined) {
    throw new KustomizeError(
      'INVALID_KUSTOMIZATION',
      "The field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
    );
  }
}

/** Sorts as `kubectl kustomize` does: by kind, then group and version, then namespace and name. */
export function sortLegacy(resources: ResourceMap, options?: SortOptions['legacySortOptions']): void {
  const { orderFirst = [], orderLast = [] } = options ?? { orderFirst: FIRST, orderLast: LAST };
  const ranks = new Map<string, number>();
  orderFirst.forEach((kind, i) => ranks.set(kind, i - orderFirst.length));
  orderLast.forEach((kind, i) => ranks.set(kind, i + 1));
  const keys = new Map<Resource, SortKey>();
  for (const resource of resources.all) keys.set(resource, sortKey(resource.id, ranks));
  resources.reorder((a, b) => compare(keys.get(a), keys.get(b)));
}

interface SortKey {
  readonly rank: number;
  /** A namespace of the core group comes before those of other groups, against the order of their names. */
  readonly isCoreNamespace: boolean;
  readonly gvk: string;
  readonly id: string;
}

function sortKey({ group, version, kind, namespace, name }: ResourceId, ranks: ReadonlyMap<string, number>): SortKey {
  const gvk = [group || '~G', version || '~V', kind || '~K'].join('_');
  return {
    rank: ranks.get(kind) ?? 0,
    isCoreNamespace: kind === 'Namespace' && group === '',
    gvk,
    id: `${namespace || '~X'}|${name || '~N'}`,
  };
}

function compare(a: SortKey | undefined, b: SortKey | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.isCoreNamespace !== b.isCoreNamespace) return a.isCoreNamespace ? -1 : 1;
  if (a.gvk !== b.gvk) return a.gvk < b.gvk ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
