import { builtinResources, builtinSchema, builtinTypeName } from '../../kube/index.ts';
import type { SchemaNode } from '../../kube/index.ts';

let byType: Map<string, SchemaNode> | undefined;

/** A built-in type by the name that OpenAPI documents give it, for instance `io.k8s.api.core.v1.PodSpec`. */
export function builtinDefinition(name: string): SchemaNode | undefined {
  const match = /^io\.k8s\.(?:.+)\.(v\d\w*)\.(\w+)$/.exec(name);
  if (match === null) return undefined;
  const [, version = '', type = ''] = match;
  byType ??= collectTypes();
  return byType.get(version.charAt(0).toUpperCase() + version.slice(1) + type);
}

function collectTypes(): Map<string, SchemaNode> {
  const found = new Map<string, SchemaNode>();
  for (const gvk of builtinResources()) {
    const schema = builtinSchema(gvk);
    if (schema !== undefined) collect(schema, found);
  }
  return found;
}

/** Types contain themselves, so each is entered once. */
function collect(node: SchemaNode, found: Map<string, SchemaNode>): void {
  if (node.type === 'list') collect(node.items, found);
  else if (node.type === 'map') collect(node.values, found);
  else if (node.type === 'object') {
    const name = builtinTypeName(node);
    if (name !== undefined) {
      if (found.has(name)) return;
      found.set(name, node);
    }
    for (const field of node.fields.values()) collect(field, found);
  }
}
