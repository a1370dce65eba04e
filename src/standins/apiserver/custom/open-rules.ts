import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { schemaFromOpenApi } from '../../../kube/index.ts';
import type { KubeObject, SchemaNode } from '../../../kube/index.ts';
import type { CustomRules } from '../ports.ts';

/** Prunes what a schema does not know; neither fills in defaults nor validates. */
export const openCustomRules: CustomRules = {
  check: () => [],
  compile: (openAPIV3Schema) => {
    const schema = schemaFromOpenApi(openAPIV3Schema);
    return {
      prune: (object) => pruneObject(schema, object),
      default: (object) => object,
      validate: () => [],
    };
  },
};

function pruneObject(schema: SchemaNode, object: KubeObject): { object: KubeObject; unknown: string[] } {
  const unknown: string[] = [];
  const { apiVersion, kind, metadata, ...rest } = object;
  const pruned = prune(schema, rest as JsonObject, { path: '', unknown });
  return { object: { apiVersion, kind, metadata, ...(pruned as object) }, unknown };
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
