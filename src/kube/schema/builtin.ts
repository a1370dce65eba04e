import type { ApiResource, GroupVersionKind } from '../object.ts';
import type { ObjectSchema, ScalarType, SchemaNode } from '../schema-node.ts';
import table from './builtin.generated.json' with { type: 'json' };
import { CORE, CORE_ATOMIC } from './lists-core.ts';
import { EXTENSIONS, EXTENSIONS_ATOMIC } from './lists-extensions.ts';
import { META, META_ATOMIC } from './lists-meta.ts';
import { NETWORKING, NETWORKING_ATOMIC } from './lists-networking.ts';
import { PLATFORM, PLATFORM_ATOMIC } from './lists-platform.ts';
import { WORKLOADS, WORKLOADS_ATOMIC } from './lists-workloads.ts';
import type { FieldRule, FieldRules } from './rules.ts';

const KINDS: Readonly<Record<string, readonly (string | boolean)[]>> = table.kinds;
const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = table.types;

/** By type: every rule of the hand-written tables. */
export const FIELD_RULES: FieldRules = { ...META, ...CORE, ...WORKLOADS, ...NETWORKING, ...EXTENSIONS, ...PLATFORM };

/** Types whose values belong as a whole to one manager. */
export const ATOMIC_TYPES: ReadonlySet<string> = new Set([
  ...META_ATOMIC,
  ...CORE_ATOMIC,
  ...WORKLOADS_ATOMIC,
  ...NETWORKING_ATOMIC,
  ...EXTENSIONS_ATOMIC,
  ...PLATFORM_ATOMIC,
]);

const SCALARS: ReadonlySet<string> = new Set<ScalarType>([
  'string',
  'integer',
  'number',
  'boolean',
  'int-or-string',
  'quantity',
  'bytes',
  'time',
  'duration',
]);

/** Of all objects of a type one schema, built when first asked for. Types may contain themselves. */
const built = new Map<string, ObjectSchema>();
const names = new WeakMap<SchemaNode, string>();

/** The structure of a built-in kind of a stable version, subresources' kinds (`Scale`, `Eviction`) included. */
export function builtinSchema(gvk: GroupVersionKind): ObjectSchema | undefined {
  const key = `${gvk.group}/${gvk.version}/${gvk.kind}`;
  const [type] = Object.hasOwn(KINDS, key) ? (KINDS[key] ?? []) : [];
  return typeof type === 'string' ? objectSchema(type) : undefined;
}

/** Every built-in kind of a stable version that has a collection of its own. */
export function builtinResources(): readonly ApiResource[] {
  return Object.entries(KINDS).flatMap(([key, [, resource, namespaced]]) => {
    const [group = '', version = '', kind = ''] = key.split('/');
    return typeof resource === 'string' ? [{ group, version, kind, resource, namespaced: namespaced === true }] : [];
  });
}

/** The schema of `metadata`, the same node in every built-in kind. */
export function objectMetaSchema(): ObjectSchema {
  return objectSchema('V1ObjectMeta');
}

/**
 * The type that a node of a built-in schema describes, for instance `V1PodSpec`; `undefined` for a node without a name.
 * Types contain themselves (a CRD's schema does), so whoever walks a schema to its leaves needs it.
 */
export function builtinTypeName(node: SchemaNode): string | undefined {
  return names.get(node);
}

function objectSchema(type: string): ObjectSchema {
  const known = built.get(type);
  if (known !== undefined) return known;
  const fields = new Map<string, SchemaNode>();
  const described = Object.entries(TYPES[type] ?? {});
  const required = described.filter(([name]) => name.endsWith('!')).map(([name]) => name.slice(0, -1));
  const schema: ObjectSchema = {
    type: 'object',
    fields,
    ...(required.length > 0 ? { required } : {}),
    ...(ATOMIC_TYPES.has(type) ? { atomic: true } : {}),
  };
  built.set(type, schema);
  names.set(schema, type);
  for (const [marked, fieldType] of described) {
    const name = marked.replace(/!$/, '');
    fields.set(name, fieldSchema(fieldType, FIELD_RULES[type]?.[name] ?? {}));
  }
  return schema;
}

function fieldSchema(type: string, rule: FieldRule): SchemaNode {
  const value = rule.default === undefined ? {} : { default: rule.default };
  if (type.startsWith('[]')) return { type: 'list', items: itemSchema(type.slice(2), rule), ...listPart(rule) };
  if (type.startsWith('{}')) {
    return { type: 'map', values: itemSchema(type.slice(2), rule), ...(rule.atomic === true ? { atomic: true } : {}) };
  }
  const node = itemSchema(type, rule);
  return node.type === 'object' ? objectField(node, rule) : { ...node, ...value };
}

function itemSchema(type: string, rule: FieldRule): SchemaNode {
  if (type.startsWith('[]') || type.startsWith('{}')) return fieldSchema(type, scalarPart(rule));
  if (type === 'any') return { type: 'any', atomic: true };
  if (isScalar(type)) return { type: rule.scalar ?? type };
  return objectSchema(type);
}

function isScalar(type: string): type is ScalarType {
  return SCALARS.has(type);
}

function scalarPart(rule: FieldRule): FieldRule {
  return rule.scalar === undefined ? {} : { scalar: rule.scalar };
}

function listPart(rule: FieldRule): Pick<FieldRule, 'listType' | 'keys' | 'patchMergeKey' | 'patchStrategy'> {
  const { scalar: _scalar, atomic: _atomic, default: _default, ...list } = rule;
  return list;
}

/** The type's own node where the field adds nothing, so that it is shared. */
function objectField(node: ObjectSchema, rule: FieldRule): ObjectSchema {
  if (rule.atomic === undefined && rule.patchStrategy === undefined) return node;
  const { patchStrategy, atomic = node.atomic } = rule;
  const field: ObjectSchema = {
    ...withoutAtomic(node),
    ...(atomic === true ? { atomic } : {}),
    ...(patchStrategy === undefined ? {} : { patchStrategy }),
  };
  const name = names.get(node);
  if (name !== undefined) names.set(field, name);
  return field;
}

function withoutAtomic(node: ObjectSchema): ObjectSchema {
  const { atomic: _atomic, ...rest } = node;
  return rest;
}
