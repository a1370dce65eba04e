import { TerminalError, ownerRequest } from '../../../controller/index.ts';
import type { ManagedControllerOptions, Request, Result } from '../../../controller/index.ts';
import { CreateRefused, act } from '../cluster/cluster.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import { planOf, warning } from '../cluster/plan.ts';
import { isNamespaceTerminating } from '../cluster/refusal.ts';
import { resultOf } from '../cluster/result.ts';
import { controllerOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { isTracked } from './job.ts';
import type { Job } from './job.ts';
import { planJob, release } from './plan-job.ts';

const ACTOR: Actor = { manager: 'kube-controller-manager', component: 'job-controller' };

export function jobController(cluster: Cluster): ManagedControllerOptions {
  const { stores } = cluster;
  return {
    name: 'job',
    reconciler: new JobReconciler(cluster),
    watches: [{ informer: stores.of('Job') }, { informer: stores.of('Pod'), map: ownerRequest('Job') }],
  };
}

class JobReconciler {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined> {
    const { stores, clock } = this.#cluster;
    const by = { ...ACTOR, signal };
    const job = stores.get<Job>('Job', request);
    if (job === undefined) {
      await act(this.#cluster, planOf(release(this.#leftBehind(request))), by);
      return undefined;
    }
    const plan = planJob({ job, pods: stores.controlledBy<Pod>('Pod', job), now: clock.now() });
    try {
      await act(this.#cluster, plan, by);
    } catch (error) {
      if (!(error instanceof CreateRefused)) throw error;
      if (isNamespaceTerminating(error.cause)) throw new TerminalError(error.message, { cause: error });
      await act(this.#cluster, planOf([warning(job, 'FailedCreate', `Error creating: ${error.message}`)]), by);
      throw error;
    }
    return resultOf(plan);
  }

  /** Pods of a Job that is gone. */
  #leftBehind({ namespace, name }: Request): readonly Pod[] {
    return this.#cluster.stores.list<Pod>('Pod', namespace).filter((pod) => {
      const owner = controllerOf(pod);
      return isTracked(pod) && owner?.kind === 'Job' && owner.name === name;
    });
  }
}
