import type { SchemaNode } from '../../kube/index.ts';
import { merge2 } from '../merge/merge2.ts';
import type { Resource } from '../model/resource.ts';
import { cloneMap, isMap } from '../yaml/value.ts';
import type { YamlMap } from '../yaml/value.ts';

export type SchemaOf = (apiVersion: string, kind: string) => SchemaNode | undefined;

export interface StrategicPatch {
  readonly node: YamlMap;
  readonly allowsNameChange: boolean;
  readonly allowsKindChange: boolean;
}

/** Merges the patch into the object, which keeps its identity; an object that a patch deletes is left empty. */
export function applyStrategicPatch(resource: Resource, patch: StrategicPatch, schemaOf: SchemaOf): void {
  const { name, namespace, kind } = resource;
  if (patch.allowsNameChange || patch.allowsKindChange) resource.storeId();
  const merged = merge2(cloneMap(patch.node), resource.node, { schemaOf, direction: 'prepend' });
  resource.node = isMap(merged) ? merged : {};
  if (resource.isDeleted) return;
  if (!patch.allowsKindChange) resource.node['kind'] = kind;
  if (!patch.allowsNameChange) resource.setName(name);
  resource.setNamespace(namespace);
}
