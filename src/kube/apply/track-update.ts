import type { JsonObject } from '../../core/index.ts';
import { asJson } from '../object.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { PatchError } from '../patch/patch-error.ts';
import type { SchemaNode } from '../schema-node.ts';
import { FieldSet } from './field-set.ts';
import {
  capUpdaters,
  ownerKey,
  parseManagedFields,
  readManagedFields,
  timestamp,
  withManagedFields,
} from './managed-fields.ts';
import type { FieldOwners } from './managed-fields.ts';
import { fieldSetOf, ownable, reconcileOwners, settleOwners } from './settle-owners.ts';

export interface TrackUpdateRequest {
  /** Absent for a create. */
  readonly live?: KubeObject;
  /** The object as it will be stored. Its `managedFields`, when given, replace those of the live one. */
  readonly updated: KubeObject;
  readonly manager: string;
  readonly schema: SchemaNode;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly subresource?: string;
  /** Field names from the root that this endpoint does not write. */
  readonly resetFields?: readonly (readonly string[])[];
}

/**
 * Notes in `metadata.managedFields` who owns what after a create, an update or a patch other than apply: `manager` owns
 * what it changed, and everybody loses what was changed or removed. An object that is not managed stays so.
 */
export function trackUpdate(request: TrackUpdateRequest): KubeObject {
  const { live, updated, schema, now, manager, subresource } = request;
  const owners = ownersBefore(request);
  if (owners.size === 0 && live !== undefined) return withManagedFields(updated, owners);
  const before = live === undefined ? {} : asJson(withManagedFields(live, new Map()));
  const after = asJson(withManagedFields(updated, new Map()));
  const { apiVersion } = updated;
  const ignored = fieldSetOf(request.resetFields);
  const change = { before, after, schema, now, manager, apiVersion, subresource, ignored };
  return withManagedFields(updated, trackOwners(owners, change));
}

/**
 * What the request says the managed fields are, unless it says nothing readable; one empty entry asks to forget them.
 * Through a subresource they cannot be set.
 */
function ownersBefore({ live, updated, subresource }: TrackUpdateRequest): FieldOwners {
  const given = updated.metadata.managedFields ?? [];
  if (subresource !== undefined || given.length === 0) return readManagedFields(live);
  if (given.every(isEmptyEntry)) return new Map();
  try {
    return parseManagedFields(given);
  } catch (error) {
    if (error instanceof PatchError) return readManagedFields(live);
    throw error;
  }
}

function isEmptyEntry(entry: Partial<ManagedFieldsEntry>): boolean {
  return Object.values(entry).every((value) => value === '');
}

export interface Change {
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly schema: SchemaNode;
  readonly now: number;
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
  readonly ignored?: FieldSet;
}

/** The owners after an update. */
export function trackOwners(owners: FieldOwners, change: Change): FieldOwners {
  const { schema, manager, apiVersion, subresource, ignored = FieldSet.EMPTY } = change;
  const reconciled = reconcileOwners(owners, schema);
  const settled = settleOwners(change, reconciled, { schema, self: '', force: true, ignored });
  const taken = ownable(settled.comparison.added.union(settled.comparison.modified));
  if (taken.isEmpty) return settled.owners;
  const self = { manager, operation: 'Update', apiVersion, subresource } as const;
  const key = ownerKey(self);
  const set = (settled.owners.get(key)?.set ?? FieldSet.EMPTY).union(taken);
  return capUpdaters(new Map(settled.owners).set(key, { ...self, set, time: timestamp(change.now) }));
}
