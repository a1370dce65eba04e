import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { builtinTypeName, objectMetaSchema } from '../../../kube/index.ts';
import type { SchemaNode } from '../../../kube/index.ts';
import type { ResourceType } from '../resources/resource-type.ts';

type ObjectNode = Extract<SchemaNode, { type: 'object' }>;
type ListNode = Extract<SchemaNode, { type: 'list' }>;

const SCALARS: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  integer: { type: 'integer', format: 'int32' },
  number: { type: 'number', format: 'double' },
  boolean: { type: 'boolean' },
  'int-or-string': { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  duration: { type: 'string' },
  // not empty: kubectl explain takes an empty schema for a missing one
  any: { 'x-kubernetes-preserve-unknown-fields': true },
};

/** Collects the schemas of one OpenAPI document, each named type once. */
export class SchemaWriter {
  readonly schemas: JsonObject = {};

  /** The name under which the type's kind stands in the document. */
  add(type: ResourceType): string {
    const gvk = [{ group: type.group, version: type.version, kind: type.kind }];
    const name = type.custom === undefined ? this.#builtin(type) : this.#custom(type, type.custom.schema);
    const schema = this.schemas[name];
    if (isJsonObject(schema)) schema['x-kubernetes-group-version-kind'] = gvk;
    return name;
  }

  #builtin(type: ResourceType): string {
    const name = refName(type.schema) ?? `io.k8s.${type.kind}`;
    this.#define(name, type.schema);
    return name;
  }

  /** The definition's own schema, with what every object has. */
  #custom(type: ResourceType, schema: JsonObject | undefined): string {
    const name = `${type.group.split('.').reverse().join('.')}.${type.version}.${type.kind}`;
    const own = schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const properties = isJsonObject(own['properties']) ? own['properties'] : {};
    const common = {
      apiVersion: SCALARS['string'],
      kind: SCALARS['string'],
      metadata: this.#value(objectMetaSchema()),
    };
    this.schemas[name] = { ...own, properties: { ...properties, ...common } as JsonObject };
    return name;
  }

  #define(name: string, node: ObjectNode): void {
    if (Object.hasOwn(this.schemas, name)) return;
    const schema: JsonObject = { type: 'object' };
    this.schemas[name] = schema; // before its members: types contain themselves
    Object.assign(schema, this.#object(node));
  }

  #object(node: ObjectNode): JsonObject {
    const properties: JsonObject = {};
    for (const [field, child] of node.fields) properties[field] = this.#value(child);
    return {
      type: 'object',
      ...(node.fields.size > 0 ? { properties } : {}),
      ...(node.required === undefined ? {} : { required: [...node.required] }),
      ...(node.preserveUnknown === true ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
      ...(node.atomic === true ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    };
  }

  #value(node: SchemaNode): JsonObject {
    const fallback = node.default === undefined ? {} : { default: node.default };
    if (node.type === 'object') return { ...this.#reference(node), ...fallback };
    if (node.type === 'list') return { ...this.#list(node), ...fallback };
    if (node.type === 'map') {
      const atomic = node.atomic === true ? { 'x-kubernetes-map-type': 'atomic' } : {};
      return { type: 'object', additionalProperties: this.#value(node.values), ...atomic, ...fallback };
    }
    return { ...SCALARS[node.type], ...fallback };
  }

  #reference(node: ObjectNode): JsonObject {
    const name = refName(node);
    if (name === undefined) return this.#object(node);
    this.#define(name, node);
    const ref = { $ref: `#/components/schemas/${name}` };
    const strategy = strategyText(node.patchStrategy);
    return strategy === undefined ? ref : { allOf: [ref], 'x-kubernetes-patch-strategy': strategy };
  }

  #list(node: ListNode): JsonObject {
    const strategy = strategyText(node.patchStrategy);
    return {
      type: 'array',
      items: this.#value(node.items),
      ...(node.listType === undefined ? {} : { 'x-kubernetes-list-type': node.listType }),
      ...(node.keys === undefined ? {} : { 'x-kubernetes-list-map-keys': [...node.keys] }),
      ...(strategy === undefined ? {} : { 'x-kubernetes-patch-strategy': strategy }),
      ...(node.patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': node.patchMergeKey }),
    };
  }
}

function strategyText(strategies: readonly string[] | undefined): JsonValue | undefined {
  return strategies === undefined || strategies.length === 0 ? undefined : strategies.join(',');
}

const VERSION = /^([A-Za-z]*?)(V\d+(?:(?:alpha|beta)\d+)?)(?=[A-Z])/;

/** `CoreV1Event` becomes `core.v1.Event`. */
function qualify(_match: string, group: string, version: string): string {
  return `${group === '' ? '' : `${group.toLowerCase()}.`}${version.toLowerCase()}.`;
}

function refName(node: SchemaNode): string | undefined {
  const name = builtinTypeName(node);
  return name === undefined ? undefined : `io.k8s.${name.replace(VERSION, qualify)}`;
}
