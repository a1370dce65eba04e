import { builtinResources } from '../../kube/index.ts';

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

/** Kinds without a namespace that older API versions have, too; by group and kind. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  ...builtinResources()
    .filter(({ namespaced }) => !namespaced)
    .map(({ group, kind }) => `${group}/${kind}`),
  'policy/PodSecurityPolicy',
]);

export function isClusterScoped({ group, kind }: Gvk): boolean {
  return CLUSTER_SCOPED.has(`${group}/${kind}`);
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
