import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { KubeObject, SchemaNode } from '../../../kube/index.ts';

/** Leaves out what a schema does not know, and tells the paths. */
export function pruneObject(
  schema: SchemaNode,
  object: KubeObject,
): { readonly object: KubeObject; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const { apiVersion, kind, metadata, ...rest } = object;
  const pruned = prune(schema, rest as JsonObject, { path: '', unknown });
  return { object: { apiVersion, kind, metadata, ...(pruned as object) }, unknown };
}

/** As {@link pruneObject}, of any value. */
export function pruneValue(schema: SchemaNode, value: JsonValue): readonly string[] {
  const unknown: string[] = [];
  prune(schema, value, { path: '', unknown });
  return unknown;
}

interface Walk {
  readonly path: string;
  readonly unknown: string[];
}

function prune(node: SchemaNode, value: JsonValue, walk: Walk): JsonValue {
  if (Array.isArray(value)) {
    if (node.type !== 'list') return value;
    return value.map((item, index) => prune(node.items, item, { ...walk, path: `${walk.path}[${index}]` }));
  }
  if (!isJsonObject(value)) return value;
  if (node.type === 'map') return mapMembers(value, walk, (_name, member, at) => prune(node.values, member, at));
  if (node.type !== 'object') return value;
  return mapMembers(value, walk, (name, member, at) => {
    const field = node.fields.get(name);
    if (field !== undefined) return prune(field, member, at);
    if (node.preserveUnknown === true) return member;
    walk.unknown.push(at.path);
    return undefined;
  });
}

function mapMembers(
  value: JsonObject,
  walk: Walk,
  convert: (name: string, member: JsonValue, walk: Walk) => JsonValue | undefined,
): JsonObject {
  const result: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const path = walk.path === '' ? name : `${walk.path}.${name}`;
    const kept = convert(name, member, { ...walk, path });
    if (kept !== undefined) result[name] = kept;
  }
  return result;
}
