import { formatTime } from '../../../core/index.ts';
import { normal, planOf, warning } from '../cluster/plan.ts';
import type { Action, Plan } from '../cluster/plan.ts';
import { finishedCondition } from '../job/job.ts';
import type { Job } from '../job/job.ts';
import {
  byAge,
  controllerReference,
  createdAt,
  isTerminating,
  nameOf,
  namespaceOf,
  timeOf,
  uidOf,
} from '../model/meta.ts';
import type { CronJob, CronJobStatus } from './cron-job.ts';
import type { Schedule } from './schedule.ts';

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
/** Of missed times only this many are looked at: more are taken for a clock that jumped. */
const MOST_MISSED = 100;

export interface CronJobInputs {
  readonly cronJob: CronJob;
  /** Those that it owns. */
  readonly jobs: readonly Job[];
  readonly schedule: Schedule;
  readonly now: number;
}

/** One step of the CronJob controller: history trimmed, the Job that is due created. */
export function planCronJob(inputs: CronJobInputs): Plan {
  const { cronJob, jobs, schedule, now } = inputs;
  if (isTerminating(cronJob)) return planOf([]);
  const active = jobs.filter((job) => finishedCondition(job) === undefined);
  const status = currentStatus(cronJob, jobs, active);
  const history = planHistory(cronJob, jobs);
  if (cronJob.spec.suspend === true) return planOf([...history, statusAction(cronJob, status)]);
  const wait = (schedule.next(now) ?? now + 3_600_000) - now;
  const due = latestDue(inputs);
  const run = due === undefined ? { actions: [], status } : planRun(inputs, { due, active, status });
  return planOf([...history, ...run.actions, statusAction(cronJob, run.status)], wait);
}

interface Run {
  readonly due: number;
  readonly active: readonly Job[];
  readonly status: CronJobStatus;
}

function planRun(inputs: CronJobInputs, { due, active, status }: Run): { actions: Action[]; status: CronJobStatus } {
  const { cronJob, jobs } = inputs;
  const { concurrencyPolicy = 'Allow' } = cronJob.spec;
  const scheduled = { ...status, lastScheduleTime: formatTime(due) };
  const object = jobFor(cronJob, due);
  if (jobs.some((job) => nameOf(job) === nameOf(object))) return { actions: [], status: scheduled };
  if (concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    return { actions: [normal(cronJob, 'JobAlreadyActive', message)], status };
  }
  const replaced = concurrencyPolicy === 'Replace' ? active : [];
  return {
    actions: [
      ...replaced.flatMap((job) => remove(cronJob, job)),
      { do: 'create', object },
      normal(cronJob, 'SuccessfulCreate', `Created job ${nameOf(object)}`),
    ],
    status: scheduled,
  };
}

/** The last time that has come since the last run and that may still be started. */
function latestDue({ cronJob, schedule, now }: CronJobInputs): number | undefined {
  const { startingDeadlineSeconds } = cronJob.spec;
  const last = cronJob.status?.lastScheduleTime;
  const since = last === undefined ? createdAt(cronJob) : timeOf(last);
  const from = startingDeadlineSeconds === undefined ? since : Math.max(since, now - startingDeadlineSeconds * 1_000);
  let due: number | undefined;
  let missed = 0;
  for (let at = schedule.next(from); at !== undefined && at <= now; at = schedule.next(at)) {
    due = at;
    if (++missed === MOST_MISSED) return lastBefore(schedule, now);
  }
  return due;
}

/** The last time at or before `now`, searched backwards in growing steps. */
function lastBefore(schedule: Schedule, now: number): number | undefined {
  for (let step = 60_000; step <= now; step *= 2) {
    let due: number | undefined;
    for (let at = schedule.next(now - step); at !== undefined && at <= now; at = schedule.next(at)) due = at;
    if (due !== undefined) return due;
  }
  return undefined;
}

function currentStatus(cronJob: CronJob, jobs: readonly Job[], active: readonly Job[]): CronJobStatus {
  const successes = jobs.map((job) => timeOf(job.status?.completionTime)).filter((time) => time > 0);
  const last = Math.max(timeOf(cronJob.status?.lastSuccessfulTime), ...successes);
  const { active: _, ...rest } = cronJob.status ?? {};
  return {
    ...rest,
    ...(last > 0 ? { lastSuccessfulTime: formatTime(last) } : {}),
    ...(active.length === 0 ? {} : { active: active.toSorted(byAge).map(referenceTo) }),
  };
}

function referenceTo(job: Job): NonNullable<CronJobStatus['active']>[number] {
  const { apiVersion, kind } = job;
  return { apiVersion, kind, name: nameOf(job), namespace: namespaceOf(job), uid: uidOf(job) };
}

/** Deletes the oldest finished Jobs beyond the limits. */
function planHistory(cronJob: CronJob, jobs: readonly Job[]): readonly Action[] {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec;
  const finished = (type: string): readonly Job[] =>
    jobs.filter((job) => !isTerminating(job) && finishedCondition(job)?.type === type).toSorted(byAge);
  const beyond = (list: readonly Job[], limit: number): readonly Job[] =>
    list.slice(0, Math.max(0, list.length - limit));
  return [
    ...beyond(finished('Complete'), successfulJobsHistoryLimit),
    ...beyond(finished('Failed'), failedJobsHistoryLimit),
  ].flatMap((job) => remove(cronJob, job));
}

function remove(cronJob: CronJob, object: Job): readonly Action[] {
  return [{ do: 'delete', object }, normal(cronJob, 'SuccessfulDelete', `Deleted job ${nameOf(object)}`)];
}

/** Its name follows from its time: two runs of the controller create one Job. */
function jobFor(cronJob: CronJob, due: number): Job {
  const { jobTemplate } = cronJob.spec;
  const { labels, annotations } = jobTemplate.metadata ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${nameOf(cronJob)}-${Math.floor(due / 60_000)}`,
      namespace: namespaceOf(cronJob),
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, [SCHEDULED_AT]: formatTime(due) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: jobTemplate.spec,
  };
}

function statusAction(object: CronJob, status: CronJobStatus): Action {
  return { do: 'status', object, status };
}

/** A schedule that cannot be read is told, and waited for to be mended. */
export function planUnreadable(cronJob: CronJob, message: string): Plan {
  return planOf([warning(cronJob, 'UnparseableSchedule', `unparseable schedule: ${message}`)]);
}
