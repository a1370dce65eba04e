import type { KubeObject } from '../../kube/index.ts';

const ARGOCD = 'argocd';

export const argocdNamespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ARGOCD } };

/** The one project that may create projects, applications and pipelines on the hub. */
export function bootstrapProject(repository: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'stoa-bootstrap', namespace: ARGOCD },
    spec: {
      description: 'The delivery configuration of the hub itself',
      sourceRepos: [repository],
      destinations: [{ server: IN_CLUSTER, namespace: ARGOCD }],
      clusterResourceWhitelist: [],
      namespaceResourceWhitelist: [
        { group: 'argoproj.io', kind: 'AppProject' },
        { group: 'argoproj.io', kind: 'Application' },
        { group: 'argoproj.io', kind: 'ApplicationSet' },
        { group: 'delivery.stoa.dev', kind: 'Pipeline' },
        { group: 'delivery.stoa.dev', kind: 'DriftPolicy' },
        { group: 'delivery.stoa.dev', kind: 'DriftException' },
      ],
    },
  };
}

export const IN_CLUSTER = 'https://kubernetes.default.svc';

/** The root application: everything else on the hub comes from `argocd/` of the repository. */
export function rootApplication(repository: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'stoa-root', namespace: ARGOCD },
    spec: {
      project: 'stoa-bootstrap',
      source: { repoURL: repository, targetRevision: 'main', path: 'argocd' },
      destination: { server: IN_CLUSTER, namespace: ARGOCD },
      syncPolicy: {
        automated: { prune: true, selfHeal: true, allowEmpty: false },
        syncOptions: ['ServerSideApply=true'],
        retry: { limit: 5, backoff: { duration: '2s', factor: 2, maxDuration: '1m' } },
      },
    },
  };
}

interface PlatformKind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
}

/** Kinds that the platform's manifests use and that an operator would bring on a real cluster. */
const PLATFORM_KINDS: readonly PlatformKind[] = [
  { group: 'monitoring.coreos.com', kind: 'ServiceMonitor', plural: 'servicemonitors' },
  { group: 'monitoring.coreos.com', kind: 'PodMonitor', plural: 'podmonitors' },
  { group: 'monitoring.coreos.com', kind: 'PrometheusRule', plural: 'prometheusrules' },
];

/** Their definitions for the embedded clusters: named and served, their fields taken as they are. */
export const platformDefinitions: readonly KubeObject[] = PLATFORM_KINDS.map(({ group, kind, plural }) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
}));
