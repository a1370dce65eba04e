import { builtinResources, builtinSchema, objectMetaSchema } from '../../kube/index.ts';
import type { SchemaNode } from '../../kube/index.ts';
import type { Gvk } from '../model/identity.ts';

/** Stable kinds of later versions of Kubernetes than upstream knows, and so does not know how their lists merge. */
const LATER: ReadonlySet<string> = new Set([
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  ...['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
  ...['ServiceCIDR', 'IPAddress', 'VolumeAttributesClass', 'CSIStorageCapacity'],
  ...['DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'],
  ...['FlowSchema', 'PriorityLevelConfiguration', 'SelfSubjectReview', 'Eviction'],
]);

/** Versions of Kubernetes 1.21 that went before the stable ones, with the kinds that they have. */
const EARLIER: ReadonlyMap<string, readonly string[]> = new Map([
  ['admissionregistration.k8s.io/v1beta1', ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']],
  ['apiextensions.k8s.io/v1beta1', ['CustomResourceDefinition']],
  ['apiregistration.k8s.io/v1beta1', ['APIService']],
  ['authentication.k8s.io/v1beta1', ['TokenReview']],
  [
    'authorization.k8s.io/v1beta1',
    ['LocalSubjectAccessReview', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'],
  ],
  ['autoscaling/v2beta1', ['HorizontalPodAutoscaler']],
  ['autoscaling/v2beta2', ['HorizontalPodAutoscaler']],
  ['batch/v1beta1', ['CronJob']],
  ['certificates.k8s.io/v1beta1', ['CertificateSigningRequest']],
  ['coordination.k8s.io/v1beta1', ['Lease']],
  ['discovery.k8s.io/v1beta1', ['EndpointSlice']],
  ['events.k8s.io/v1beta1', ['Event']],
  ['extensions/v1beta1', ['Ingress']],
  ['flowcontrol.apiserver.k8s.io/v1beta1', ['FlowSchema', 'PriorityLevelConfiguration']],
  ['networking.k8s.io/v1beta1', ['Ingress', 'IngressClass']],
  ['node.k8s.io/v1beta1', ['RuntimeClass']],
  ['policy/v1beta1', ['Eviction', 'PodDisruptionBudget', 'PodSecurityPolicy']],
  ['rbac.authorization.k8s.io/v1beta1', ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']],
  ['scheduling.k8s.io/v1beta1', ['PriorityClass']],
  ['storage.k8s.io/v1beta1', ['CSIDriver', 'CSINode', 'CSIStorageCapacity', 'StorageClass', 'VolumeAttachment']],
  ['/v1', ['ComponentStatus']],
]);

/** Of a kind of which no list but those of its metadata merges. */
const METADATA_ONLY: SchemaNode = { type: 'object', fields: new Map([['metadata', objectMetaSchema()]]) };

/** How the lists of a built-in kind merge, as far as upstream knows: it goes by Kubernetes 1.21. */
export function findBuiltinKind(gvk: Gvk): SchemaNode | undefined {
  const { group, version, kind } = gvk;
  if (EARLIER.get(`${group}/${version}`)?.includes(kind) === true) return stableSchema(gvk) ?? METADATA_ONLY;
  if (LATER.has(kind)) return undefined;
  return group === 'autoscaling' && version === 'v2' ? undefined : builtinSchema(gvk);
}

/** Of the version that came after, in the group that the kind has moved to since. */
function stableSchema({ group, kind }: Gvk): SchemaNode | undefined {
  const current = group === 'extensions' ? 'networking.k8s.io' : group;
  const found = builtinResources().find((resource) => resource.group === current && resource.kind === kind);
  return found === undefined ? undefined : builtinSchema(found);
}
