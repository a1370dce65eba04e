import { ownerRequest } from '../../../controller/index.ts';
import type { Change, ManagedControllerOptions, Request, Result } from '../../../controller/index.ts';
import { isApiError } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { CreateRefused, act, keyOf } from '../cluster/cluster.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import { planClaims } from '../cluster/claims.ts';
import { planOf } from '../cluster/plan.ts';
import { resultOf } from '../cluster/result.ts';
import { controllerOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../model/workloads.ts';
import { planDeployment } from './plan-deployment.ts';
import { hasDeadline, setCondition } from './status.ts';

const ACTOR: Actor = { manager: 'kube-controller-manager', component: 'deployment-controller' };

export function deploymentController(cluster: Cluster): ManagedControllerOptions {
  const { stores } = cluster;
  return {
    name: 'deployment',
    reconciler: new DeploymentReconciler(cluster),
    watches: [
      { informer: stores.of('Deployment') },
      { informer: stores.of('ReplicaSet'), map: ownerRequest('Deployment') },
      { informer: stores.of('Pod'), map: (change) => deploymentOfDeletedPod(cluster, change) },
    ],
  };
}

/** A Recreate rollout waits until the Pods of the old version are gone. */
function deploymentOfDeletedPod({ stores }: Cluster, { before, after }: Change): readonly Request[] {
  if (after !== undefined || before === undefined) return [];
  const owner = controllerOf(before);
  const { namespace } = before.metadata;
  if (owner?.kind !== 'ReplicaSet' || namespace === undefined) return [];
  const set = stores.get<ReplicaSet>('ReplicaSet', { namespace, name: owner.name });
  return set === undefined ? [] : ownerRequest('Deployment')({ after: set });
}

class DeploymentReconciler {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined> {
    const { stores, clock } = this.#cluster;
    const deployment = stores.get<Deployment>('Deployment', request);
    if (deployment === undefined) return undefined;
    const candidates = stores.claimable<ReplicaSet>('ReplicaSet', deployment);
    const claims = planClaims(deployment, deployment.spec.selector, candidates);
    const by = { ...ACTOR, signal };
    if (claims.actions.length > 0) {
      await act(this.#cluster, planOf(claims.actions), by); // the adopted ones come back with their owner
      return { requeueAfter: 1 };
    }
    const plan = planDeployment({
      deployment,
      replicaSets: claims.owned,
      podsOf: (set) => stores.controlledBy<Pod>('Pod', set),
      now: clock.now(),
    });
    try {
      await act(this.#cluster, plan, by);
    } catch (error) {
      await this.#onRefused(deployment, error, signal);
    }
    return resultOf(plan);
  }

  async #onRefused(deployment: Deployment, error: unknown, signal: AbortSignal): Promise<never> {
    if (!(error instanceof CreateRefused)) throw error;
    const taken = isApiError(error.cause, 'AlreadyExists');
    const status = taken
      ? await this.#afterCollision(deployment, error.object, signal)
      : withCreateError(deployment, error, this.#cluster.clock.now());
    if (status !== undefined) {
      await act(this.#cluster, planOf([{ do: 'status', object: deployment, status }]), { ...ACTOR, signal });
    }
    throw error;
  }

  /** A ReplicaSet of that name which is not ours asks for another hash. */
  async #afterCollision(
    deployment: Deployment,
    refused: KubeObject,
    signal: AbortSignal,
  ): Promise<DeploymentStatus | undefined> {
    const existing = await this.#cluster.client.get(keyOf(refused), { signal });
    if (existing === undefined) return undefined;
    if (isOwnedBy(existing, deployment)) {
      this.#cluster.stores.of('ReplicaSet').observe(existing); // created by us, the watch has not told yet
      return undefined;
    }
    return { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 };
  }
}

function withCreateError(deployment: Deployment, error: CreateRefused, now: number): DeploymentStatus | undefined {
  if (!hasDeadline(deployment)) return undefined;
  const { message } = error;
  const change = { type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message } as const;
  return { ...deployment.status, conditions: [...setCondition(deployment.status?.conditions ?? [], change, now)] };
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}
