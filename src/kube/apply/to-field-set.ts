import { isJsonObject } from '../../core/index.ts';
import type { JsonValue } from '../../core/index.ts';
import type { SchemaNode } from '../schema-node.ts';
import { FieldSet } from './field-set.ts';
import { fieldElement, itemElement } from './path-element.ts';
import { isDeclared, itemsOf, memberNode, membersOf, shapeOf } from './shape.ts';
import type { Shape } from './shape.ts';

/** The fields that somebody who applies `value` owns. */
export function toFieldSet(value: JsonValue, node: SchemaNode): FieldSet {
  const shape = shapeOf(node, value);
  if (shape.kind === 'leaf') return FieldSet.LEAF;
  return shape.kind === 'map' ? fieldsOf(value, shape.node) : itemsSet(value, shape);
}

function fieldsOf(value: JsonValue, node: SchemaNode): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [name, member] of Object.entries(membersOf(value) ?? {})) {
    const below = toFieldSet(member, memberNode(node, name));
    const owned = isVoid(member) || !isDeclared(node, name) ? below.withSelf(true) : below;
    if (!owned.isEmpty) children.set(fieldElement(name), owned);
  }
  return FieldSet.of(false, children);
}

/** `null` and `{}` have no members to own. */
function isVoid(value: JsonValue): boolean {
  return value === null || (isJsonObject(value) && Object.keys(value).length === 0);
}

function itemsSet(value: JsonValue, shape: Extract<Shape, { kind: 'list' }>): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const item of itemsOf(value) ?? []) {
    const element = itemElement(shape.node, item);
    if (element === undefined) continue;
    const below = toFieldSet(item, shape.node.items).withSelf(true);
    children.set(element, children.get(element)?.union(below) ?? below);
  }
  return FieldSet.of(false, children);
}

/** With the declared fields on the way to every member, so that a field whose content goes can go itself. */
export function withDeclaredFields(set: FieldSet, node: SchemaNode): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, below] of set.children) {
    const name = element.slice(2);
    const isField = element.startsWith('f:');
    const next = isField ? memberNode(node, name) : itemNode(node);
    const grown = below.children.size === 0 ? below : withDeclaredFields(below, next);
    children.set(element, isField && isDeclared(node, name) ? grown.withSelf(true) : grown);
  }
  return FieldSet.of(set.self, children);
}

export function itemNode(node: SchemaNode): SchemaNode {
  return node.type === 'list' ? node.items : { type: 'any' };
}
