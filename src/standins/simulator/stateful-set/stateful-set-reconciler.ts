import { ownerRequest } from '../../../controller/index.ts';
import type { ManagedControllerOptions, Request, Result } from '../../../controller/index.ts';
import { act } from '../cluster/cluster.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import { planClaims } from '../cluster/claims.ts';
import { planOf } from '../cluster/plan.ts';
import { resultOf } from '../cluster/result.ts';
import { isTerminating, nameOf, namespaceOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import type { ControllerRevision, StatefulSet } from '../model/workloads.ts';
import { REVISION_HASH, planHistory, planRevision } from '../revision/plan-revision.ts';
import { planStatefulSet } from './plan-stateful-set.ts';

const ACTOR: Actor = { manager: 'kube-controller-manager', component: 'statefulset-controller' };

export function statefulSetController(cluster: Cluster): ManagedControllerOptions {
  const { stores } = cluster;
  return {
    name: 'statefulset',
    reconciler: new StatefulSetReconciler(cluster),
    watches: [{ informer: stores.of('StatefulSet') }, { informer: stores.of('Pod'), map: ownerRequest('StatefulSet') }],
  };
}

class StatefulSetReconciler {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined> {
    const { stores, clock } = this.#cluster;
    const statefulSet = stores.get<StatefulSet>('StatefulSet', request);
    if (statefulSet === undefined) return undefined;
    const by = { ...ACTOR, signal };
    const revisions = stores.controlledBy<ControllerRevision>('ControllerRevision', statefulSet);
    const revision = planRevision(statefulSet, revisions, statefulSet.status?.collisionCount);
    if (!isTerminating(statefulSet)) await act(this.#cluster, planOf(revision.actions), by);
    const { update } = revision;
    const current = revisions.find((known) => nameOf(known) === statefulSet.status?.currentRevision) ?? update;
    const claimed = planClaims(statefulSet, statefulSet.spec.selector, stores.claimable<Pod>('Pod', statefulSet));
    const claims = new Set(stores.list('PersistentVolumeClaim', namespaceOf(statefulSet)).map(nameOf));
    const now = clock.now();
    const plan = planStatefulSet({ statefulSet, pods: claimed.owned, current, update, claims, now });
    const live = [
      nameOf(current),
      nameOf(update),
      ...claimed.owned.map((pod) => pod.metadata.labels?.[REVISION_HASH] ?? ''),
    ];
    const history = planHistory(statefulSet, revisions, new Set(live));
    await act(this.#cluster, planOf([...claimed.actions, ...plan.actions, ...history]), by);
    return resultOf(plan);
  }
}
