import { builtinTypeName } from '../../kube/index.ts';
import type { SchemaNode } from '../../kube/index.ts';

/** How strategic merge treats a list. */
export interface ListRule {
  readonly merges: boolean;
  /** Empty: a list of scalars, or keys to be inferred. */
  readonly keys: readonly string[];
}

/** `undefined`: nothing is known of the list. */
export function listRule(schema: SchemaNode | undefined): ListRule | undefined {
  if (schema === undefined || schema.type === 'any') return undefined;
  if (schema.type !== 'list') return { merges: false, keys: [] };
  if (schema.patchStrategy?.includes('merge') !== true) return { merges: false, keys: [] };
  if (schema.listType === 'map' && schema.keys !== undefined) return { merges: true, keys: schema.keys };
  return { merges: true, keys: schema.patchMergeKey === undefined ? [] : [schema.patchMergeKey] };
}

/** Fields that later versions of Kubernetes have: upstream does not know that their items have keys. */
const LATER_FIELDS: ReadonlySet<string> = new Set(['resourceClaims', 'schedulingGates', 'matchConditions']);

export function fieldSchema(schema: SchemaNode | undefined, field: string): SchemaNode | undefined {
  if (LATER_FIELDS.has(field)) return undefined;
  // Their keys came later, too.
  if (field === 'ports' && schema !== undefined && builtinTypeName(schema) === 'V1EphemeralContainer') return undefined;
  if (schema?.type === 'object') return schema.fields.get(field);
  return schema?.type === 'map' ? schema.values : undefined;
}

export function itemSchema(schema: SchemaNode | undefined): SchemaNode | undefined {
  return schema?.type === 'list' ? schema.items : undefined;
}
