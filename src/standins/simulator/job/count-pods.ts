import { isTerminating, uidOf } from '../model/meta.ts';
import { isActive, isFinished, isReady } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import { completionIndex, formatIndexes, isIndexed, isTracked, parseIndexes } from './job.ts';
import type { Job, JobStatus } from './job.ts';

/** The Pods of a Job by what became of them. */
export interface PodCount {
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  /** Counted for good or about to be. */
  readonly succeeded: number;
  readonly failed: number;
  readonly completedIndexes: ReadonlySet<number>;
  /** Every finished Pod is counted for good. */
  readonly settled: boolean;
  /** Counted in the status now, so that their finalizer can go. */
  readonly released: readonly Pod[];
  /** The counters of the next status. */
  readonly counters: Pick<
    JobStatus,
    'active' | 'ready' | 'terminating' | 'succeeded' | 'failed' | 'completedIndexes' | 'uncountedTerminatedPods'
  >;
}

/**
 * Counts each finished Pod once, however often the controller stops in between: its uid is first written to
 * `uncountedTerminatedPods`, then its finalizer goes, then the counter moves.
 */
export function countPods(job: Job, pods: readonly Pod[]): PodCount {
  const byUid = new Map(pods.map((pod) => [uidOf(pod), pod]));
  const { uncountedTerminatedPods: uncounted = {}, succeeded = 0, failed = 0 } = job.status ?? {};
  const tally = (listed: readonly string[], phase: 'Succeeded' | 'Failed'): Tally =>
    tallyOf(
      listed,
      pods.filter((pod) => pod.status?.phase === phase),
      byUid,
    );
  const successes = tally(uncounted.succeeded ?? [], 'Succeeded');
  const failures = tally(uncounted.failed ?? [], 'Failed');
  const active = pods.filter(isActive);
  const terminating = pods.filter((pod) => isTerminating(pod) && !isFinished(pod));
  const completedIndexes = completed(job, pods);
  const pending = [...successes.pending, ...failures.pending];
  return {
    active,
    terminating,
    succeeded: succeeded + successes.counted + successes.pending.length,
    failed: failed + failures.counted + failures.pending.length,
    completedIndexes,
    settled: pending.length === 0,
    released: pending.map((uid) => byUid.get(uid)).filter((pod) => pod !== undefined),
    counters: {
      ...positive('active', active.length),
      ready: active.filter(isReady).length,
      terminating: terminating.length,
      ...positive('succeeded', succeeded + successes.counted),
      ...positive('failed', failed + failures.counted),
      ...(isIndexed(job) ? { completedIndexes: formatIndexes(completedIndexes) } : {}),
      uncountedTerminatedPods: {
        ...(successes.pending.length === 0 ? {} : { succeeded: [...successes.pending] }),
        ...(failures.pending.length === 0 ? {} : { failed: [...failures.pending] }),
      },
    },
  };
}

interface Tally {
  /** Listed before, and without their finalizer by now. */
  readonly counted: number;
  /** Uids to list. */
  readonly pending: readonly string[];
}

function tallyOf(listed: readonly string[], finished: readonly Pod[], byUid: ReadonlyMap<string, Pod>): Tally {
  const isHeld = (uid: string): boolean => {
    const pod = byUid.get(uid);
    return pod !== undefined && isTracked(pod);
  };
  const still = listed.filter(isHeld);
  const fresh = finished.filter((pod) => isTracked(pod) && !listed.includes(uidOf(pod))).map(uidOf);
  return { counted: listed.length - still.length, pending: [...still, ...fresh] };
}

function completed(job: Job, pods: readonly Pod[]): ReadonlySet<number> {
  const indexes = new Set(parseIndexes(job.status?.completedIndexes));
  for (const pod of pods) {
    const index = pod.status?.phase === 'Succeeded' ? completionIndex(pod) : undefined;
    if (index !== undefined) indexes.add(index);
  }
  return indexes;
}

function positive(field: string, count: number): Readonly<Record<string, number>> {
  return count === 0 ? {} : { [field]: count };
}
