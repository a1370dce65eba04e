import { jsonEqual } from '../../core/index.ts';
import type { JsonValue } from '../../core/index.ts';
import type { SchemaNode } from '../schema-node.ts';
import { FieldSet } from './field-set.ts';
import { fieldElement, itemElement } from './path-element.ts';
import { isDeclared, itemsOf, memberNode, membersOf, shapeOf } from './shape.ts';
import type { Shape } from './shape.ts';

/** What makes `after` of `before`, by path. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const { EMPTY, LEAF } = FieldSet;
const SAME: Comparison = { added: EMPTY, modified: EMPTY, removed: EMPTY };
const ADDED: Comparison = { ...SAME, added: LEAF };
const MODIFIED: Comparison = { ...SAME, modified: LEAF };
const REMOVED: Comparison = { ...SAME, removed: LEAF };

type Value = JsonValue | undefined;

/** Compares two values of one schema; `undefined` is absent. */
export function compareValues(before: Value, after: Value, node: SchemaNode): Comparison {
  if (before === after) return SAME;
  const old = shapeOf(node, before);
  const young = shapeOf(node, after);
  if (after === undefined) return compareAs(old, before, after);
  if (before === undefined || old.kind === young.kind) return compareAs(young, before, after);
  return join(compareAs(old, before, after), compareAs(young, before, after)); // a leaf became a map, or the reverse
}

function compareAs(shape: Shape, before: Value, after: Value): Comparison {
  switch (shape.kind) {
    case 'leaf':
      return compareLeaf(before, after);
    case 'map':
      return compareMaps(shape.node, before, after);
    case 'list':
      return compareLists(shape, before, after);
  }
}

function compareLeaf(before: Value, after: Value): Comparison {
  if (before === undefined) return ADDED;
  if (after === undefined) return REMOVED;
  return jsonEqual(before, after) ? SAME : MODIFIED;
}

function compareMaps(node: SchemaNode, before: Value, after: Value): Comparison {
  const old = membersOf(before) ?? {};
  const young = membersOf(after) ?? {};
  const names = new Set([...Object.keys(old), ...Object.keys(young)]);
  if (names.size === 0) return compareLeaf(before, after);
  const collected = new Collector();
  for (const name of names) {
    const [left, right] = [own(old, name), own(young, name)];
    const member = memberNode(node, name);
    const result = compareValues(left, right, member);
    collected.add(
      fieldElement(name),
      withContainer(result, { before: left, after: right, field: isDeclared(node, name) ? member : undefined }),
    );
  }
  return collected.result();
}

function own(members: Readonly<Record<string, JsonValue>>, name: string): Value {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

interface Container {
  readonly before: Value;
  readonly after: Value;
  /** The schema, for a declared field. */
  readonly field: SchemaNode | undefined;
}

/**
 * A container that comes or goes is itself added or removed. A declared struct that comes is not: to the API server it
 * was there before, empty.
 */
function withContainer(result: Comparison, { before, after, field }: Container): Comparison {
  if (after === undefined) return { ...result, removed: result.removed.withSelf(true) };
  const comes = before === undefined && (field?.type !== 'object' || result.added.isEmpty);
  return comes ? { ...result, added: result.added.withSelf(true) } : result;
}

function compareLists(shape: Extract<Shape, { kind: 'list' }>, before: Value, after: Value): Comparison {
  const old = index(shape, before);
  const young = index(shape, after);
  const elements = new Set([...old.keys(), ...young.keys()]);
  if (elements.size === 0) return compareLeaf(before, after);
  const collected = new Collector();
  for (const element of elements) {
    collected.add(element, compareItems(shape.node.items, old.get(element) ?? [], young.get(element) ?? []));
  }
  return collected.result();
}

function compareItems(node: SchemaNode, before: readonly JsonValue[], after: readonly JsonValue[]): Comparison {
  if ((before.length > 1 && after.length > 0) || (after.length > 1 && before.length > 0)) {
    return jsonEqual([...before], [...after]) ? SAME : MODIFIED; // repeated items are compared in one piece
  }
  const result = compareValues(before[0], after[0], node);
  return withContainer(result, { before: before[0], after: after[0], field: undefined });
}

function index(shape: Extract<Shape, { kind: 'list' }>, value: Value): Map<string, JsonValue[]> {
  const items = new Map<string, JsonValue[]>();
  for (const item of itemsOf(value) ?? []) {
    const element = itemElement(shape.node, item) ?? 'k:{}';
    const known = items.get(element);
    if (known === undefined) items.set(element, [item]);
    else known.push(item);
  }
  return items;
}

/** Puts the comparisons of members together. */
class Collector {
  readonly #added = new Map<string, FieldSet>();
  readonly #modified = new Map<string, FieldSet>();
  readonly #removed = new Map<string, FieldSet>();

  add(element: string, { added, modified, removed }: Comparison): void {
    if (!added.isEmpty) this.#added.set(element, added);
    if (!modified.isEmpty) this.#modified.set(element, modified);
    if (!removed.isEmpty) this.#removed.set(element, removed);
  }

  result(): Comparison {
    return {
      added: FieldSet.of(false, this.#added),
      modified: FieldSet.of(false, this.#modified),
      removed: FieldSet.of(false, this.#removed),
    };
  }
}

function join(a: Comparison, b: Comparison): Comparison {
  return {
    added: a.added.union(b.added),
    modified: a.modified.union(b.modified),
    removed: a.removed.union(b.removed),
  };
}
