import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import type { ScalarType, SchemaNode } from '../schema-node.ts';

type ListNode = Extract<SchemaNode, { type: 'list' }>;

/** How field management sees a value: in one piece, by named fields, or by items. */
export type Shape =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'map'; readonly node: SchemaNode }
  | { readonly kind: 'list'; readonly node: ListNode };

const LEAF: Shape = { kind: 'leaf' };
const ANY: SchemaNode = { type: 'any' };

/**
 * The shape that `node` gives; where it leaves the structure open, the one of the value. A value of another type than
 * the schema says counts as one piece.
 */
export function shapeOf(node: SchemaNode, value: JsonValue | undefined): Shape {
  if (isWhole(node)) return LEAF;
  const absent = value === undefined || value === null;
  if (node.type === 'list') return absent || Array.isArray(value) ? { kind: 'list', node } : LEAF;
  return isJsonObject(value) || (absent && node.type !== 'any') ? { kind: 'map', node } : LEAF;
}

/** Whether values of the schema always belong to one manager. */
export function isWhole(node: SchemaNode): node is Extract<SchemaNode, { type: ScalarType }> {
  if (node.type === 'list') return (node.listType ?? 'atomic') === 'atomic';
  return 'atomic' in node ? node.atomic : !STRUCTURED.has(node.type);
}

const STRUCTURED: ReadonlySet<string> = new Set<SchemaNode['type']>(['object', 'map', 'list', 'any']);

/** The schema of a member; a member that is not declared can hold anything. */
export function memberNode(node: SchemaNode, name: string): SchemaNode {
  if (node.type === 'object') return node.fields.get(name) ?? ANY;
  return node.type === 'map' ? node.values : ANY;
}

/** Whether the member is a declared field, as against the key of a map. */
export function isDeclared(node: SchemaNode, name: string): boolean {
  return node.type === 'object' && node.fields.has(name);
}

export function membersOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

export function itemsOf(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
