import type { Resource } from '../model/resource.ts';
import { isMap } from '../yaml/value.ts';
import type { YamlMap } from '../yaml/value.ts';

/** Labels, annotations, name and namespace of the object that is replaced; the new one's own pairs win. */
export function mergeMetadataFrom(resource: Resource, old: Resource): void {
  const { metadata } = resource;
  for (const field of ['labels', 'annotations'] as const) {
    const merged = mergeMaps(old.metadata[field], metadata[field]);
    if (merged !== undefined) metadata[field] = merged;
  }
  resource.setName(old.name);
  resource.setNamespace(old.namespace);
  resource.previousIds.splice(0, Infinity, ...old.previousIds);
  resource.prefixes.splice(0, Infinity, ...old.prefixes);
  resource.suffixes.splice(0, Infinity, ...old.suffixes);
  resource.referrers.splice(0, Infinity, ...old.referrers);
  resource.variables.push(...old.variables);
  resource.needsHash &&= old.needsHash;
  resource.origin ??= old.origin;
  resource.transformations.push(...old.transformations);
}

export function mergeDataFrom(resource: Resource, old: Resource): void {
  for (const field of ['data', 'binaryData'] as const) {
    const merged = mergeMaps(old.node[field], resource.node[field]);
    if (merged !== undefined) resource.node[field] = merged;
  }
  if (old.origin !== undefined) resource.origin = old.origin;
}

function mergeMaps(old: unknown, own: unknown): YamlMap | undefined {
  const merged = { ...asMap(old), ...asMap(own) };
  return Object.keys(merged).length === 0 ? undefined : merged;
}

function asMap(value: unknown): YamlMap {
  return isMap(value as YamlMap) ? (value as YamlMap) : {};
}
