import type { JsonObject } from '../../../core/index.ts';
import type { GroupVersionKind } from '../../../kube/index.ts';
import type { ServedGroup } from '../resources/catalog.ts';
import type { ResourceType } from '../resources/resource-type.ts';

/** `APIGroupDiscoveryList`. */
export function aggregated(groups: readonly ServedGroup[], version: string): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((served) => ({
        version: served.version,
        freshness: 'Current',
        resources: served.types.map(resourceDiscovery),
      })),
    })),
  };
}

function kindDocument({ group, version, kind }: GroupVersionKind): JsonObject {
  return { group, version, kind };
}

function resourceDiscovery(type: ResourceType): JsonObject {
  const subresources = type.subresources.map((subresource) => ({
    subresource: subresource.name,
    responseKind: kindDocument(subresource.kind),
    verbs: [...subresource.verbs],
  }));
  return {
    resource: type.resource,
    responseKind: kindDocument(type),
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: [...type.verbs],
    ...names(type),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

function names(type: ResourceType): JsonObject {
  return {
    ...(type.shortNames.length > 0 ? { shortNames: [...type.shortNames] } : {}),
    ...(type.categories.length > 0 ? { categories: [...type.categories] } : {}),
  };
}

/** `APIResourceList`: discovery before it was aggregated. */
export function resourceList(groupVersion: string, types: readonly ResourceType[]): JsonObject {
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: types.flatMap(listed) };
}

function listed(type: ResourceType): JsonObject[] {
  const { namespaced } = type;
  const main = {
    name: type.resource,
    singularName: type.singular,
    namespaced,
    kind: type.kind,
    verbs: [...type.verbs],
    ...names(type),
  };
  const subresources = type.subresources.map(({ name, kind, verbs }) => ({
    name: `${type.resource}/${name}`,
    singularName: '',
    namespaced,
    ...(kind.group === type.group && kind.version === type.version ? {} : { group: kind.group, version: kind.version }),
    kind: kind.kind,
    verbs: [...verbs],
  }));
  return [main, ...subresources];
}
