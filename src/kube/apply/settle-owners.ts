import type { JsonObject } from '../../core/index.ts';
import type { SchemaNode } from '../schema-node.ts';
import { ApplyConflictError, conflictsWith } from './apply-conflict.ts';
import { compareValues } from './compare.ts';
import type { Comparison } from './compare.ts';
import { FieldSet } from './field-set.ts';
import type { FieldOwner, FieldOwners } from './managed-fields.ts';
import { fieldElement } from './path-element.ts';
import { isWhole, memberNode } from './shape.ts';

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

/** Without what nobody can own. */
export function ownable(set: FieldSet): FieldSet {
  return set.difference(STRIPPED);
}

/** Without an owner that owns nothing. */
export function dropEmpty(owners: FieldOwners, key: string): FieldOwners {
  if (owners.get(key)?.set.isEmpty !== true) return owners;
  const left = new Map(owners);
  left.delete(key);
  return left;
}

/** Field names, from the root, as a set. */
export function fieldSetOf(paths: readonly (readonly string[])[] | undefined): FieldSet {
  return FieldSet.from((paths ?? []).map((path) => path.map(fieldElement)));
}

/**
 * Owners of parts of something that by the schema of today is in one piece own all of it: the schema was changed.
 */
export function reconcileOwners(owners: FieldOwners, schema: SchemaNode): FieldOwners {
  const reconciled = new Map<string, FieldOwner>();
  for (const [key, owner] of owners) {
    const set = collapse(owner.set, schema);
    reconciled.set(key, set === owner.set ? owner : { ...owner, set });
  }
  return reconciled;
}

function collapse(set: FieldSet, node: SchemaNode): FieldSet {
  if (set.children.size === 0) return set;
  switch (node.type) {
    case 'list':
      if (isWhole(node)) return FieldSet.LEAF;
      return set.mapChildren((child) => collapse(child, node.items));
    case 'object':
    case 'map':
      if (isWhole(node)) return FieldSet.LEAF;
      return set.mapChildren((child, element) => collapse(child, memberNode(node, element.slice(2))));
    default:
      return set;
  }
}
