import { jsonEqual } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import { asJson } from '../object.ts';
import type { KubeObject } from '../object.ts';
import { PatchError } from '../patch/patch-error.ts';
import type { SchemaNode } from '../schema-node.ts';
import { ApplyConflictError } from './apply-conflict.ts';
import { FieldSet } from './field-set.ts';
import { allowedByLastApplied, refreshLastApplied } from './last-applied.ts';
import { ownerKey, readManagedFields, timestamp, withManagedFields } from './managed-fields.ts';
import type { FieldOwner, FieldOwners } from './managed-fields.ts';
import { mergeValues } from './merge-values.ts';
import { prune } from './prune.ts';
import { dropEmpty, fieldSetOf, ownable, reconcileOwners, settleOwners } from './settle-owners.ts';
import { toFieldSet } from './to-field-set.ts';
import { trackOwners } from './track-update.ts';
import { validateConfig } from './validate-config.ts';

export interface ServerSideApplyRequest {
  /** Absent when the object does not exist yet. */
  readonly live?: KubeObject;
  /** What the manager wants to own, all of it. */
  readonly config: KubeObject;
  readonly manager: string;
  /** Takes fields that others own with other values. */
  readonly force: boolean;
  readonly schema: SchemaNode;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly subresource?: string;
  /** Field names from the root that this endpoint does not write: they are owned by nobody who writes here. */
  readonly resetFields?: readonly (readonly string[])[];
}

const BEFORE_FIRST_APPLY = 'before-first-apply';

/**
 * Server-side apply: merges `config` into `live`, removes what this manager no longer asks for and nobody else owns,
 * and notes who owns what in `metadata.managedFields`. Inputs are not changed; what stays is shared, and `live` itself is
 * returned when nothing at all changes.
 * @throws ApplyConflictError when fields would change that others own, unless `force`
 * @throws PatchError when `config` does not fit the schema or carries `managedFields`
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export function serverSideApply(request: ServerSideApplyRequest): KubeObject {
  check(request);
  try {
    return applyOnce(request);
  } catch (error) {
    if (!(error instanceof ApplyConflictError) || !allowedByLastApplied(request, error)) throw error;
    return applyOnce({ ...request, force: true });
  }
}

function check({ config, schema, manager }: ServerSideApplyRequest): void {
  if (manager === '') throw new PatchError('Cannot apply: the field manager is required');
  if (config.metadata.managedFields !== undefined) throw new PatchError('metadata.managedFields must be nil');
  const problems = validateConfig(asJson(config), schema);
  if (problems.length === 0) return;
  const { namespace = '', name = '' } = config.metadata;
  const subject = `${namespace}/${name}; ${config.apiVersion}, Kind=${config.kind}`;
  throw new PatchError(`failed to create typed patch object (${subject}): ${problems.join('\n')}`, {
    details: { problems },
  });
}

function applyOnce(request: ServerSideApplyRequest): KubeObject {
  const { config, manager, schema, subresource, force } = request;
  const live = withoutManagedFields(request.live);
  const ignored = fieldSetOf(request.resetFields);
  const before = reconcileOwners(ownersBefore(request, live), schema);
  const self = { manager, operation: 'Apply', apiVersion: config.apiVersion, subresource } as const;
  const key = ownerKey(self);
  const last = before.get(key);
  const asked = toFieldSet(asJson(config), schema).recursiveDifference(ignored);
  const set = ownable(asked);
  const same = last?.set.equals(set) === true;
  const applied = new Map(before).set(key, { ...self, time: last?.time, set: same ? last.set : set });
  const merged = mergeValues(live, asJson(config), schema) as JsonObject;
  if (same && merged === live && request.live !== undefined) return refreshLastApplied(request.live, request);
  const pruned = prune(merged, {
    schema,
    last: last?.set ?? FieldSet.EMPTY,
    owned: union(applied, () => true).union(asked),
    applied: union(applied, ({ operation }) => operation === 'Apply'),
  });
  const settled = settleOwners({ before: live, after: pruned }, applied, { schema, self: key, force, ignored });
  const owners = dropEmpty(settled.owners, key);
  const moved = !jsonEqual(live, pruned) || !sameOwners(before, owners);
  const result = withManagedFields(pruned as unknown as KubeObject, moved ? stamped(owners, key, request.now) : before);
  return refreshLastApplied(result, request);
}

/** An object that nobody manages yet belongs to `before-first-apply`, so that applying to it shows conflicts. */
function ownersBefore({ live, config, schema, now }: ServerSideApplyRequest, plain: JsonObject): FieldOwners {
  const owners = readManagedFields(live);
  if (owners.size > 0 || live === undefined) return owners;
  const { apiVersion } = config;
  return trackOwners(new Map(), { before: {}, after: plain, schema, now, manager: BEFORE_FIRST_APPLY, apiVersion });
}

function withoutManagedFields(object: KubeObject | undefined): JsonObject {
  if (object === undefined) return {};
  return asJson(withManagedFields(object, new Map()));
}

function union(owners: FieldOwners, counts: (owner: FieldOwner) => boolean): FieldSet {
  let all = FieldSet.EMPTY;
  for (const owner of owners.values()) if (counts(owner)) all = all.union(owner.set);
  return all;
}

function sameOwners(before: FieldOwners, after: FieldOwners): boolean {
  if (before.size !== after.size) return false;
  for (const [key, owner] of after) {
    const known = before.get(key);
    if (known === undefined || known.apiVersion !== owner.apiVersion || !known.set.equals(owner.set)) return false;
  }
  return true;
}

function stamped(owners: FieldOwners, key: string, now: number): FieldOwners {
  const owner = owners.get(key);
  return owner === undefined ? owners : new Map(owners).set(key, { ...owner, time: timestamp(now) });
}
