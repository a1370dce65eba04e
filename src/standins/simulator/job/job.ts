import type { KubeObject } from '../../../kube/index.ts';
import { findCondition } from '../model/meta.ts';
import type { Condition } from '../model/meta.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';

/** Keeps a finished Pod until the Job has counted it. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

export interface Job extends KubeObject {
  spec: {
    template: PodTemplate;
    completions?: number;
    parallelism?: number;
    completionMode?: string;
    backoffLimit?: number;
    activeDeadlineSeconds?: number;
    ttlSecondsAfterFinished?: number;
    suspend?: boolean;
  };
  status?: JobStatus;
}

export interface JobStatus {
  startTime?: string;
  completionTime?: string;
  active?: number;
  ready?: number;
  terminating?: number;
  succeeded?: number;
  failed?: number;
  completedIndexes?: string;
  conditions?: Condition[];
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] };
}

/** `Complete` or `Failed`, once either is true. */
export function finishedCondition(job: Job): Condition | undefined {
  const complete = findCondition(job.status?.conditions, 'Complete');
  if (complete?.status === 'True') return complete;
  const failed = findCondition(job.status?.conditions, 'Failed');
  return failed?.status === 'True' ? failed : undefined;
}

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING) === true;
}

/** How many Pods must succeed; `undefined` when one success and no Pod left is enough. */
export function completionsOf({ spec }: Job): number | undefined {
  if (spec.completions !== undefined) return spec.completions;
  return spec.parallelism === undefined ? 1 : undefined;
}

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

export function completionIndex(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX];
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

/** Reads `0-2,5`. */
export function parseIndexes(text: string | undefined): ReadonlySet<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',').filter((range) => range !== '')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    for (let index = first; index <= last; index++) indexes.add(index);
  }
  return indexes;
}

/** Writes `0-2,5`. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const ranges: [number, number][] = [];
  for (const index of [...indexes].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
