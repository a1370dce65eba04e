import { formatTime, jsonEqual } from '../../../core/index.ts';
import { asJson, trackUpdate } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Cluster, Operation } from '../cluster.ts';
import { invalid } from '../field-error.ts';
import { conflict } from '../status.ts';
import { hasSubresource } from '../resources/resource-type.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { KindRule } from '../ports.ts';
import { validateMetadata, validateMetadataUpdate } from './object-metadata.ts';
import { initialStatus } from './initial-status.ts';

export function ruleOf(cluster: Cluster, type: ResourceType): KindRule | undefined {
  return type.custom === undefined ? cluster.kindRules(type) : type.custom.rule(cluster.customRules);
}

/** Stamps what the server decides on a new object, and fills in defaults. */
export function prepareCreate(cluster: Cluster, call: Operation, sent: KubeObject): KubeObject {
  const { type } = call;
  const { metadata } = sent;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.resourceVersion;
  delete metadata.generation;
  Reflect.deleteProperty(metadata, 'selfLink');
  metadata.uid = cluster.ids.uuid();
  metadata.creationTimestamp = formatTime(cluster.clock.now());
  if (type.generation) metadata.generation = 1;
  dedupeOwners(sent);
  initialStatus(type, sent);
  return ruleOf(cluster, type)?.default(sent) ?? sent;
}

/** Restores what an update may not change, and fills in defaults. `live` is not changed. */
export function prepareUpdate(cluster: Cluster, call: Operation, change: Update): KubeObject {
  const { live, next } = change;
  checkPreconditions(call, change);
  const { metadata } = next;
  restore(metadata, live.metadata);
  Reflect.deleteProperty(metadata, 'selfLink');
  dedupeOwners(next);
  const isolated = isolate(call, change);
  return ruleOf(cluster, call.type)?.default(isolated, live) ?? isolated;
}

export interface Update {
  readonly live: KubeObject;
  readonly next: KubeObject;
}

const SERVER_FIELDS = [
  'uid',
  'creationTimestamp',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

function restore(metadata: KubeObject['metadata'], live: KubeObject['metadata']): void {
  for (const field of SERVER_FIELDS) {
    if (live[field] === undefined) Reflect.deleteProperty(metadata, field);
    else Object.assign(metadata, { [field]: live[field] });
  }
  Object.assign(metadata, { resourceVersion: live.resourceVersion });
}

function checkPreconditions(call: Operation, { live, next }: Update): void {
  const { type } = call;
  const { resourceVersion, uid } = next.metadata;
  const name = live.metadata.name ?? '';
  if (uid !== undefined && uid !== '' && uid !== live.metadata.uid)
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ''}`,
    );
  const given = resourceVersion ?? '';
  if (given === '' || given === '0') {
    if (call.info.verb !== 'update' || type.unconditionalUpdate) return;
    const detail = 'must be specified for an update';
    throw invalid(type, name, [{ type: 'FieldValueInvalid', field: 'metadata.resourceVersion', value: 0, detail }]);
  }
  if (given !== live.metadata.resourceVersion) throw conflict(type, name);
}

/** The main endpoint does not write the status, the status endpoint nothing else. */
function isolate(call: Operation, { live, next }: Update): KubeObject {
  if (call.info.subresource === 'status') {
    const { status: _old, ...rest } = live;
    const managed = next.metadata.managedFields;
    const metadata = { ...live.metadata, ...(managed === undefined ? {} : { managedFields: managed }) };
    const status = next['status'];
    return { ...rest, metadata, ...(status === undefined ? {} : { status }) };
  }
  if (!hasSubresource(call.type, 'status')) return next;
  if (live['status'] === undefined) delete next['status'];
  else next['status'] = live['status'];
  return next;
}

/** Fields that this endpoint does not write; nobody comes to own them through it. */
export function resetFields(call: Operation): readonly (readonly string[])[] {
  const { type, info } = call;
  if (info.subresource === 'status') {
    const others = [...type.schema.fields.keys()].filter((field) => !KEPT_BY_STATUS.has(field));
    return [...others.map((field) => [field]), ['metadata', 'labels'], ['metadata', 'annotations']];
  }
  return hasSubresource(type, 'status') ? [['status']] : [];
}

const KEPT_BY_STATUS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/** The object with `metadata.managedFields` telling that `manager` wrote it. */
export function track(
  cluster: Cluster,
  call: Operation,
  write: { live?: KubeObject; updated: KubeObject; manager: string },
): KubeObject {
  const { subresource } = call.info;
  return trackUpdate({
    ...write,
    schema: call.type.schema,
    now: cluster.clock.now(),
    resetFields: resetFields(call),
    ...(subresource === '' ? {} : { subresource }),
  });
}

export interface Judged {
  readonly object: KubeObject;
  /** Absent for a create. */
  readonly live?: KubeObject;
}

/** @throws ApiError 422 with everything that is wrong */
export function requireValid(cluster: Cluster, call: Operation, { object, live }: Judged): void {
  const { type } = call;
  const errors = [
    ...validateMetadata(type, object),
    ...(live === undefined ? [] : validateMetadataUpdate(object, live)),
    ...(ruleOf(cluster, type)?.validate(object, live) ?? []),
  ];
  if (errors.length > 0) throw invalid(type, object.metadata.name ?? '', errors);
}

/** Counts a change of anything but metadata and status. */
export function bumpGeneration(type: ResourceType, live: KubeObject, next: KubeObject): void {
  if (!type.generation) return;
  const changed = !jsonEqual(asJson(counted(type, live)), asJson(counted(type, next)));
  if (changed) next.metadata.generation = (live.metadata.generation ?? 0) + 1;
}

function counted(type: ResourceType, object: KubeObject): KubeObject {
  const { apiVersion: _version, metadata: _metadata, ...rest } = object;
  if (hasSubresource(type, 'status')) delete rest['status'];
  return rest as KubeObject;
}

/** The same owner twice says nothing more than once. */
function dedupeOwners(object: KubeObject): void {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return;
  const seen = new Set<string>();
  object.metadata.ownerReferences = owners.filter((owner) => {
    const key = JSON.stringify([owner.apiVersion, owner.kind, owner.name, owner.uid, owner.controller]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
