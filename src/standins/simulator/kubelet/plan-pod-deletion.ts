import { NOTHING, normal, planOf } from '../cluster/plan.ts';
import type { Action, Plan } from '../cluster/plan.ts';
import { isFinished } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import { stoppedStatus } from './plan-pod.ts';

/** Containers of a simulation have nothing to finish: no grace period lasts longer than this. */
const LONGEST_GRACE_MS = 1_000;

export interface PodDeletionInputs {
  readonly pod: Pod;
  readonly now: number;
  /** When the deletion was first seen; `undefined` when this is the first time. */
  readonly since: number | undefined;
}

/** Ends a Pod that was deleted: containers are told to stop, and after the grace period the Pod goes. */
export function planPodDeletion({ pod, now, since }: PodDeletionInputs): Plan {
  const { deletionGracePeriodSeconds = 30 } = pod.metadata;
  if (deletionGracePeriodSeconds === 0) return NOTHING; // all done: finalizers hold it
  const left = (since ?? now) + Math.min(deletionGracePeriodSeconds * 1_000, LONGEST_GRACE_MS) - now;
  if (left > 0) return planOf(since === undefined ? killingEvents(pod) : [], left);
  const gone: Action = { do: 'delete', object: pod, gracePeriodSeconds: 0 };
  if (isFinished(pod) || (pod.spec.restartPolicy ?? 'Always') === 'Always') return planOf([gone]);
  // Whoever counts the Pods of a Job must see how this one ended.
  return planOf([{ do: 'status', object: pod, status: stoppedStatus(pod, now) }, gone]);
}

function killingEvents(pod: Pod): readonly Action[] {
  const running = (pod.status?.containerStatuses ?? []).filter(({ state }) => state.running !== undefined);
  return running.map(({ name }) => normal(pod, 'Killing', `Stopping container ${name}`));
}
