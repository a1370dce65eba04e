import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { contentHash } from './generators.ts';
import { gvk, metadataOf, nameOf, namespaceOf, update } from './resource.ts';
import type { Resource } from './resource.ts';

/** Fields of a pod that name a ConfigMap or a Secret: the parent key, and the key that holds the name. */
const BY_PARENT: Readonly<Record<string, readonly [kind: string, key: string]>> = {
  configMap: ['ConfigMap', 'name'],
  configMapRef: ['ConfigMap', 'name'],
  configMapKeyRef: ['ConfigMap', 'name'],
  secret: ['Secret', 'secretName'],
  secretRef: ['Secret', 'name'],
  secretKeyRef: ['Secret', 'name'],
};

/** Gives generated objects their suffix, and the new name to all who name them in the same namespace. */
export function addHashSuffixes(resources: readonly Resource[]): void {
  const renamed = new Map<string, string>();
  for (const resource of resources) {
    if (resource.hashed !== true) continue;
    const before = nameOf(resource);
    const after = `${before}-${contentHash(resource.content)}`;
    renamed.set(`${gvk(resource).kind}/${namespaceOf(resource)}/${before}`, after);
    resource.names.push(before);
    update(resource, ['metadata', 'name'], { map: () => after });
  }
  if (renamed.size === 0) return;
  for (const resource of resources) {
    const namespace = namespaceOf(resource);
    const lookup = (kind: string, name: string): string =>
      renamed.get(`${kind}/${namespace}/${name}`) ?? renamed.get(`${kind}//${name}`) ?? name;
    const { metadata: _metadata, ...body } = resource.content;
    resource.content = { ...(rename(body, lookup) as JsonObject), metadata: metadataOf(resource.content) };
  }
}

type Lookup = (kind: string, name: string) => string;

function rename(value: JsonValue, lookup: Lookup): JsonValue {
  if (Array.isArray(value)) return value.map((item) => rename(item, lookup));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renameMember(key, item, lookup)]));
}

function renameMember(parent: string, value: JsonValue, lookup: Lookup): JsonValue {
  const inner = rename(value, lookup);
  const reference = Object.hasOwn(BY_PARENT, parent) ? BY_PARENT[parent] : undefined;
  if (reference !== undefined && isJsonObject(inner)) {
    const [kind, field] = reference;
    // A projected volume's secret says `name`, a plain one `secretName`.
    const key = typeof inner[field] === 'string' ? field : 'name';
    const name = inner[key];
    return typeof name === 'string' ? { ...inner, [key]: lookup(kind, name) } : inner;
  }
  if (parent !== 'imagePullSecrets' || !Array.isArray(inner)) return inner;
  return inner.map((item) =>
    isJsonObject(item) && typeof item['name'] === 'string' ? { ...item, name: lookup('Secret', item['name']) } : item,
  );
}
