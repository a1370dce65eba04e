/** Group, version and kind; an empty part of a selector matches anything. */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface ResourceId extends Gvk {
  readonly name: string;
  readonly namespace: string;
}

const NOT_NAMESPACED = '_non_namespaceable_';
const DEFAULT_NAMESPACE = 'default';

/**
 * Kinds without a namespace, by group and version: those of Kubernetes 1.21, as upstream has them. Kinds and versions
 * that are later are taken for namespaced.
 */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set(
  (
    [
      ['', ['v1'], ['Namespace', 'Node', 'PersistentVolume', 'ComponentStatus']],
      ['admissionregistration.k8s.io', ['v1', 'v1beta1'], ['Mutating', 'Validating'].map(webhooks)],
      ['apiextensions.k8s.io', ['v1', 'v1beta1'], ['CustomResourceDefinition']],
      ['apiregistration.k8s.io', ['v1', 'v1beta1'], ['APIService']],
      ['certificates.k8s.io', ['v1', 'v1beta1'], ['CertificateSigningRequest']],
      ['flowcontrol.apiserver.k8s.io', ['v1beta1'], ['FlowSchema', 'PriorityLevelConfiguration']],
      ['networking.k8s.io', ['v1', 'v1beta1'], ['IngressClass']],
      ['node.k8s.io', ['v1', 'v1beta1'], ['RuntimeClass']],
      ['policy', ['v1beta1'], ['PodSecurityPolicy']],
      ['rbac.authorization.k8s.io', ['v1', 'v1beta1'], ['ClusterRole', 'ClusterRoleBinding']],
      ['scheduling.k8s.io', ['v1', 'v1beta1'], ['PriorityClass']],
      ['storage.k8s.io', ['v1', 'v1beta1'], ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment']],
    ] as const
  ).flatMap(([group, versions, kinds]) =>
    versions.flatMap((version) => kinds.map((kind) => `${group}/${version}/${kind}`)),
  ),
);

function webhooks(prefix: string): string {
  return `${prefix}WebhookConfiguration`;
}

export function isClusterScoped({ group, version, kind }: Gvk): boolean {
  return CLUSTER_SCOPED.has(`${group}/${version}/${kind}`);
}

export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** Whether `gvk` is one that `selector` means. */
export function isSelected(gvk: Gvk, selector: Partial<Gvk>): boolean {
  return (
    matches(gvk.kind, selector.kind) && matches(gvk.group, selector.group) && matches(gvk.version, selector.version)
  );
}

function matches(value: string, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === '' || wanted === value;
}

/** The namespace that counts for identity: `default` when none is given, a constant for kinds without one. */
export function effectiveNamespace(id: ResourceId): string {
  if (isClusterScoped(id)) return NOT_NAMESPACED;
  return id.namespace === '' ? DEFAULT_NAMESPACE : id.namespace;
}

/** Equal for two ids exactly when they name one object. */
export function idKey(id: ResourceId): string {
  return `${id.group}/${id.version}/${id.kind}/${id.name}/${effectiveNamespace(id)}`;
}

/** For messages. */
export function describeId({ group, version, kind, name, namespace }: ResourceId): string {
  const gvk = [kind, version, group].filter((part) => part !== '').join('.');
  return `${gvk}/${name === '' ? '[noName]' : name}.${namespace === '' ? '[noNs]' : namespace}`;
}
