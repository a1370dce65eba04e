import { apiVersionOf } from '../kube/index.ts';
import { gvk, nameOf, namespaceOf } from './resource.ts';
import type { Resource } from './resource.ts';

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
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

const RANK = new Map<string, number>([
  ...FIRST.map((kind, index) => [kind, index - FIRST.length] as const),
  ...LAST.map((kind, index) => [kind, index + 1] as const),
]);

/** The order in which `kustomize build` prints: what others need first, webhooks last. */
export function legacyOrder(resources: readonly Resource[]): readonly Resource[] {
  const keyed = resources.map((resource) => ({
    resource,
    rank: RANK.get(gvk(resource).kind) ?? 0,
    text: sortText(resource),
  }));
  return keyed
    .sort((a, b) => a.rank - b.rank || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ resource }) => resource);
}

function sortText(resource: Resource): string {
  const { group, version, kind } = gvk(resource);
  const fields = [group || '~G', version, kind].join('_');
  return `${fields === '' ? apiVersionOf(gvk(resource)) : fields}|${namespaceOf(resource) || '~X'}|${nameOf(resource)}`;
}
