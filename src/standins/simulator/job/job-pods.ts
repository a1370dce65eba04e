import type { Action } from '../cluster/plan.ts';
import { nameOf, timeOf, uidOf } from '../model/meta.ts';
import type { Container, Pod } from '../model/pod.ts';
import { podFromTemplate } from '../model/pod-from-template.ts';
import type { PodCount } from './count-pods.ts';
import { COMPLETION_INDEX, TRACKING, completionIndex, completionsOf, isIndexed } from './job.ts';
import type { Job } from './job.ts';

const BACKOFF_BASE_MS = 10_000;
const BACKOFF_CAP_MS = 600_000;

/** How many Pods may run at the same time now. */
export function wantedActive(job: Job, count: PodCount): number {
  const { parallelism = 1 } = job.spec;
  const completions = completionsOf(job);
  if (completions === undefined) return count.succeeded > 0 ? count.active.length : parallelism;
  const done = isIndexed(job) ? count.completedIndexes.size : count.succeeded;
  return Math.min(completions - done, parallelism);
}

/** Milliseconds until a failed Pod may be replaced: 10 s, doubled for each failure since the last success. */
export function replacementIn(pods: readonly Pod[], now: number): number {
  const lastSuccess = Math.max(0, ...pods.filter((pod) => pod.status?.phase === 'Succeeded').map(finishedAt));
  const failures = pods.filter((pod) => pod.status?.phase === 'Failed').map(finishedAt);
  const recent = failures.filter((at) => at > lastSuccess);
  if (recent.length === 0) return 0;
  const delay = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(recent.length - 1, 10));
  return Math.max(0, Math.max(...recent) + delay - now);
}

function finishedAt(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => timeOf(state.terminated?.finishedAt));
  return Math.max(timeOf(pod.metadata.creationTimestamp), ...ends);
}

/** Creates `missing` Pods; those of an Indexed Job take the lowest indexes that are free. */
export function createPods(job: Job, count: PodCount, missing: number): readonly Action[] {
  const announce = { about: job, reason: 'SuccessfulCreate', message: 'Created pod: ' };
  if (!isIndexed(job)) {
    const object = jobPod(job);
    return Array.from({ length: missing }, () => ({ do: 'create', object, announce }) as const);
  }
  return freeIndexes(job, count, missing).map((index) => ({ do: 'create', object: jobPod(job, index), announce }));
}

function freeIndexes(job: Job, count: PodCount, missing: number): readonly number[] {
  const taken = new Set(count.completedIndexes);
  for (const pod of count.active) taken.add(completionIndex(pod) ?? -1);
  const free: number[] = [];
  for (let index = 0; index < (completionsOf(job) ?? 0) && free.length < missing; index++) {
    if (!taken.has(index)) free.push(index);
  }
  return free;
}

function jobPod(job: Job, index?: number): Pod {
  const name = nameOf(job);
  const labels = {
    'batch.kubernetes.io/controller-uid': uidOf(job),
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uidOf(job),
    'job-name': name,
  };
  const identity = { labels, finalizers: [TRACKING] };
  if (index === undefined) return podFromTemplate(job, job.spec.template, { ...identity, generateName: `${name}-` });
  const indexed = { [COMPLETION_INDEX]: String(index) };
  const pod = podFromTemplate(job, job.spec.template, {
    ...identity,
    generateName: `${name}-${index}-`,
    labels: { ...labels, ...indexed },
    annotations: indexed,
  });
  const withIndex = (container: Container): Container => ({
    ...container,
    env: [...(container.env ?? []), { name: 'JOB_COMPLETION_INDEX', value: String(index) }],
  });
  const { initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      hostname: `${name}-${index}`,
      containers: pod.spec.containers.map(withIndex),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withIndex) }),
    },
  };
}
