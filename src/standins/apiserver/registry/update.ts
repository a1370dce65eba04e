import { jsonEqual } from '../../../core/index.ts';
import { asJson } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Call, Cluster, Operation } from '../cluster.ts';
import { readDocument } from '../http/body.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { conflict, methodNotAllowed, notFound } from '../status.ts';
import { served } from '../resources/resource-type.ts';
import type { Entry } from '../store/entry.ts';
import { acceptObject, copyOf, placeObject } from './accept-object.ts';
import { mutate, validate } from './admission.ts';
import { commit } from './commit.ts';
import { dryEntry } from './create.ts';
import { isFinished } from './finished.ts';
import { bumpGeneration, prepareUpdate, requireValid, track } from './prepare.ts';
import { placeOf } from './read.ts';
import { objectResponse } from './render.ts';
import { writeOptions } from './write-options.ts';
import type { WriteOptions } from './write-options.ts';

/** PUT. @throws ApiError */
export async function updateObject(cluster: Cluster, call: Call): Promise<ApiResponse> {
  if (call.info.name === '') throw methodNotAllowed();
  const options = writeOptions(call);
  const document = await readDocument(call.request, cluster.protobuf);
  const sent = acceptObject(cluster, call, { ...document, fieldValidation: options.fieldValidation });
  placeObject(call, sent);
  const entry = await change(cluster, call, { options, next: () => copyOf(sent) });
  return objectResponse(cluster, call, { entry });
}

/** How to get from the live object to the next one. */
export interface Modification {
  readonly options: WriteOptions;
  /** May be called again with a newer live object. Must return an object of its own. */
  readonly next: (live: KubeObject) => KubeObject;
  /** `next` already tells who manages its fields. */
  readonly tracked?: boolean;
}

const TRIES = 5;

/**
 * Brings an existing object from its live state to the next one. Starts over when somebody else was faster.
 * @throws ApiError 404, 409, 422
 */
export async function change(cluster: Cluster, call: Operation, modification: Modification): Promise<Entry> {
  for (let attempt = 1; ; attempt++) {
    const entry = await changeOnce(cluster, call, modification);
    if (entry !== undefined) return entry;
    if (attempt === TRIES) throw conflict(call.type, call.info.name);
  }
}

/** `undefined` when the live object is no longer the one that was started from. */
async function changeOnce(cluster: Cluster, call: Operation, modification: Modification): Promise<Entry | undefined> {
  const { store } = cluster;
  const { type } = call;
  const { options } = modification;
  const location = { collection: type.collection, namespace: placeOf(call), name: call.info.name };
  const collection = store.collection(type.collection);
  const before = collection.get(location.namespace, location.name);
  if (before === undefined) throw notFound(type, location.name);
  const live = served(type, before.object());
  const next = prepareUpdate(cluster, call, { live, next: modification.next(live) });
  const manager = options.fieldManager;
  const updated = modification.tracked === true ? next : track(cluster, call, { live, updated: next, manager });
  const write = { operation: 'UPDATE', ...location, dryRun: options.dryRun, oldObject: live } as const;
  const admitted = await mutate(cluster, call, { ...write, object: updated });
  requireValid(cluster, call, { object: admitted, live });
  await validate(cluster, call, { ...write, object: admitted });
  if (collection.get(location.namespace, location.name) !== before) return undefined;
  if (jsonEqual(asJson(live), asJson(admitted))) {
    await collection.pending;
    return before;
  }
  bumpGeneration(type, live, admitted);
  const kept = type.view?.toKept(admitted) ?? admitted;
  if (options.dryRun) return dryUpdate(before, kept);
  const remove = isFinished(kept);
  return commit(cluster, call, { location, object: kept, remove, fieldManager: manager });
}

/** A dry run shows the version that the object still has. */
function dryUpdate(before: Entry, object: KubeObject): Entry {
  const entry = dryEntry(before, object);
  object.metadata.resourceVersion = String(before.resourceVersion);
  return Object.assign(entry, { body: Buffer.from(JSON.stringify(object)) });
}
