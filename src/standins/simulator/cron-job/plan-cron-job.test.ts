import { describe, expect, it } from 'vitest';
import type { Job } from '../job/job.ts';
import { NOW, at, statusOf, withoutEvents } from '../testing/builders.ts';
import type { CronJob, CronJobStatus } from './cron-job.ts';
import { planCronJob } from './plan-cron-job.ts';
import { parseSchedule } from './schedule.ts';

function cronJob(spec: Partial<CronJob['spec']> = {}, status: CronJobStatus = { lastScheduleTime: at(-300) }): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'shop', uid: 'uid-tick', creationTimestamp: at(-7_200) },
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: { spec: { containers: [] } } } }, ...spec },
    status,
  };
}

function job(name: string, condition?: 'Complete' | 'Failed', age = 300): Job {
  const conditions = condition === undefined ? [] : [{ type: condition, status: 'True' }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, creationTimestamp: at(-age) },
    spec: { template: { spec: { containers: [] } } },
    status: { conditions, ...(condition === 'Complete' ? { completionTime: at(10 - age) } : {}) },
  };
}

function plan(object: CronJob, jobs: readonly Job[] = [], now = NOW): ReturnType<typeof planCronJob> {
  const schedule = parseSchedule(object.spec.schedule, object.spec.timeZone);
  return planCronJob({ cronJob: object, jobs, schedule, now });
}

const due = `tick-${NOW / 60_000}`;

describe(planCronJob, () => {
  it.each([
    { reason: 'creates the Job that is due', object: cronJob(), jobs: [], does: [`create Job ${due}`] },
    { reason: 'waits for its time', object: cronJob({}, { lastScheduleTime: at(0) }), jobs: [], does: [] },
    { reason: 'does nothing while suspended', object: cronJob({ suspend: true }), jobs: [], does: [] },
    { reason: 'does not create it twice', object: cronJob(), jobs: [job(due)], does: [] },
    {
      reason: 'lets them run side by side',
      object: cronJob({ concurrencyPolicy: 'Allow' }),
      jobs: [job('before')],
      does: [`create Job ${due}`],
    },
    {
      reason: 'does not start beside another when that is forbidden',
      object: cronJob({ concurrencyPolicy: 'Forbid' }),
      jobs: [job('before')],
      does: [],
    },
    {
      reason: 'replaces the other',
      object: cronJob({ concurrencyPolicy: 'Replace' }),
      jobs: [job('before')],
      does: ['delete before', `create Job ${due}`],
    },
    {
      reason: 'starts only the last of many that were missed',
      object: cronJob({}, { lastScheduleTime: at(-7_200) }),
      jobs: [],
      does: [`create Job ${due}`],
    },
    {
      reason: 'lets go what was missed for too long',
      object: cronJob({ startingDeadlineSeconds: 30, schedule: '2-59/5 * * * *' }),
      jobs: [],
      does: [],
    },
    {
      reason: 'deletes the oldest of its history',
      object: cronJob({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 }, { lastScheduleTime: at(0) }),
      jobs: [job('c', 'Complete', 100), job('a', 'Complete', 900), job('b', 'Complete', 500), job('f', 'Failed')],
      does: ['delete a', 'delete b', 'delete f'],
    },
  ])('$reason', ({ object, jobs, does }) => {
    expect(withoutEvents(plan(object, jobs))).toEqual([...does, 'status']);
  });

  it('tells what runs, when it ran and when it last worked', () => {
    const status = statusOf<CronJobStatus>(plan(cronJob(), [job('a', 'Complete', 600), job('b')]));

    expect(status).toEqual({
      active: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'b', namespace: 'shop', uid: 'uid-b' }],
      lastScheduleTime: at(0),
      lastSuccessfulTime: at(-590),
    });
  });

  it('looks again at the next time', () => {
    expect(plan(cronJob(), [], NOW + 60_000).requeueAfter).toBe(240_000);
  });

  it('finds the last of very many missed times', () => {
    const object = cronJob({ schedule: '* * * * *' }, { lastScheduleTime: at(-86_400 * 30) });

    expect(withoutEvents(plan(object, []))).toEqual([`create Job ${due}`, 'status']);
  });
});

describe(parseSchedule, () => {
  it.each([
    { text: '0 12 * * *', zone: 'Etc/UTC', next: Date.UTC(2026, 0, 15, 12) },
    { text: '0 12 * * *', zone: 'Europe/Paris', next: Date.UTC(2026, 0, 15, 11) },
    { text: '@hourly', zone: 'Etc/UTC', next: Date.UTC(2026, 0, 15, 10) },
    { text: '0 0 1 * mon', zone: 'Etc/UTC', next: Date.UTC(2026, 0, 19) },
  ])('$text in $zone', ({ text, zone, next }) => {
    expect(parseSchedule(text, zone).next(NOW)).toBe(next);
  });

  it.each([['* * *'], ['* * * * * *'], ['61 * * * *']])('refuses %s', (text) => {
    expect(() => parseSchedule(text)).toThrow();
  });
});
