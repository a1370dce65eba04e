import type { Change, ManagedControllerOptions, Request, Result } from '../../../controller/index.ts';
import { act } from '../cluster/cluster.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import { NOTHING, normal, planOf, warning } from '../cluster/plan.ts';
import type { Plan } from '../cluster/plan.ts';
import { withCondition } from '../model/conditions.ts';
import { isTerminating, nameOf, namespaceOf } from '../model/meta.ts';
import { isFinished } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import { NODE_NAME } from './node-identity.ts';

const ACTOR: Actor = { manager: 'kube-scheduler', component: 'default-scheduler' };

export function schedulerController(cluster: Cluster): ManagedControllerOptions {
  return {
    name: 'scheduler',
    reconciler: new SchedulerReconciler(cluster),
    watches: [
      { informer: cluster.stores.of('Pod') },
      { informer: cluster.stores.of('PersistentVolumeClaim'), map: (change) => podsOfClaim(cluster, change) },
    ],
  };
}

/** Whether a Pod waits for a node, and what keeps it from getting one. */
export function schedulingOf(pod: Pod, claims: (name: string) => string | undefined): 'settled' | 'ready' | Obstacle {
  if (pod.spec.nodeName !== undefined || isTerminating(pod) || isFinished(pod)) return 'settled';
  const gates = pod.spec.schedulingGates ?? [];
  if (gates.length > 0) {
    const message = `Scheduling is blocked due to non-empty scheduling gates`;
    return { reason: 'SchedulingGated', message };
  }
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue;
    const phase = claims(persistentVolumeClaim.claimName);
    if (phase === 'Bound') continue;
    const text = `persistentvolumeclaim "${persistentVolumeClaim.claimName}" not found`;
    const obstacle = phase === undefined ? text : 'pod has unbound immediate PersistentVolumeClaims';
    return { reason: 'Unschedulable', message: `0/1 nodes are available: ${obstacle}.` };
  }
  return 'ready';
}

export interface Obstacle {
  readonly reason: 'SchedulingGated' | 'Unschedulable';
  readonly message: string;
}

/** Says why a Pod cannot be scheduled. */
export function planObstacle(pod: Pod, obstacle: Obstacle, now: number): Plan {
  const conditions = withCondition(pod.status?.conditions, { type: 'PodScheduled', status: 'False', ...obstacle }, now);
  if (conditions === pod.status?.conditions) return NOTHING;
  const status = { ...pod.status, phase: 'Pending', conditions };
  const told = obstacle.reason === 'Unschedulable' ? [warning(pod, 'FailedScheduling', obstacle.message)] : [];
  return planOf([{ do: 'status', object: pod, status }, ...told]);
}

class SchedulerReconciler {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined> {
    const { stores, clock } = this.#cluster;
    const pod = stores.get<Pod>('Pod', request);
    if (pod === undefined) return undefined;
    const namespace = namespaceOf(pod);
    const scheduling = schedulingOf(pod, (name) => {
      const claim = stores.get('PersistentVolumeClaim', { namespace, name });
      return claim === undefined
        ? undefined
        : ((claim['status'] as { phase?: string } | undefined)?.phase ?? 'Pending');
    });
    if (scheduling === 'settled') return undefined;
    if (scheduling !== 'ready') {
      await act(this.#cluster, planObstacle(pod, scheduling, clock.now()), { ...ACTOR, signal });
      return undefined;
    }
    await this.#cluster.nodeApi.bind(pod, NODE_NAME, signal);
    const message = `Successfully assigned ${namespace}/${nameOf(pod)} to ${NODE_NAME}`;
    await act(this.#cluster, planOf([normal(pod, 'Scheduled', message)]), { ...ACTOR, signal });
    return undefined;
  }
}

function podsOfClaim({ stores }: Cluster, { after }: Change): readonly Request[] {
  if (after === undefined) return [];
  const namespace = namespaceOf(after);
  const waiting = stores.list<Pod>('Pod', namespace).filter((pod) => pod.spec.nodeName === undefined);
  return waiting
    .filter((pod) =>
      pod.spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === nameOf(after)),
    )
    .map((pod) => ({ namespace, name: nameOf(pod) }));
}
