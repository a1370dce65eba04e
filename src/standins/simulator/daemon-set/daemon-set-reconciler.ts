import { ownerRequest } from '../../../controller/index.ts';
import type { ManagedControllerOptions, Request, Result } from '../../../controller/index.ts';
import { act } from '../cluster/cluster.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import { planClaims } from '../cluster/claims.ts';
import { planOf } from '../cluster/plan.ts';
import { resultOf } from '../cluster/result.ts';
import { NODE_NAME } from '../kubelet/node-identity.ts';
import { isTerminating, nameOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import type { ControllerRevision, DaemonSet } from '../model/workloads.ts';
import { planHistory, planRevision, revisionHash } from '../revision/plan-revision.ts';
import { planDaemonSet } from './plan-daemon-set.ts';

const ACTOR: Actor = { manager: 'kube-controller-manager', component: 'daemonset-controller' };

export function daemonSetController(cluster: Cluster): ManagedControllerOptions {
  const { stores } = cluster;
  return {
    name: 'daemonset',
    reconciler: new DaemonSetReconciler(cluster),
    watches: [{ informer: stores.of('DaemonSet') }, { informer: stores.of('Pod'), map: ownerRequest('DaemonSet') }],
  };
}

class DaemonSetReconciler {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined> {
    const { stores, clock } = this.#cluster;
    const daemonSet = stores.get<DaemonSet>('DaemonSet', request);
    if (daemonSet === undefined) return undefined;
    const by = { ...ACTOR, signal };
    const revisions = stores.controlledBy<ControllerRevision>('ControllerRevision', daemonSet);
    const revision = planRevision(daemonSet, revisions);
    if (!isTerminating(daemonSet)) await act(this.#cluster, planOf(revision.actions), by);
    const claimed = planClaims(daemonSet, daemonSet.spec.selector, stores.claimable<Pod>('Pod', daemonSet));
    const pods = claimed.owned;
    const hash = revisionHash(revision.update);
    const plan = planDaemonSet({ daemonSet, pods, hash, nodeName: NODE_NAME, now: clock.now() });
    const history = planHistory(daemonSet, revisions, new Set([nameOf(revision.update)]));
    await act(this.#cluster, planOf([...claimed.actions, ...plan.actions, ...history]), by);
    return resultOf(plan);
  }
}
