import { KustomizeError } from '../errors.ts';
import { appliesTo } from '../config/field-spec.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import { describeId, idKey, isClusterScoped } from '../model/identity.ts';
import type { Resource } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { isMap, textOf } from '../yaml/value.ts';
import type { YamlMap } from '../yaml/value.ts';
import { visitField } from './visit-field.ts';
import type { Slot } from './visit-field.ts';

export const SUBJECT_MODES = ['defaultOnly', 'allServiceAccounts', 'none'] as const;

export type SubjectMode = (typeof SUBJECT_MODES)[number];

export interface NamespaceOptions {
  readonly namespace: string;
  readonly fieldSpecs: readonly FieldSpec[];
  /** Leaves fields that have a value. */
  readonly unsetOnly?: boolean;
  /** Which subjects of role bindings get the namespace. @default 'defaultOnly' */
  readonly subjects?: SubjectMode;
}

/** @throws KustomizeError DUPLICATE_RESOURCE when two objects come to be one */
export function transformNamespace(resources: ResourceMap, options: NamespaceOptions): void {
  if (options.namespace === '') return;
  const counts = countIds(resources);
  for (const resource of resources.all) {
    if (resource.isDeleted) continue;
    resource.storeId();
    const before = idKey(resource.id);
    setNamespace(resource, options);
    const after = idKey(resource.id);
    if (after === before) continue;
    counts.set(before, (counts.get(before) ?? 1) - 1);
    counts.set(after, (counts.get(after) ?? 0) + 1);
    if ((counts.get(after) ?? 0) > 1) {
      throw new KustomizeError(
        'DUPLICATE_RESOURCE',
        `Cannot set the namespace ${options.namespace}: namespace transformation produces ID conflict: ${describeId(resource.id)}`,
      );
    }
  }
  resources.changed();
}

function countIds(resources: ResourceMap): Map<string, number> {
  const counts = new Map<string, number>();
  for (const resource of resources.all) {
    const key = idKey(resource.id);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Sets the namespace of one object, and in its fields. */
export function setNamespace(resource: Resource, options: NamespaceOptions): void {
  const { gvk, node } = resource;
  const set = (slot: Slot): void => setIn(slot, options);
  if (!isClusterScoped(gvk)) {
    visitField(node, { spec: METADATA_NAMESPACE, createAs: 'scalar', visit: set });
  }
  const isBinding = gvk.kind === 'RoleBinding' || gvk.kind === 'ClusterRoleBinding';
  if (isBinding) setSubjects(node, options);
  for (const spec of options.fieldSpecs) {
    if (!appliesTo(spec, gvk) || isSpecial(spec, resource, isBinding)) continue;
    visitField(node, { spec, createAs: 'scalar', visit: set });
  }
}

const METADATA_NAMESPACE: FieldSpec = { path: 'metadata/namespace', create: true };

/** Fields that the general rule would set where it must not. */
function isSpecial({ path }: FieldSpec, resource: Resource, isBinding: boolean): boolean {
  if (path === 'metadata/namespace') return true;
  if (path === 'metadata/name' && textOf(resource.node['apiVersion']) !== 'v1') return true;
  return isBinding && path === 'subjects/namespace';
}

function setIn(slot: Slot, { namespace, unsetOnly = false }: NamespaceOptions): void {
  const value = slot.get();
  if (isMap(value) || Array.isArray(value)) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', 'namespace field specs must target scalar nodes');
  }
  if (unsetOnly && textOf(value) !== '') return;
  slot.set(namespace);
}

function setSubjects(node: YamlMap, options: NamespaceOptions): void {
  const { subjects: mode = 'defaultOnly' } = options;
  const subjects = node['subjects'];
  if (mode === 'none' || !Array.isArray(subjects)) return;
  for (const subject of subjects) {
    if (!isMap(subject)) continue;
    const wanted = mode === 'defaultOnly' ? subject['name'] === 'default' : subject['kind'] === 'ServiceAccount';
    if (wanted && !(options.unsetOnly === true && textOf(subject['namespace']) !== '')) {
      subject['namespace'] = options.namespace;
    }
  }
}
