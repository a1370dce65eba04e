import { messageOf } from '../../../core/index.ts';
import { ownerRequest } from '../../../controller/index.ts';
import type { ManagedControllerOptions, Request, Result } from '../../../controller/index.ts';
import { act } from '../cluster/cluster.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import type { Plan } from '../cluster/plan.ts';
import { resultOf } from '../cluster/result.ts';
import type { Job } from '../job/job.ts';
import type { CronJob } from './cron-job.ts';
import { planCronJob, planUnreadable } from './plan-cron-job.ts';
import { parseSchedule } from './schedule.ts';

const ACTOR: Actor = { manager: 'kube-controller-manager', component: 'cronjob-controller' };

export function cronJobController(cluster: Cluster): ManagedControllerOptions {
  const { stores } = cluster;
  return {
    name: 'cronjob',
    reconciler: new CronJobReconciler(cluster),
    watches: [{ informer: stores.of('CronJob') }, { informer: stores.of('Job'), map: ownerRequest('CronJob') }],
  };
}

class CronJobReconciler {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined> {
    const cronJob = this.#cluster.stores.get<CronJob>('CronJob', request);
    if (cronJob === undefined) return undefined;
    const plan = this.#plan(cronJob);
    await act(this.#cluster, plan, { ...ACTOR, signal });
    return resultOf(plan);
  }

  #plan(cronJob: CronJob): Plan {
    const { stores, clock } = this.#cluster;
    const jobs = stores.controlledBy<Job>('Job', cronJob);
    let schedule;
    try {
      schedule = parseSchedule(cronJob.spec.schedule, cronJob.spec.timeZone);
    } catch (error) {
      return planUnreadable(cronJob, messageOf(error));
    }
    return planCronJob({ cronJob, jobs, schedule, now: clock.now() });
  }
}
