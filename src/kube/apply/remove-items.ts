import type { JsonObject, JsonValue } from '../../core/index.ts';
import { setOwn } from '../patch/merge-patch.ts';
import type { SchemaNode } from '../schema-node.ts';
import type { FieldSet } from './field-set.ts';
import { fieldElement, itemElement } from './path-element.ts';
import { itemsOf, memberNode, membersOf, shapeOf } from './shape.ts';

export interface Removal {
  readonly node: SchemaNode;
  /** What goes. Something in one piece goes as a whole when a part of it is to go. */
  readonly set: FieldSet;
  /** Containers that stay although they become empty. */
  readonly keep: FieldSet;
}

/** The value without the fields and items of a set; `undefined` when nothing is left. Shares what does not change. */
export function removeItems(value: JsonValue, { node, set, keep }: Removal): JsonValue | undefined {
  if (set.children.size === 0) return value;
  const shape = shapeOf(node, value);
  switch (shape.kind) {
    case 'leaf':
      return membersOf(value) === undefined && itemsOf(value) === undefined ? value : undefined;
    case 'map':
      return removeFields(value, { node: shape.node, set, keep });
    case 'list':
      return removeListItems(value, shape.node, { set, keep });
  }
}

function removeFields(value: JsonValue, { node, set, keep }: Removal): JsonValue | undefined {
  const kept: JsonObject = {};
  let same = true;
  for (const [name, member] of Object.entries(membersOf(value) ?? {})) {
    const element = fieldElement(name);
    const below = { node: memberNode(node, name), set: set.child(element), keep: keep.child(element) };
    const left = below.set.self ? undefined : removeItems(member, below);
    if (left !== member) same = false;
    if (left !== undefined) setOwn(kept, name, left);
  }
  if (same) return value;
  return Object.keys(kept).length === 0 && !keep.self ? undefined : kept;
}

type ListNode = Extract<SchemaNode, { type: 'list' }>;

function removeListItems(
  value: JsonValue,
  node: ListNode,
  { set, keep }: Omit<Removal, 'node'>,
): JsonValue | undefined {
  const kept: JsonValue[] = [];
  let same = true;
  for (const item of itemsOf(value) ?? []) {
    const element = itemElement(node, item) ?? 'k:{}';
    const below = { node: node.items, set: set.child(element), keep: keep.child(element) };
    const left = below.set.self ? undefined : removeItems(item, below);
    if (left !== item) same = false;
    if (left !== undefined) kept.push(left);
  }
  if (same) return value;
  return kept.length === 0 && !keep.self ? undefined : kept;
}
