import type { KubeObject } from '../kube/index.ts';
import type { ApplicationCondition } from './application.ts';
import type { LiveCluster } from './live-cluster.ts';
import { ownerOf } from './tracking.ts';

/** An object that another Application has, or had first. */
export interface SharedResource {
  readonly object: KubeObject;
  readonly owner: string;
}

export interface ClaimOrder {
  /** As in tracking ids. */
  readonly application: string;
  readonly exists: (application: string) => boolean;
  /** Sorts the Applications that want an object nobody has yet; the smallest gets it. */
  readonly seniority: (application: string) => string;
}

/** The targets that belong to somebody else: to who has them, else to the oldest Application that wants them. */
export function sharedResources(
  targets: readonly KubeObject[],
  cluster: LiveCluster,
  order: ClaimOrder,
): readonly SharedResource[] {
  return targets.flatMap((object) => {
    const owner = rightfulOwner(object, cluster, order);
    return owner === order.application ? [] : [{ object, owner }];
  });
}

function rightfulOwner(object: KubeObject, cluster: LiveCluster, order: ClaimOrder): string {
  const live = cluster.get(object);
  const holder = live === undefined ? undefined : ownerOf(live);
  const others = [...cluster.claimants(object)].filter((name) => name !== order.application && order.exists(name));
  // An Application that is gone, or that no longer wants the object, has no claim to it.
  if (holder === order.application) return holder;
  if (holder !== undefined && order.exists(holder)) return holder;
  return [order.application, ...others].reduce((first, name) =>
    order.seniority(name) < order.seniority(first) ? name : first,
  );
}

export function sharedCondition(
  application: string,
  shared: readonly SharedResource[],
): readonly ApplicationCondition[] {
  return shared.map(({ object, owner }) => ({
    type: 'SharedResourceWarning',
    message: `${object.kind}/${object.metadata.name ?? ''} is part of applications ${application} and ${owner}`,
  }));
}
