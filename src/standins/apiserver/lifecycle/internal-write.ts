import { formatTime } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Cluster } from '../cluster.ts';
import { isFinished } from '../registry/finished.ts';
import type { Entry, Location } from '../store/entry.ts';

/**
 * Stores what one of the server's own loops has decided on an object, or removes it when it was only waiting for that.
 * `object` must come from the live state of this very moment.
 */
export async function rewrite(cluster: Cluster, location: Location, object: KubeObject): Promise<void> {
  const { collection, namespace, name } = location;
  const place = { collection, namespace, name };
  await cluster.store.commit({ location: place, object, remove: isFinished(object) }).durable;
}

/** Deletes an object as a client would, in the background, without a grace period; finalizers hold it. */
export function removeEntry(cluster: Cluster, entry: Entry): void {
  const live = cluster.store.collection(entry.collection).get(entry.namespace, entry.name);
  if (live === undefined || live.header.uid !== entry.header.uid) return;
  const object = live.object();
  const { metadata } = object;
  const marked = metadata.deletionTimestamp !== undefined && (metadata.deletionGracePeriodSeconds ?? 0) === 0;
  if (marked && !isFinished(object)) return;
  metadata.deletionTimestamp ??= formatTime(cluster.clock.now());
  metadata.deletionGracePeriodSeconds = 0;
  rewrite(cluster, live, object).catch(() => undefined); // read-only now; the loop tries again after the next start
}
