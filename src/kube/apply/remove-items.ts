import type { JsonObject, JsonValue } from '../../core/index.ts';
import { setOwn } from '../patch/merge-patch.ts';
import type { SchemaNode } from '../schema-node.ts';
import type { FieldSet } from './field-set.ts';
import { fieldElement, itemElement } from './path-element.ts';
import { itemsOf, memberNode, membersOf, shapeOf } from './shape.ts';
import type { Shape } from './shape.ts';

/**
 * The value without the fields and items of `set`; `undefined` when nothing is left. Something in one piece goes as a
 * whole when a part of it is to go. Shares what does not change.
 */
export function removeItems(value: JsonValue, set: FieldSet, node: SchemaNode): JsonValue | undefined {
  if (set.children.size === 0) return value;
  const shape = shapeOf(node, value);
  switch (shape.kind) {
    case 'leaf':
      return membersOf(value) === undefined && itemsOf(value) === undefined ? value : undefined;
    case 'map':
      return removeFields(value, set, shape.node);
    case 'list':
      return removeListItems(value, set, shape);
  }
}

function removeFields(value: JsonValue, set: FieldSet, node: SchemaNode): JsonValue | undefined {
  const members = Object.entries(membersOf(value) ?? {});
  const kept: JsonObject = {};
  let same = true;
  for (const [name, member] of members) {
    const below = set.child(fieldElement(name));
    const left = below.self ? undefined : removeItems(member, below, memberNode(node, name));
    if (left !== member) same = false;
    if (left !== undefined) setOwn(kept, name, left);
  }
  if (same) return value;
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function removeListItems(
  value: JsonValue,
  set: FieldSet,
  shape: Extract<Shape, { kind: 'list' }>,
): JsonValue | undefined {
  const items = itemsOf(value) ?? [];
  const kept: JsonValue[] = [];
  let same = true;
  for (const item of items) {
    const below = set.child(itemElement(shape.node, item) ?? 'k:{}');
    const left = below.self ? undefined : removeItems(item, below, shape.node.items);
    if (left !== item) same = false;
    if (left !== undefined) kept.push(left);
  }
  if (same) return value;
  return kept.length === 0 ? undefined : kept;
}
