import { timeOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { completionsOf, isIndexed } from './job.ts';
import type { Job } from './job.ts';
import type { PodCount } from './count-pods.ts';

/** How a Job ends. */
export interface Outcome {
  readonly result: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** `undefined` while the Job goes on. */
export function outcomeOf(job: Job, count: PodCount, now: number): Outcome | undefined {
  const { backoffLimit = 6 } = job.spec;
  if (count.failed > backoffLimit || restartsExceed(job, count.active, backoffLimit)) {
    return {
      result: 'Failed',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  const deadline = deadlineIn(job, now);
  if (deadline !== undefined && deadline <= 0) {
    const message = 'Job was active longer than specified deadline';
    return { result: 'Failed', reason: 'DeadlineExceeded', message };
  }
  if (!isSuccessful(job, count)) return undefined;
  const message = 'Reached expected number of succeeded pods';
  return { result: 'Complete', reason: 'CompletionsReached', message };
}

/** Milliseconds until `activeDeadlineSeconds` is over. */
export function deadlineIn(job: Job, now: number): number | undefined {
  const { activeDeadlineSeconds } = job.spec;
  const { startTime } = job.status ?? {};
  if (activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
  return timeOf(startTime) + activeDeadlineSeconds * 1_000 - now;
}

function isSuccessful(job: Job, count: PodCount): boolean {
  const completions = completionsOf(job);
  if (completions === undefined) return count.succeeded > 0 && count.active.length === 0;
  return (isIndexed(job) ? count.completedIndexes.size : count.succeeded) >= completions;
}

/** Containers that are restarted in place count too. */
function restartsExceed({ spec }: Job, active: readonly Pod[], limit: number): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const statuses = active.flatMap((pod) => [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ]);
  const restarts = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}
