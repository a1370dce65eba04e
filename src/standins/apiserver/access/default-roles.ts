import type { JsonObject } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { AUTHENTICATED, MASTERS, UNAUTHENTICATED } from './user.ts';

const API_VERSION = 'rbac.authorization.k8s.io/v1';
const BOOTSTRAPPING = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

function role(name: string, rules: readonly JsonObject[], labels: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRole',
    metadata: { name, labels: { ...BOOTSTRAPPING, ...labels } },
    rules: [...rules],
  };
}

function aggregate(level: string): string {
  return `rbac.authorization.k8s.io/aggregate-to-${level}`;
}

function aggregated(level: string, labels: Record<string, string> = {}): KubeObject {
  const clusterRoleSelectors = [{ matchLabels: { [aggregate(level)]: 'true' } }];
  return { ...role(level, [], labels), aggregationRule: { clusterRoleSelectors } };
}

function binding(name: string, groups: readonly string[]): KubeObject {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: BOOTSTRAPPING },
    roleRef: { apiGroup, kind: 'ClusterRole', name },
    subjects: groups.map((group) => ({ apiGroup, kind: 'Group', name: group })),
  };
}

function rule(apiGroups: readonly string[], resources: readonly string[], verbs: readonly string[]): JsonObject {
  return { apiGroups: [...apiGroups], resources: [...resources], verbs: [...verbs] };
}

function urls(nonResourceURLs: readonly string[]): JsonObject {
  return { nonResourceURLs: [...nonResourceURLs], verbs: ['get'] };
}

const HEALTH = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY = [...HEALTH, '/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'];

const CORE = [
  'configmaps',
  'endpoints',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'serviceaccounts',
  'services',
];
const CORE_READ = [
  ...CORE,
  'bindings',
  'events',
  'limitranges',
  'namespaces',
  'pods/log',
  'pods/status',
  'resourcequotas',
];
const APPS = ['daemonsets', 'deployments', 'replicasets', 'statefulsets'];
const SCALES = ['deployments/scale', 'replicasets/scale', 'statefulsets/scale'];

function workloads(verbs: readonly string[]): readonly JsonObject[] {
  return [
    rule(['apps'], [...APPS, ...SCALES, 'controllerrevisions'], verbs),
    rule(['autoscaling'], ['horizontalpodautoscalers'], verbs),
    rule(['batch'], ['cronjobs', 'jobs'], verbs),
    rule(['networking.k8s.io'], ['ingresses', 'networkpolicies'], verbs),
    rule(['policy'], ['poddisruptionbudgets'], verbs),
  ];
}

const RBAC = ['rolebindings', 'roles'];

/** The roles and bindings that every cluster has. */
export const DEFAULT_ROLES: readonly KubeObject[] = [
  role('cluster-admin', [rule(['*'], ['*'], ['*']), { nonResourceURLs: ['*'], verbs: ['*'] }]),
  aggregated('admin'),
  aggregated('edit', { [aggregate('admin')]: 'true' }),
  aggregated('view', { [aggregate('edit')]: 'true' }),
  role(
    'system:aggregate-to-admin',
    [
      rule(['authorization.k8s.io'], ['localsubjectaccessreviews'], ['create']),
      rule(['rbac.authorization.k8s.io'], RBAC, [...READ, ...WRITE]),
    ],
    { [aggregate('admin')]: 'true' },
  ),
  role(
    'system:aggregate-to-edit',
    [
      rule([''], ['secrets', 'pods/eviction', 'serviceaccounts/token'], [...READ, ...WRITE]),
      rule([''], CORE, WRITE),
      rule([''], ['events'], ['create', 'patch', 'update']),
      ...workloads(WRITE),
    ],
    { [aggregate('edit')]: 'true' },
  ),
  role(
    'system:aggregate-to-view',
    [rule([''], CORE_READ, READ), rule(['discovery.k8s.io'], ['endpointslices'], READ), ...workloads(READ)],
    { [aggregate('view')]: 'true' },
  ),
  role('system:discovery', [urls(DISCOVERY)]),
  role('system:public-info-viewer', [urls(HEALTH)]),
  role('system:basic-user', [
    rule(['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], ['create']),
    rule(['authentication.k8s.io'], ['selfsubjectreviews'], ['create']),
  ]),
  binding('cluster-admin', [MASTERS]),
  binding('system:discovery', [AUTHENTICATED]),
  binding('system:basic-user', [AUTHENTICATED]),
  binding('system:public-info-viewer', [AUTHENTICATED, UNAUTHENTICATED]),
];
