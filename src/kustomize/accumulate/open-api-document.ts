import type { PatchStrategy, SchemaNode } from '../../kube/index.ts';
import { KustomizeError } from '../errors.ts';
import { builtinDefinition } from './builtin-definitions.ts';
import { isMap, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

/**
 * The kinds that an OpenAPI v2 document describes, by `apiVersion/kind`, as far as merging needs it.
 * @param fallback finds definitions that are not in the document
 * @throws KustomizeError INVALID_KUSTOMIZATION when it has no definitions
 */
export function readOpenApiDocument(
  document: YamlValue | undefined,
  fallback: (name: string) => SchemaNode | undefined = () => undefined,
): ReadonlyMap<string, SchemaNode> {
  const definitions = isMap(document) ? document['definitions'] : undefined;
  if (!isMap(definitions)) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', 'The OpenAPI document has no definitions');
  }
  const reader = new Reader(definitions, fallback);
  const schemas = new Map<string, SchemaNode>();
  for (const name of Object.keys(definitions)) {
    const definition = definitions[name];
    const gvks = isMap(definition) ? definition['x-kubernetes-group-version-kind'] : undefined;
    for (const gvk of Array.isArray(gvks) ? gvks : []) {
      if (isMap(gvk)) schemas.set(keyOf(gvk), reader.named(name));
    }
  }
  return schemas;
}

/** One schema on its own, which may refer to built-in types. */
export function readSchema(schema: YamlMap): SchemaNode {
  return new Reader({}, builtinDefinition).read(schema);
}

function keyOf(gvk: YamlMap): string {
  const group = textOf(gvk['group']);
  const version = textOf(gvk['version']);
  return `${group === '' ? version : `${group}/${version}`}/${textOf(gvk['kind'])}`;
}

const ANY: SchemaNode = { type: 'any' };

class Reader {
  readonly #definitions: YamlMap;
  readonly #fallback: (name: string) => SchemaNode | undefined;
  readonly #known = new Map<string, SchemaNode>();

  constructor(definitions: YamlMap, fallback: (name: string) => SchemaNode | undefined) {
    this.#definitions = definitions;
    this.#fallback = fallback;
  }

  named(name: string): SchemaNode {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const definition = this.#definitions[name];
    if (!isMap(definition)) return this.#fallback(name) ?? ANY;
    if (!isMap(definition['properties'])) return this.read(definition);
    // Known before its fields are, since definitions contain themselves.
    const fields = new Map<string, SchemaNode>();
    const node: SchemaNode = { type: 'object', fields };
    this.#known.set(name, node);
    this.#readFields(definition['properties'], fields);
    return node;
  }

  #readFields(properties: YamlMap, fields: Map<string, SchemaNode>): void {
    for (const key of Object.keys(properties)) {
      const property = properties[key];
      if (isMap(property)) fields.set(key, this.read(property));
    }
  }

  read(schema: YamlMap): SchemaNode {
    const ref = textOf(schema['$ref']);
    if (ref !== '') return this.named(ref.replace(/^#\/definitions\//, ''));
    if (isMap(schema['properties'])) {
      const fields = new Map<string, SchemaNode>();
      this.#readFields(schema['properties'], fields);
      return { type: 'object', fields };
    }
    if (textOf(schema['type']) === 'array') return this.#list(schema);
    const additional = schema['additionalProperties'];
    return isMap(additional) ? { type: 'map', values: this.read(additional) } : ANY;
  }

  #list(schema: YamlMap): SchemaNode {
    const items = isMap(schema['items']) ? this.read(schema['items']) : ANY;
    const strategies = textOf(schema['x-kubernetes-patch-strategy']);
    const mergeKey = textOf(schema['x-kubernetes-patch-merge-key']);
    const mapKeys = schema['x-kubernetes-list-map-keys'];
    const keys = Array.isArray(mapKeys) ? mapKeys.map(textOf) : [];
    return {
      type: 'list',
      items,
      ...(strategies === '' ? {} : { patchStrategy: strategies.split(',') as PatchStrategy[] }),
      ...(mergeKey === '' ? {} : { patchMergeKey: mergeKey }),
      ...(keys.length === 0 ? {} : { listType: 'map', keys }),
    };
  }
}
