import { formatTime, isJsonObject } from '../../core/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { PatchError } from '../patch/patch-error.ts';
import type { FieldSet } from './field-set.ts';
import { formatFieldsV1, parseFieldsV1 } from './fields-v1.ts';

/** One writer of an object and the fields that it owns. */
export interface FieldOwner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
  /** RFC 3339, when the owner last changed what it owns. */
  readonly time?: string | undefined;
  readonly set: FieldSet;
}

/** By {@link ownerKey}. */
export type FieldOwners = ReadonlyMap<string, FieldOwner>;

/** Who an owner is: an applier is the same across API versions, an updater is not. */
export function ownerKey(owner: Omit<FieldOwner, 'set' | 'time'>): string {
  const version = owner.operation === 'Apply' ? '' : owner.apiVersion;
  return JSON.stringify([owner.manager, owner.operation, version, owner.subresource ?? '']);
}

/**
 * Reads `metadata.managedFields`.
 * @throws PatchError
 */
export function parseManagedFields(entries: readonly ManagedFieldsEntry[] | undefined): FieldOwners {
  const owners = new Map<string, FieldOwner>();
  for (const entry of entries ?? []) {
    const owner = parseEntry(entry);
    const key = ownerKey(owner);
    const known = owners.get(key);
    owners.set(key, known === undefined ? owner : { ...owner, set: known.set.union(owner.set) });
  }
  return owners;
}

function parseEntry(entry: Partial<ManagedFieldsEntry>): FieldOwner {
  const { manager = '', operation, apiVersion = '', subresource, time, fieldsType, fieldsV1 } = entry;
  const known = operation === 'Apply' || operation === 'Update';
  if (!known || fieldsType !== 'FieldsV1' || !isJsonObject(fieldsV1)) {
    throw new PatchError('Cannot read managed fields: an entry has no operation or no FieldsV1');
  }
  return { manager, operation, apiVersion, subresource, time, set: parseFieldsV1(fieldsV1) };
}

/** {@link parseManagedFields}, where what cannot be read counts as unmanaged. */
export function readManagedFields(object: KubeObject | undefined): FieldOwners {
  try {
    return parseManagedFields(object?.metadata.managedFields);
  } catch (error) {
    if (error instanceof PatchError) return new Map();
    throw error;
  }
}

/** As the API server writes them: appliers first, then by time, then by name. */
export function formatManagedFields(owners: FieldOwners): ManagedFieldsEntry[] {
  return [...owners.values()].sort(compareOwners).map((owner) => ({
    manager: owner.manager,
    operation: owner.operation,
    apiVersion: owner.apiVersion,
    ...(owner.time === undefined ? {} : { time: owner.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: formatFieldsV1(owner.set),
    ...(owner.subresource === undefined ? {} : { subresource: owner.subresource }),
  }));
}

function compareOwners(a: FieldOwner, b: FieldOwner): number {
  const order = (owner: FieldOwner): readonly (string | number)[] => [
    owner.operation,
    seconds(owner),
    owner.manager,
    owner.apiVersion,
    owner.subresource ?? '',
  ];
  const [left, right] = [order(a), order(b)];
  const index = left.findIndex((value, position) => value !== right[position]);
  return index < 0 ? 0 : (left[index] ?? 0) < (right[index] ?? 0) ? -1 : 1;
}

function seconds(owner: FieldOwner): number {
  const time = Date.parse(owner.time ?? '');
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
}

/** The object with what `owners` own; without the field when nobody owns anything. */
export function withManagedFields(object: KubeObject, owners: FieldOwners): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  if (owners.size === 0) return { ...object, metadata };
  return { ...object, metadata: { ...metadata, managedFields: formatManagedFields(owners) } };
}

const MAX_UPDATERS = 10;
const BUCKET = 'ancient-changes';

/** Puts the oldest updaters together, by API version, until there are at most ten. */
export function capUpdaters(owners: FieldOwners): FieldOwners {
  const updaters = [...owners].filter(([, { operation }]) => operation === 'Update');
  let excess = updaters.length - MAX_UPDATERS;
  if (excess <= 0) return owners;
  const capped = new Map(owners);
  const first = new Map<string, string>();
  for (const [key, owner] of updaters.sort(byAge)) {
    if (excess <= 0) break;
    const known = first.get(owner.apiVersion);
    if (known === undefined) {
      first.set(owner.apiVersion, key);
      continue;
    }
    moveToBucket(capped, owner, known);
    if (capped.delete(key)) excess--;
  }
  return capped;
}

function byAge([keyA, a]: readonly [string, FieldOwner], [keyB, b]: readonly [string, FieldOwner]): number {
  return seconds(a) - seconds(b) || (keyA < keyB ? -1 : 1);
}

function moveToBucket(owners: Map<string, FieldOwner>, owner: FieldOwner, first: string): void {
  const { apiVersion, time } = owner;
  const bucket = { manager: BUCKET, operation: 'Update', apiVersion } as const;
  const key = ownerKey(bucket);
  const before = owners.get(key) ?? owners.get(first);
  if (key !== first) owners.delete(first);
  const set = before === undefined ? owner.set : before.set.union(owner.set);
  owners.set(key, { ...bucket, time, set });
}

export function timestamp(now: number): string {
  return formatTime(now);
}
