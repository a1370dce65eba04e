import { describe, expect, it } from 'vitest';
import type { Pod } from '../model/pod.ts';
import { NOW, at, eventsOf, pod, statusOf, withoutEvents } from '../testing/builders.ts';
import type { PodOptions } from '../testing/builders.ts';
import { TRACKING, formatIndexes, parseIndexes } from './job.ts';
import type { Job, JobStatus } from './job.ts';
import { planJob } from './plan-job.ts';

function job(spec: Partial<Job['spec']> = {}, status?: JobStatus): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'sync', namespace: 'shop', uid: 'uid-sync', resourceVersion: '3' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'repo/job:1' }] } }, ...spec },
    status: { startTime: at(-30), ...status },
  };
}

const tracked = (name: string, options: PodOptions = {}): Pod => pod(name, { finalizers: [TRACKING], ...options });
const counted = (name: string, options: PodOptions = {}): Pod => pod(name, options);
const plan = (object: Job, pods: readonly Pod[] = []): ReturnType<typeof planJob> =>
  planJob({ job: object, pods, now: NOW });
const released = (name: string): string => `patch ${name} {"metadata":{"finalizers":null}}`;
const conditionTypes = (object: Job, pods: readonly Pod[]): string[] =>
  (statusOf<JobStatus>(plan(object, pods)).conditions ?? []).map(({ type, reason = '' }) => `${type} ${reason}`);

describe(planJob, () => {
  it.each([
    { reason: 'starts one Pod', spec: {}, pods: [], does: ['create Pod sync-*'] },
    { reason: 'leaves it alone', spec: {}, pods: [tracked('a')], does: [] },
    {
      reason: 'runs as many as parallelism allows',
      spec: { completions: 5, parallelism: 2 },
      pods: [],
      does: ['create Pod sync-*', 'create Pod sync-*'],
    },
    {
      reason: 'runs no more than are left to complete',
      spec: { completions: 3, parallelism: 2 },
      status: { succeeded: 2 },
      pods: [counted('a', { phase: 'Succeeded' }), counted('b', { phase: 'Succeeded' })],
      does: ['create Pod sync-*'],
    },
    {
      reason: 'takes surplus Pods away when parallelism shrinks',
      spec: { completions: 5, parallelism: 1 },
      pods: [tracked('a', { ready: true }), tracked('b')],
      does: ['delete b'],
    },
    {
      reason: 'first notes a finished Pod, then releases it',
      spec: { completions: 2, parallelism: 1 },
      pods: [tracked('a', { phase: 'Succeeded' })],
      does: [released('a'), 'create Pod sync-*'],
    },
    { reason: 'waits after a failure', spec: {}, pods: [counted('a', { phase: 'Failed', age: 5 })], does: [] },
    {
      reason: 'replaces a failed Pod when the wait is over',
      spec: {},
      pods: [counted('a', { phase: 'Failed', age: 11 })],
      does: ['create Pod sync-*'],
    },
    {
      reason: 'waits longer after a second failure',
      spec: {},
      pods: [counted('a', { phase: 'Failed', age: 40 }), counted('b', { phase: 'Failed', age: 11 })],
      does: [],
    },
  ])('$reason', ({ spec, status = {}, pods, does }) => {
    expect(withoutEvents(plan(job(spec, status), pods))).toEqual(['status', ...does]);
  });

  it('notes when it started', () => {
    const { status: _, ...fresh } = job();

    expect(statusOf<JobStatus>(plan(fresh)).startTime).toBe(at(0));
  });

  it('counts a Pod once, through all three steps', () => {
    const spec = { completions: 2, parallelism: 1 };
    const noted = statusOf<JobStatus>(plan(job(spec), [tracked('a', { phase: 'Succeeded' })]));
    const stillHeld = statusOf<JobStatus>(plan(job(spec, noted), [tracked('a', { phase: 'Succeeded' })]));
    const free = statusOf<JobStatus>(plan(job(spec, noted), [counted('a', { phase: 'Succeeded' })]));
    const after = statusOf<JobStatus>(plan(job(spec, free), [counted('a', { phase: 'Succeeded' })]));
    const gone = statusOf<JobStatus>(plan(job(spec, free), []));

    expect(noted).toMatchObject({ uncountedTerminatedPods: { succeeded: ['uid-a'] } });
    expect(noted.succeeded).toBeUndefined();
    expect(stillHeld).toMatchObject({ uncountedTerminatedPods: { succeeded: ['uid-a'] } });
    for (const status of [free, after, gone])
      expect(status).toMatchObject({ succeeded: 1, uncountedTerminatedPods: {} });
  });

  it('is decided first, and complete when everything is counted', () => {
    const deciding = [tracked('a', { phase: 'Succeeded' })];
    const decided = statusOf<JobStatus>(plan(job(), deciding));
    const done = plan(job({}, decided), [counted('a', { phase: 'Succeeded' })]);

    expect(conditionTypes(job(), deciding)).toEqual(['SuccessCriteriaMet CompletionsReached']);
    expect(statusOf<JobStatus>(done)).toMatchObject({
      succeeded: 1,
      completionTime: at(0),
      conditions: [{ type: 'SuccessCriteriaMet' }, { type: 'Complete', status: 'True', reason: 'CompletionsReached' }],
    });
    expect(eventsOf(done).map(({ reason }) => reason)).toEqual(['Completed']);
  });

  it.each([
    {
      reason: 'BackoffLimitExceeded',
      object: job({ backoffLimit: 1 }, { failed: 2 }),
      pods: [tracked('a')],
    },
    {
      reason: 'BackoffLimitExceeded',
      object: job({
        backoffLimit: 2,
        template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c' }] } },
      }),
      pods: [tracked('a', { restarts: 2 })],
    },
    { reason: 'DeadlineExceeded', object: job({ activeDeadlineSeconds: 30 }), pods: [tracked('a')] },
  ])('fails with $reason: Pods go first, then the Job has failed', ({ reason, object, pods }) => {
    const planned = plan(object, pods);
    const over = plan({ ...object, status: statusOf<JobStatus>(planned) });

    expect(withoutEvents(planned)).toEqual(['status', 'delete a']);
    expect(conditionTypes(object, pods)).toEqual([`FailureTarget ${reason}`]);
    expect(statusOf<JobStatus>(over).conditions?.at(-1)).toMatchObject({ type: 'Failed', reason });
    expect(eventsOf(over).map((event) => event.reason)).toEqual([reason]);
  });

  it('looks again at its deadline', () => {
    expect(plan(job({ activeDeadlineSeconds: 50 }), [tracked('a')]).requeueAfter).toBe(20_000);
  });

  it('suspends: Pods go, and the time starts anew on resuming', () => {
    const suspended = plan(job({ suspend: true }), [tracked('a')]);
    const status = statusOf<JobStatus>(suspended);
    const resumed = statusOf<JobStatus>(plan(job({}, status)));

    expect(withoutEvents(suspended)).toEqual(['delete a', 'status']);
    expect(status).not.toHaveProperty('startTime');
    expect(status.conditions).toMatchObject([{ type: 'Suspended', status: 'True' }]);
    expect(resumed.conditions).toMatchObject([{ type: 'Suspended', status: 'False', reason: 'JobResumed' }]);
  });

  it('gives the Pods of an Indexed Job the indexes that are free', () => {
    const spec = { completionMode: 'Indexed', completions: 4, parallelism: 3 };
    const index = (value: string): PodOptions => ({
      annotations: { 'batch.kubernetes.io/job-completion-index': value },
    });
    const pods = [tracked('b', index('1')), counted('a', { phase: 'Succeeded', ...index('0') })];

    const planned = plan(job(spec, { succeeded: 1, completedIndexes: '0' }), pods);

    expect(withoutEvents(planned)).toEqual(['status', 'create Pod sync-2-*', 'create Pod sync-3-*']);
    expect(planned.actions[1]).toMatchObject({
      object: { spec: { hostname: 'sync-2', containers: [{ env: [{ name: 'JOB_COMPLETION_INDEX', value: '2' }] }] } },
    });
  });

  describe('when it is finished', () => {
    const finished = (ttl?: number): Job =>
      job(ttl === undefined ? {} : { ttlSecondsAfterFinished: ttl }, {
        conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: at(-10) }],
      });

    it.each([
      { name: 'stays', ttl: undefined, does: [], wait: undefined },
      { name: 'stays until its time to live is over', ttl: 15, does: [], wait: 5_000 },
      { name: 'goes then', ttl: 10, does: ['delete sync'], wait: undefined },
    ])('$name', ({ ttl, does, wait }) => {
      const planned = plan(finished(ttl), [counted('a', { phase: 'Succeeded' })]);

      expect(withoutEvents(planned)).toEqual(does);
      expect(planned.requeueAfter).toBe(wait);
    });
  });

  it('releases its Pods when it is deleted', () => {
    const object = job();
    const deleted = { ...object, metadata: { ...object.metadata, deletionTimestamp: at(0) } };

    expect(withoutEvents(plan(deleted, [tracked('a'), counted('b')]))).toEqual([released('a')]);
  });
});

describe('index ranges', () => {
  it.each([
    { indexes: [0, 1, 2, 5], text: '0-2,5' },
    { indexes: [], text: '' },
    { indexes: [7], text: '7' },
  ])('$text', ({ indexes, text }) => {
    expect(formatIndexes(new Set(indexes))).toBe(text);
    expect([...parseIndexes(text)]).toEqual(indexes);
  });
});
