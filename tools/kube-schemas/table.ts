import type { Attribute, Models, ServedKind } from './models.ts';

/** The generated table, as `src/kube/schema/builtin.ts` reads it. */
export interface BuiltinTable {
  /** `group/version/Kind` (core: `/v1/Kind`) to `[type, resource, namespaced]`; no resource: only a subresource has it. */
  readonly kinds: Readonly<Record<string, readonly [string, string?, boolean?]>>;
  /** By type, its fields: `name` (`name!` when required) to a type, `[]type` or `{}type`. */
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Kinds that only subresources take. */
const SUBRESOURCE_KINDS: readonly Pick<ServedKind, 'group' | 'version' | 'model'>[] = [
  { group: 'authentication.k8s.io', version: 'v1', model: 'AuthenticationV1TokenRequest' },
  { group: 'autoscaling', version: 'v1', model: 'V1Scale' },
  { group: 'policy', version: 'v1', model: 'V1Eviction' },
];

const SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  Date: 'time',
  V1MicroTime: 'time',
  IntOrString: 'int-or-string',
  any: 'any',
};

export function builtinTable(models: Models): BuiltinTable {
  const kinds: Record<string, readonly [string, string?, boolean?]> = {};
  const types: Record<string, Readonly<Record<string, string>>> = {};
  for (const { group, version, model, resource, namespaced } of models.kinds) {
    kinds[`${group}/${version}/${kindOf(model)}`] = [model, resource, namespaced];
  }
  for (const { group, version, model } of SUBRESOURCE_KINDS) kinds[`${group}/${version}/${kindOf(model)}`] = [model];
  const waiting = Object.values(kinds).map(([model]) => model);
  for (let model = waiting.pop(); model !== undefined; model = waiting.pop()) {
    if (Object.hasOwn(types, model)) continue;
    const { fields, models: used } = describe(models, model);
    types[model] = fields;
    waiting.push(...used);
  }
  return { kinds, types: Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** `CoreV1Event` is `Event`, `V1APIService` is `APIService`. */
function kindOf(model: string): string {
  return model.replace(/^([A-Z][a-z]+)?V\d+/, '');
}

function describe(
  models: Models,
  model: string,
): { readonly fields: Record<string, string>; readonly models: string[] } {
  const attributes = models.attributes.get(model);
  if (attributes === undefined) throw new Error(`The client has no model ${model}`);
  const fields: Record<string, string> = {};
  const used: string[] = [];
  for (const attribute of attributes) {
    const required = models.required.get(model)?.has(attribute.baseName) === true;
    const type = typeOf(attribute, attribute.type);
    fields[`${attribute.baseName}${required ? '!' : ''}`] = type;
    const name = type.replace(/^(\[\]|\{\})+/, '');
    if (models.attributes.has(name)) used.push(name);
  }
  return { fields, models: used };
}

const LIST = /^(?:Array|Set)<(.+)>$/;
const MAP = /^\{ \[key: string\]: (.+); \}$/;

function typeOf(attribute: Attribute, type: string): string {
  const item = LIST.exec(type)?.[1];
  if (item !== undefined) return `[]${typeOf(attribute, item)}`;
  const value = MAP.exec(type)?.[1];
  if (value !== undefined) return `{}${typeOf(attribute, value)}`;
  if (type === 'number') return attribute.format === 'double' ? 'number' : 'integer';
  if (type === 'string' && attribute.format === 'byte') return 'bytes';
  return SCALARS[type] ?? type;
}
