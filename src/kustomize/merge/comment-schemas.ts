import { isMap as isMapNode, isPair, isScalar as isScalarNode, isSeq, parseDocument } from 'yaml';
import type { Pair } from 'yaml';
import { parseDocuments } from '../yaml/parse.ts';
import type { SchemaNode } from '../../kube/index.ts';
import { readSchema } from '../accumulate/open-api-document.ts';
import { KustomizeError } from '../errors.ts';
import { isMap } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

/** By map and key. */
export type CommentSchemas = ReadonlyMap<YamlMap, ReadonlyMap<string, SchemaNode>>;

const SCHEMA_COMMENT = /#\s*\{.*"(?:\$ref|type|x-kubernetes-[a-z-]+)"/;

/** The schemas that comments give fields: `containers: # {"x-kubernetes-patch-merge-key": "name"}`. */
export function schemasInComments(text: string, value: YamlValue | undefined): CommentSchemas {
  const found = new Map<YamlMap, Map<string, SchemaNode>>();
  if (SCHEMA_COMMENT.test(text)) collect(parseDocument(text).contents, value, found);
  return found;
}

function collect(node: unknown, value: YamlValue | undefined, found: Map<YamlMap, Map<string, SchemaNode>>): void {
  if (isSeq(node) && Array.isArray(value)) {
    node.items.forEach((item, i) => collect(item, value[i], found));
    return;
  }
  if (!isMapNode(node) || !isMap(value)) return;
  const schemas = new Map<string, SchemaNode>();
  for (const pair of node.items) {
    if (!isPair(pair)) continue;
    const key = isScalarNode(pair.key) ? String(pair.key.value) : '';
    const schema = commentsOf(pair)
      .map(parseSchema)
      .find((parsed) => parsed !== undefined);
    if (schema !== undefined) schemas.set(key, schema);
    collect(pair.value, value[key], found);
  }
  // A comment above the first key of a map is the map's own.
  if (schemas.size > 0) found.set(value, schemas);
}

/** Beside the value, or above the key. */
function commentsOf({ key, value }: Pair): string[] {
  return [value, key].flatMap((node) => {
    if (typeof node !== 'object' || node === null) return [];
    const { comment, commentBefore } = node as { readonly comment?: unknown; readonly commentBefore?: unknown };
    return [comment, commentBefore].filter((text) => typeof text === 'string');
  });
}

function parseSchema(comment: string): SchemaNode | undefined {
  if (!comment.trimStart().startsWith('{')) return undefined;
  try {
    const [schema] = parseDocuments(comment);
    return isMap(schema) ? readSchema(schema) : undefined;
  } catch (error) {
    // Any other comment.
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}
