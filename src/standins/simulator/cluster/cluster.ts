import { messageOf } from '../../../core/index.ts';
import type { Clock, Ids, JsonObject, Logger } from '../../../core/index.ts';
import { gvkOf } from '../../../kube/index.ts';
import type { KubeClient, KubeObject, ObjectKey } from '../../../kube/index.ts';
import { nameOf, uidOf } from '../model/meta.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { NodeApi } from './node-api.ts';
import { mergeDifference } from './merge-difference.ts';
import { normal } from './plan.ts';
import type { Action, Plan } from './plan.ts';
import type { Stores } from './stores.ts';

export type FieldManager = 'kube-controller-manager' | 'kube-scheduler' | 'kubelet';

/** Who acts: named in `managedFields` and in events. */
export interface Actor {
  readonly manager: FieldManager;
  /** `source.component` of events. */
  readonly component: string;
}

/** One cluster as the simulated controllers see it: their stores, and what they write through. */
export interface Cluster {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly stores: Stores;
  readonly events: EventRecorder;
  readonly nodeApi: NodeApi;
}

/** A create was refused: the plan is not finished. */
export class CreateRefused extends Error {
  override readonly name = 'CreateRefused';
  readonly object: KubeObject;

  constructor(object: KubeObject, cause: unknown) {
    super(messageOf(cause), { cause });
    this.object = object;
  }
}

/**
 * Does what was planned, in order; the stores see each write at once.
 * @throws CreateRefused, ApiError (a conflict when somebody else wrote first)
 */
export async function act(cluster: Cluster, plan: Plan, by: Actor & { readonly signal: AbortSignal }): Promise<void> {
  /** By uid: a later action of the plan on the same object goes on from here. */
  const versions = new Map<string, string>();
  for (const action of plan.actions) {
    by.signal.throwIfAborted();
    const written = await perform(cluster, action, { ...by, versions });
    if (written === undefined) continue;
    versions.set(uidOf(written), written.metadata.resourceVersion ?? '');
    cluster.stores.byKind(written.kind)?.observe(written);
  }
}

interface Acting extends Actor {
  readonly signal: AbortSignal;
  readonly versions: ReadonlyMap<string, string>;
}

async function perform(
  cluster: Cluster,
  action: Action,
  { manager, component, signal, versions }: Acting,
): Promise<KubeObject | undefined> {
  const { client } = cluster;
  const write = { fieldManager: manager, signal };
  switch (action.do) {
    case 'create': {
      const created = await create(cluster, action.object, write);
      const { announce } = action;
      if (announce === undefined) return created;
      const event = normal(announce.about, announce.reason, announce.message + nameOf(created));
      await cluster.events.record(event, component, signal);
      return created;
    }
    case 'patch':
      return client.patch(
        keyOf(action.object),
        { type: 'merge', body: versioned(action.object, action.changes, versions) },
        write,
      );
    case 'status': {
      const changes = statusChanges(action.object, action.status);
      if (changes === undefined) return undefined;
      const body = versioned(action.object, { status: changes }, versions);
      return client.patch(keyOf(action.object), { type: 'merge', body }, { ...write, subresource: 'status' });
    }
    case 'delete': {
      const { gracePeriodSeconds } = action;
      const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
      const preconditions = { uid: uidOf(action.object) };
      await client.delete(keyOf(action.object), { propagationPolicy: 'Background', preconditions, signal, ...grace });
      return undefined;
    }
    case 'event':
      await cluster.events.record(action, component, signal);
      return undefined;
  }
}

async function create(
  { client }: Cluster,
  object: KubeObject,
  write: { readonly fieldManager: string; readonly signal: AbortSignal },
): Promise<KubeObject> {
  try {
    return await client.create(object, write);
  } catch (error) {
    write.signal.throwIfAborted();
    throw new CreateRefused(object, error);
  }
}

/** What a status patch has to change; `undefined` when the live status is the wanted one. */
export function statusChanges(live: KubeObject, wanted: object): JsonObject | undefined {
  const before = (live['status'] ?? {}) as JsonObject;
  // Members that are `undefined` are absent in JSON.
  return mergeDifference(before, JSON.parse(JSON.stringify(wanted)) as JsonObject);
}

/** Makes the server refuse the patch with a conflict when the object has changed since it was read. */
function versioned(object: KubeObject, changes: JsonObject, written: ReadonlyMap<string, string>): JsonObject {
  const resourceVersion = written.get(uidOf(object)) ?? object.metadata.resourceVersion;
  if (resourceVersion === undefined) return changes;
  const metadata = (changes['metadata'] ?? {}) as JsonObject;
  return { ...changes, metadata: { ...metadata, resourceVersion } };
}

export function keyOf(object: KubeObject): ObjectKey {
  const { namespace } = object.metadata;
  return { ...gvkOf(object), name: nameOf(object), ...(namespace === undefined ? {} : { namespace }) };
}
