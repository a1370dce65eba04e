import type { CoOwnerSpec } from './rules.ts';

const WEBHOOKS = [
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
];
const WORKLOADS = ['apps/Deployment', 'apps/StatefulSet', 'apps/ReplicaSet', 'argoproj.io/Rollout'];
const CA_BUNDLES = [
  'webhooks[*].clientConfig.caBundle',
  'spec.conversion.webhook.clientConfig.caBundle',
  'spec.caBundle',
];

/**
 * What platforms share with Git, field by field: everything else that these managers write is drift. Extended by
 * DriftPolicy objects. The same table for people is in docs/spec/drift.md.
 */
export const DEFAULT_CO_OWNERS: readonly CoOwnerSpec[] = [
  {
    name: 'horizontal-pod-autoscaler',
    managers: ['horizontal-pod-autoscaler', 'keda-operator'],
    kinds: WORKLOADS,
    fields: ['spec.replicas'],
  },
  {
    name: 'horizontal-pod-autoscaler of kube-controller-manager',
    managers: ['kube-controller-manager'],
    subresource: 'scale',
    kinds: WORKLOADS,
    fields: ['spec.replicas'],
  },
  {
    name: 'kube-controller-manager',
    managers: ['kube-controller-manager', 'cloud-controller-manager', 'kube-scheduler', 'kubelet', 'kube-apiserver'],
    fields: [
      'metadata.annotations["deployment.kubernetes.io/*"]',
      'metadata.annotations["pv.kubernetes.io/*"]',
      'metadata.annotations["volume.kubernetes.io/*"]',
      'metadata.annotations["volume.beta.kubernetes.io/*"]',
      'metadata.labels["kubernetes.io/metadata.name"]',
      'metadata.finalizers',
      'metadata.ownerReferences',
    ],
  },
  {
    name: 'volume binding',
    managers: ['kube-controller-manager'],
    kinds: ['PersistentVolumeClaim'],
    fields: ['spec.volumeName'],
  },
  { name: 'token controller', managers: ['kube-controller-manager'], kinds: ['ServiceAccount'], fields: ['secrets'] },
  {
    name: 'aggregated roles',
    managers: ['kube-controller-manager', 'clusterrole-aggregation-controller'],
    kinds: ['rbac.authorization.k8s.io/ClusterRole'],
    fields: ['rules'],
  },
  {
    name: 'what a cluster makes for itself',
    managers: ['kube-controller-manager', 'cloud-controller-manager', 'kube-scheduler', 'kubelet', 'kube-apiserver'],
    creates: true,
  },
  {
    name: 'cert-manager-cainjector',
    managers: ['cert-manager-cainjector', 'cainjector'],
    kinds: [...WEBHOOKS, 'apiextensions.k8s.io/CustomResourceDefinition', 'apiregistration.k8s.io/APIService'],
    fields: CA_BUNDLES,
  },
  {
    name: 'cert-manager',
    managers: ['cert-manager-*'],
    kinds: ['Secret'],
    fields: ['data', 'metadata.labels["controller.cert-manager.io/*"]', 'metadata.annotations["cert-manager.io/*"]'],
    creates: true,
  },
  {
    name: 'istio',
    managers: ['istiod', 'pilot-discovery'],
    kinds: WEBHOOKS,
    fields: ['webhooks[*].clientConfig.caBundle', 'webhooks[*].failurePolicy'],
  },
  {
    name: 'certificates of istio',
    managers: ['istiod', 'pilot-discovery'],
    kinds: ['ConfigMap'],
    fields: ['data'],
    creates: true,
  },
  {
    name: 'linkerd',
    managers: ['linkerd-*'],
    kinds: WEBHOOKS,
    fields: ['webhooks[*].clientConfig.caBundle'],
  },
  {
    name: 'external-secrets',
    managers: ['external-secrets', 'externalsecrets.external-secrets.io*'],
    kinds: ['Secret'],
    fields: [
      'data',
      'metadata.labels["reconcile.external-secrets.io/*"]',
      'metadata.annotations["reconcile.external-secrets.io/*"]',
      'metadata.ownerReferences',
    ],
    creates: true,
  },
  {
    name: 'external-secrets, its own kinds',
    managers: ['external-secrets'],
    kinds: ['external-secrets.io/*'],
    fields: ['metadata.finalizers'],
  },
  {
    name: 'argo-rollouts',
    managers: ['rollouts-controller', 'argo-rollouts'],
    kinds: ['argoproj.io/Rollout'],
    fields: ['metadata.annotations["rollout.argoproj.io/*"]'],
  },
  {
    name: 'argo-rollouts, traffic',
    managers: ['rollouts-controller', 'argo-rollouts'],
    kinds: [
      'Service',
      'networking.k8s.io/Ingress',
      'networking.istio.io/VirtualService',
      'gateway.networking.k8s.io/HTTPRoute',
    ],
    fields: [
      // A selector has one owner as a whole.
      'spec.selector',
      'metadata.annotations["argo-rollouts.argoproj.io/*"]',
      'metadata.annotations["nginx.ingress.kubernetes.io/canary*"]',
      'spec.http',
      'spec.rules[*].backendRefs',
    ],
  },
  {
    name: 'argo-rollouts, workloadRef',
    managers: ['rollouts-controller', 'argo-rollouts'],
    kinds: ['apps/Deployment'],
    fields: ['spec.replicas'],
  },
  {
    name: 'a restart, which is no setting',
    managers: ['kubectl-rollout'],
    kinds: WORKLOADS,
    fields: ['spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]'],
  },
  {
    name: 'what the engine is asked to do',
    managers: ['*'],
    kinds: ['argoproj.io/Application', 'argoproj.io/ApplicationSet'],
    fields: [
      'operation',
      'metadata.annotations["argocd.argoproj.io/*"]',
      'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
    ],
  },
  { name: 'smoke tests', managers: ['stoa-cd'], kinds: ['batch/Job'], creates: true },
];
