import { formatTime, jsonEqual } from '../../../core/index.ts';
import { asJson, getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Call, Cluster, Operation } from '../cluster.ts';
import { jsonResponse } from '../http/exchange.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { served } from '../resources/resource-type.ts';
import { conflict, deletedBody, notFound } from '../status.ts';
import type { Entry } from '../store/entry.ts';
import { validate } from './admission.ts';
import { commit } from './commit.ts';
import { deleteOptions } from './delete-options.ts';
import type { DeleteOptions } from './delete-options.ts';
import { placeOf } from './read.ts';
import { listResponse, valueResponse } from './render.ts';
import { selectionOf } from './selection.ts';
import { hasSpecFinalizers, isFinished } from './finished.ts';

/** DELETE of one object. Answers the object while finalizers or its grace period hold it. @throws ApiError */
export async function deleteObject(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const options = await deleteOptions(cluster, call);
  const outcome = await remove(cluster, call, { name: call.info.name, options });
  if (outcome.gone && call.type.collection !== 'pods') {
    const uid = outcome.object.metadata.uid ?? '';
    return jsonResponse(deletedBody({ ...call.type, name: call.info.name }, uid));
  }
  return valueResponse(cluster, call, { object: served(call.type, outcome.object) });
}

/** DELETE of a collection: each object that the selectors choose. @throws ApiError */
export async function deleteCollection(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const options = await deleteOptions(cluster, call);
  const selection = selectionOf(call);
  const collection = cluster.store.collection(call.type.collection);
  const chosen = [...collection.entries(selection.namespace)].filter((entry) => selection.matches(entry));
  for (const entry of chosen) {
    const place = { ...call, info: { ...call.info, namespace: entry.namespace, name: entry.name } };
    await remove(cluster, place, { name: entry.name, options }).catch(ignoreGone);
  }
  const metadata = { resourceVersion: String(cluster.store.resourceVersion) };
  return listResponse(cluster, call, { entries: chosen, metadata });
}

function ignoreGone(error: unknown): void {
  if ((error as { readonly reason?: unknown }).reason !== 'NotFound') throw error;
}

export interface Removal {
  readonly name: string;
  readonly options: DeleteOptions;
}

export interface Outcome {
  readonly object: KubeObject;
  /** False while something holds the object back. */
  readonly gone: boolean;
}

/** Starts, or finishes, the deletion of one object. @throws ApiError 404, 409 */
export async function remove(cluster: Cluster, call: Operation, removal: Removal): Promise<Outcome> {
  const { type } = call;
  const { options, name } = removal;
  const collection = cluster.store.collection(type.collection);
  const place = { collection: type.collection, namespace: placeOf(call), name };
  for (;;) {
    const before = collection.get(place.namespace, name);
    if (before === undefined) throw notFound(type, name);
    const live = before.object();
    checkPreconditions(call, live, options);
    await validate(cluster, call, {
      operation: 'DELETE',
      ...place,
      oldObject: served(type, live),
      dryRun: options.dryRun,
    });
    if (collection.get(place.namespace, name) !== before) continue;
    return finish(cluster, call, { before, next: marked(cluster, live, options), dryRun: options.dryRun });
  }
}

interface Finish {
  readonly before: Entry;
  readonly next: KubeObject;
  readonly dryRun: boolean;
}

async function finish(cluster: Cluster, call: Operation, { before, next, dryRun }: Finish): Promise<Outcome> {
  const gone = isFinished(next);
  if (dryRun) return { object: next, gone };
  if (!gone && jsonEqual(asJson(before.object()), asJson(next))) {
    await cluster.store.collection(before.collection).pending;
    return { object: next, gone };
  }
  await commit(cluster, call, { location: before, object: next, remove: gone });
  return { object: next, gone };
}

function checkPreconditions(call: Operation, live: KubeObject, options: DeleteOptions): void {
  const { uid = '', resourceVersion = '' } = live.metadata;
  const name = live.metadata.name ?? '';
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`;
    throw conflict(call.type, name, why);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const asked = `ResourceVersion in precondition: ${options.resourceVersion}`;
    throw conflict(
      call.type,
      name,
      `Precondition failed: ${asked}, ResourceVersion in object meta: ${resourceVersion}`,
    );
  }
}

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** The object as its deletion leaves it: ready to go, or marked and waiting. */
function marked(cluster: Cluster, live: KubeObject, options: DeleteOptions): KubeObject {
  const { metadata } = live;
  const grace = graceOf(live, options);
  const finalizers = finalizersOf(live, options);
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const waits = grace > 0 || finalizers.length > 0 || hasSpecFinalizers(live);
  if (!waits) {
    metadata.deletionTimestamp ??= formatTime(cluster.clock.now());
    metadata.deletionGracePeriodSeconds = 0;
    return live;
  }
  const first = metadata.deletionTimestamp === undefined;
  const shorter = grace < (metadata.deletionGracePeriodSeconds ?? Number.POSITIVE_INFINITY);
  if (first || shorter) {
    const since = first ? cluster.clock.now() : deletionStart(live);
    metadata.deletionTimestamp = formatTime(since + grace * 1_000);
    metadata.deletionGracePeriodSeconds = grace;
  }
  if (first && metadata.generation !== undefined) metadata.generation++;
  if (live.kind === 'Namespace' && live.apiVersion === 'v1') live['status'] = { ...status(live), phase: 'Terminating' };
  return live;
}

function status(object: KubeObject): object {
  const value = object['status'];
  return typeof value === 'object' && value !== null ? value : {};
}

function deletionStart(live: KubeObject): number {
  const { deletionTimestamp = '', deletionGracePeriodSeconds = 0 } = live.metadata;
  return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1_000;
}

/** Seconds that the kubelet may take to end the pod; nothing else has a grace period. */
function graceOf(live: KubeObject, options: DeleteOptions): number {
  if (live.kind !== 'Pod' || live.apiVersion !== 'v1') return 0;
  const phase = getPath(live, 'status', 'phase');
  const runs = (getPath(live, 'spec', 'nodeName') ?? '') !== '' && phase !== 'Succeeded' && phase !== 'Failed';
  if (!runs) return 0;
  const own = getPath(live, 'spec', 'terminationGracePeriodSeconds');
  return options.graceSeconds ?? (typeof own === 'number' ? own : 30);
}

/** The propagation policy lives on as a finalizer for the garbage collector. */
function finalizersOf(live: KubeObject, options: DeleteOptions): string[] {
  const present = live.metadata.finalizers ?? [];
  const { propagation } = options;
  if (propagation === undefined) return present;
  const others = present.filter((finalizer) => finalizer !== FOREGROUND && finalizer !== ORPHAN);
  if (propagation === 'Foreground') return [...others, FOREGROUND];
  return propagation === 'Orphan' ? [...others, ORPHAN] : others;
}
