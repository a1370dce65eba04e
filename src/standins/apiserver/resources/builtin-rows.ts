/** How a built-in resource departs from the rule: every verb, a `status` subresource when its kind has a status. */
export interface BuiltinRow {
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Beyond `status`: name, then the kind that it takes, in `group/version/Kind` form, and its verbs. */
  readonly subresources?: readonly (readonly [name: string, kind: string, ...verbs: readonly string[]])[];
  /** No `status` subresource although the kind has a status. */
  readonly noStatus?: true;
  /** Only answers: nothing is kept. */
  readonly createOnly?: true;
  /** `metadata.generation` counts changes. */
  readonly generation?: true;
}

const SCALE = ['scale', 'autoscaling/v1/Scale', 'get', 'patch', 'update'] as const;
const ALL = ['all'] as const;
const REVIEW: BuiltinRow = { createOnly: true };

/** By `group/version/Kind`. What is not here is not served. */
export const BUILTIN_ROWS: Readonly<Record<string, BuiltinRow>> = {
  '/v1/Binding': { createOnly: true },
  '/v1/ConfigMap': { shortNames: ['cm'] },
  '/v1/Endpoints': { shortNames: ['ep'] },
  '/v1/Event': { shortNames: ['ev'] },
  '/v1/LimitRange': { shortNames: ['limits'] },
  '/v1/Namespace': { shortNames: ['ns'], subresources: [['finalize', '/v1/Namespace', 'update']] },
  '/v1/Node': { shortNames: ['no'] },
  '/v1/PersistentVolumeClaim': { shortNames: ['pvc'] },
  '/v1/PersistentVolume': { shortNames: ['pv'] },
  '/v1/Pod': {
    shortNames: ['po'],
    categories: ALL,
    subresources: [
      ['binding', '/v1/Binding', 'create'],
      ['eviction', 'policy/v1/Eviction', 'create'],
      ['log', '/v1/Pod', 'get'],
      ['stoa-log', '/v1/Pod', 'create'],
    ],
  },
  '/v1/PodTemplate': {},
  '/v1/ReplicationController': { shortNames: ['rc'], categories: ALL, subresources: [SCALE], generation: true },
  '/v1/ResourceQuota': { shortNames: ['quota'] },
  '/v1/Secret': {},
  '/v1/ServiceAccount': {
    shortNames: ['sa'],
    subresources: [['token', 'authentication.k8s.io/v1/TokenRequest', 'create']],
  },
  '/v1/Service': { shortNames: ['svc'], categories: ALL },
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': { categories: ['api-extensions'], generation: true },
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration': {
    categories: ['api-extensions'],
    generation: true,
  },
  'apiextensions.k8s.io/v1/CustomResourceDefinition': {
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    generation: true,
  },
  'apps/v1/ControllerRevision': {},
  'apps/v1/DaemonSet': { shortNames: ['ds'], categories: ALL, generation: true },
  'apps/v1/Deployment': { shortNames: ['deploy'], categories: ALL, subresources: [SCALE], generation: true },
  'apps/v1/ReplicaSet': { shortNames: ['rs'], categories: ALL, subresources: [SCALE], generation: true },
  'apps/v1/StatefulSet': { shortNames: ['sts'], categories: ALL, subresources: [SCALE], generation: true },
  'authentication.k8s.io/v1/SelfSubjectReview': REVIEW,
  'authentication.k8s.io/v1/TokenReview': REVIEW,
  'authorization.k8s.io/v1/LocalSubjectAccessReview': REVIEW,
  'authorization.k8s.io/v1/SelfSubjectAccessReview': REVIEW,
  'authorization.k8s.io/v1/SelfSubjectRulesReview': REVIEW,
  'authorization.k8s.io/v1/SubjectAccessReview': REVIEW,
  'autoscaling/v1/HorizontalPodAutoscaler': { shortNames: ['hpa'], categories: ALL },
  'autoscaling/v2/HorizontalPodAutoscaler': { shortNames: ['hpa'], categories: ALL },
  'batch/v1/CronJob': { shortNames: ['cj'], categories: ALL, generation: true },
  'batch/v1/Job': { categories: ALL, generation: true },
  'coordination.k8s.io/v1/Lease': {},
  'discovery.k8s.io/v1/EndpointSlice': { generation: true },
  'events.k8s.io/v1/Event': { shortNames: ['ev'] },
  'networking.k8s.io/v1/IngressClass': { generation: true },
  'networking.k8s.io/v1/Ingress': { shortNames: ['ing'], generation: true },
  'networking.k8s.io/v1/NetworkPolicy': { shortNames: ['netpol'], generation: true },
  'node.k8s.io/v1/RuntimeClass': {},
  'policy/v1/PodDisruptionBudget': { shortNames: ['pdb'], generation: true },
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': {},
  'rbac.authorization.k8s.io/v1/ClusterRole': {},
  'rbac.authorization.k8s.io/v1/RoleBinding': {},
  'rbac.authorization.k8s.io/v1/Role': {},
  'scheduling.k8s.io/v1/PriorityClass': { shortNames: ['pc'], generation: true },
  'storage.k8s.io/v1/CSIDriver': {},
  'storage.k8s.io/v1/CSINode': {},
  'storage.k8s.io/v1/CSIStorageCapacity': {},
  'storage.k8s.io/v1/StorageClass': { shortNames: ['sc'] },
  'storage.k8s.io/v1/VolumeAttachment': {},
};

/** The core group first, then as a real server orders them: by the priority of the groups. */
export const GROUP_ORDER: readonly string[] = [
  '',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
];
