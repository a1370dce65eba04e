import { TerminalError, ownerRequest } from '../../../controller/index.ts';
import type { Change, ManagedControllerOptions, Request, Result } from '../../../controller/index.ts';
import { matchLabels } from '../../../kube/index.ts';
import { CreateRefused, act } from '../cluster/cluster.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import { planClaims } from '../cluster/claims.ts';
import { PendingDeletions } from '../cluster/pending-deletions.ts';
import { planOf, warning } from '../cluster/plan.ts';
import type { Plan } from '../cluster/plan.ts';
import { isNamespaceTerminating } from '../cluster/refusal.ts';
import { resultOf } from '../cluster/result.ts';
import { controllerOf, isTerminating, nameOf } from '../model/meta.ts';
import { isActive } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import type { ReplicaSet } from '../model/workloads.ts';
import { planReplicaSet, replicaSetStatus } from './plan-replica-set.ts';

const ACTOR: Actor = { manager: 'kube-controller-manager', component: 'replicaset-controller' };

export function replicaSetController(cluster: Cluster): ManagedControllerOptions {
  const { stores } = cluster;
  return {
    name: 'replicaset',
    reconciler: new ReplicaSetReconciler(cluster),
    watches: [
      { informer: stores.of('ReplicaSet') },
      { informer: stores.of('Pod'), map: ownerRequest('ReplicaSet') },
      { informer: stores.of('Pod'), map: (change) => adoptersOf(cluster, change) },
    ],
  };
}

/** A Pod without a controller may belong to any ReplicaSet that selects it. */
function adoptersOf({ stores }: Cluster, { after }: Change): readonly Request[] {
  if (after === undefined || isTerminating(after) || controllerOf(after) !== undefined) return [];
  const { namespace = '', labels } = after.metadata;
  return stores
    .list<ReplicaSet>('ReplicaSet', namespace)
    .filter((set) => matchLabels(set.spec.selector, labels))
    .map((set) => ({ namespace, name: nameOf(set) }));
}

class ReplicaSetReconciler {
  readonly #cluster: Cluster;
  readonly #deletions = new PendingDeletions();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined> {
    const { stores, clock } = this.#cluster;
    const replicaSet = stores.get<ReplicaSet>('ReplicaSet', request);
    if (replicaSet === undefined) return undefined;
    const candidates = stores.claimable<Pod>('Pod', replicaSet).filter(isActive);
    const claims = planClaims(replicaSet, replicaSet.spec.selector, candidates);
    const pods = this.#deletions.without(claims.owned, clock.now());
    const plan = planReplicaSet({ replicaSet, pods, now: clock.now() });
    const by = { ...ACTOR, signal };
    try {
      await act(this.#cluster, planOf([...claims.actions, ...plan.actions]), by);
    } catch (error) {
      await this.#onRefused(replicaSet, pods, { error, signal });
    }
    this.#deletions.note(plan, clock.now());
    return resultOf(plan);
  }

  async #onRefused(
    replicaSet: ReplicaSet,
    pods: readonly Pod[],
    { error, signal }: { readonly error: unknown; readonly signal: AbortSignal },
  ): Promise<never> {
    if (!(error instanceof CreateRefused)) throw error;
    if (isNamespaceTerminating(error.cause)) throw new TerminalError(error.message, { cause: error });
    const message = `Error creating: ${error.message}`;
    const failure = { reason: 'FailedCreate', message: error.message } as const;
    const status = replicaSetStatus({ replicaSet, pods, now: this.#cluster.clock.now(), failure });
    const plan: Plan = planOf([
      warning(replicaSet, 'FailedCreate', message),
      { do: 'status', object: replicaSet, status },
    ]);
    await act(this.#cluster, plan, { ...ACTOR, signal });
    throw error;
  }
}
