import type { KubeObject } from '../../../kube/index.ts';
import { isApiError } from '../../../kube/index.ts';
import { systemUser } from '../access/user.ts';
import type { Cluster, Operation } from '../cluster.ts';
import { commit } from '../registry/commit.ts';
import { create } from '../registry/create.ts';
import { remove } from '../registry/delete.ts';
import type { Propagation } from '../registry/delete-options.ts';
import { isFinished } from '../registry/finished.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Entry, Location } from '../store/entry.ts';

/**
 * Stores what one of the server's own loops has decided on an object, or removes it when it was only waiting for that.
 * The object must come from the live state of this very moment.
 */
export async function rewrite(cluster: Cluster, write: InternalWrite): Promise<void> {
  const { location, object, by } = write;
  const type = cluster.catalog.ofCollection(location.collection);
  if (type === undefined) return;
  const { namespace, name } = location;
  const remove = isFinished(object);
  const operation = operationOf(type, { verb: remove ? 'delete' : 'update', namespace, name, by });
  await commit(cluster, operation, { location, object, remove });
}

export interface InternalWrite {
  readonly location: Location;
  readonly object: KubeObject;
  /** Name of the loop. */
  readonly by: string;
}

/** Deletes an object as a client would; finalizers and a pod's grace period hold it. @throws ApiError */
export async function removeEntry(
  cluster: Cluster,
  entry: Entry,
  options: { readonly by: string; readonly propagation?: Propagation },
): Promise<void> {
  const type = cluster.catalog.ofCollection(entry.collection);
  if (type === undefined) return;
  const { namespace, name } = entry;
  const operation = operationOf(type, { verb: 'delete', namespace, name, by: options.by });
  const deletion = {
    dryRun: false,
    propagation: options.propagation,
    graceSeconds: undefined,
    uid: entry.header.uid,
    resourceVersion: undefined,
  };
  try {
    await remove(cluster, operation, { name, options: deletion });
  } catch (error) {
    if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error; // gone, or a new one of that name
  }
}

/** Creates an object of the server's own, unless there is one of that name. @throws ApiError */
export async function createIfMissing(cluster: Cluster, object: KubeObject, by: string): Promise<void> {
  const [group = '', version = ''] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion];
  const type = cluster.catalog.findKind({ group, version, kind: object.kind });
  if (type === undefined) throw new Error(`Cannot create an object of a kind that is not served: ${object.kind}`);
  const { namespace = '', name = '' } = object.metadata;
  if (cluster.store.collection(type.collection).get(namespace, name) !== undefined) return;
  const options = {
    dryRun: false,
    fieldManager: by,
    namedManager: true,
    fieldValidation: 'Ignore',
    force: undefined,
  } as const;
  try {
    await create(cluster, operationOf(type, { verb: 'create', namespace, name: '', by }), { object, options });
  } catch (error) {
    if (!isApiError(error, 'AlreadyExists')) throw error;
  }
}

function operationOf(
  type: ResourceType,
  place: { readonly verb: string; readonly namespace: string; readonly name: string; readonly by: string },
): Operation {
  const { group, version, resource } = type;
  const { verb, namespace, name, by } = place;
  const info = { verb, group, version, resource, namespace, name, subresource: '', rest: [], path: '' };
  return { info, type, user: systemUser(by), userAgent: by, warnings: new Set() };
}
