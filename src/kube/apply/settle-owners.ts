import type { JsonObject, JsonValue } from '../../core/index.ts';
import type { SchemaNode } from '../schema-node.ts';
import { ApplyConflictError, conflictsWith } from './apply-conflict.ts';
import { compareValues } from './compare.ts';
import type { Comparison } from './compare.ts';
import { FieldSet } from './field-set.ts';
import type { FieldOwner, FieldOwners } from './managed-fields.ts';
import { fieldElement, itemElement } from './path-element.ts';
import { itemsOf, memberNode, membersOf, shapeOf } from './shape.ts';

export interface Settlement {
  readonly owners: FieldOwners;
  readonly comparison: Comparison;
}

export interface SettleOptions {
  readonly schema: SchemaNode;
  /** Key of the owner that writes; its own entry is left as it is. */
  readonly self: string;
  /** Takes changed fields from their owners. */
  readonly force: boolean;
  /** Fields that the write cannot change. */
  readonly ignored: FieldSet;
}

/**
 * Who owns what after `before` has become `after`: others lose what was changed or removed.
 * @throws ApplyConflictError unless `force`
 */
export function settleOwners(
  change: { readonly before: JsonObject; readonly after: JsonObject },
  owners: FieldOwners,
  options: SettleOptions,
): Settlement {
  const compared = compareValues(change.before, change.after, options.schema);
  const comparison = without(compared, options.ignored);
  const changed = comparison.added.union(comparison.modified);
  const settled = new Map<string, FieldOwner>();
  const conflicts: FieldOwner[] = [];
  for (const [key, owner] of owners) {
    const taken = key === options.self ? FieldSet.EMPTY : owner.set.intersection(changed);
    if (!taken.isEmpty) conflicts.push({ ...owner, set: taken });
    const lost = key === options.self ? FieldSet.EMPTY : taken.union(comparison.removed);
    const left = owner.set.difference(lost);
    if (!left.isEmpty || key === options.self) settled.set(key, left === owner.set ? owner : { ...owner, set: left });
  }
  if (conflicts.length > 0 && !options.force) throw new ApplyConflictError(sorted(conflicts).flatMap(conflictsWith));
  return { owners: settled, comparison };
}

function sorted(conflicts: readonly FieldOwner[]): FieldOwner[] {
  return [...conflicts].sort((a, b) => (a.manager < b.manager ? -1 : 1));
}

function without(comparison: Comparison, ignored: FieldSet): Comparison {
  return {
    added: comparison.added.recursiveDifference(ignored),
    modified: comparison.modified.recursiveDifference(ignored),
    removed: comparison.removed.recursiveDifference(ignored),
  };
}

/** The API server owns these, whoever writes them. */
const STRIPPED = FieldSet.from([
  [fieldElement('apiVersion')],
  [fieldElement('kind')],
  [fieldElement('metadata')],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => [fieldElement('metadata'), fieldElement(name)]),
]);

/** Takes from one owner what nobody can own, and drops it when nothing is left. */
export function stripOwner(owners: FieldOwners, key: string): FieldOwners {
  const owner = owners.get(key);
  if (owner === undefined) return owners;
  const set = owner.set.difference(STRIPPED);
  const stripped = new Map(owners);
  if (set.isEmpty) stripped.delete(key);
  else stripped.set(key, { ...owner, set });
  return stripped;
}

/** Field names, from the root, as a set. */
export function fieldSetOf(paths: readonly (readonly string[])[] | undefined): FieldSet {
  return FieldSet.from((paths ?? []).map((path) => path.map(fieldElement)));
}

/**
 * Owners of parts of something that by the schema of today is in one piece own all of it: the schema was changed.
 */
export function reconcileOwners(owners: FieldOwners, live: JsonObject, schema: SchemaNode): FieldOwners {
  const reconciled = new Map<string, FieldOwner>();
  for (const [key, owner] of owners) {
    const set = collapse(owner.set, live, schema);
    reconciled.set(key, set === owner.set ? owner : { ...owner, set });
  }
  return reconciled;
}

function collapse(set: FieldSet, value: JsonValue | undefined, node: SchemaNode): FieldSet {
  if (set.children.size === 0 || typeof value !== 'object' || value === null) return set;
  const shape = shapeOf(node, value);
  if (shape.kind === 'leaf') return FieldSet.LEAF;
  const below = shape.kind === 'map' ? memberLookup(value, node) : itemLookup(value, shape.node);
  return set.mapChildren((child, element) => {
    const next = below(element);
    return next === undefined ? child : collapse(child, next.value, next.node);
  });
}

type Lookup = (element: string) => { readonly value: JsonValue | undefined; readonly node: SchemaNode } | undefined;

function memberLookup(value: JsonValue, node: SchemaNode): Lookup {
  const members = membersOf(value) ?? {};
  return (element) => {
    const name = element.slice(2);
    return Object.hasOwn(members, name) ? { value: members[name], node: memberNode(node, name) } : undefined;
  };
}

function itemLookup(value: JsonValue, node: Extract<SchemaNode, { type: 'list' }>): Lookup {
  const items = itemsOf(value) ?? [];
  return (element) => {
    const item = items.find((candidate) => itemElement(node, candidate) === element);
    return item === undefined ? undefined : { value: item, node: node.items };
  };
}
