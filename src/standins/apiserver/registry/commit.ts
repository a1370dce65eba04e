import type { KubeObject } from '../../../kube/index.ts';
import type { Cluster, Operation } from '../cluster.ts';
import type { Entry, Location } from '../store/entry.ts';

export interface Committed {
  readonly location: Location;
  readonly object: KubeObject;
  readonly remove?: boolean;
  readonly fieldManager?: string;
}

/** Stores a change and notes who made it; resolves when both survive the process. @throws ApiError 507 */
export async function commit(cluster: Cluster, operation: Operation, change: Committed): Promise<Entry> {
  const { collection, namespace, name } = change.location;
  const { object, remove = false } = change;
  const { entry, durable } = cluster.store.commit({ location: { collection, namespace, name }, object, remove });
  await durable;
  if (entry.collection !== 'events') await note(cluster, operation, { entry, fieldManager: change.fieldManager });
  return entry;
}

async function note(
  cluster: Cluster,
  operation: Operation,
  written: { readonly entry: Entry; readonly fieldManager: string | undefined },
): Promise<void> {
  const { info, type, user } = operation;
  const { entry, fieldManager } = written;
  await cluster.audit.record({
    time: new Date(cluster.clock.now()).toISOString(),
    user: user.name,
    groups: user.groups,
    ...(operation.impersonatedBy === undefined ? {} : { impersonatedBy: operation.impersonatedBy }),
    userAgent: operation.userAgent,
    verb: info.verb,
    ...(fieldManager === undefined ? {} : { fieldManager }),
    group: type.group,
    version: type.version,
    resource: type.resource,
    subresource: info.subresource,
    namespace: entry.namespace,
    name: entry.name,
    uid: entry.header.uid,
    resourceVersion: entry.resourceVersion,
  });
}
