import { formatTime } from '../../../core/index.ts';
import { NOTHING, normal, planOf, soonest, warning } from '../cluster/plan.ts';
import type { Action, EventAction, Plan } from '../cluster/plan.ts';
import { withCondition } from '../model/conditions.ts';
import { findCondition, isTerminating, nameOf, timeOf } from '../model/meta.ts';
import type { Condition } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { byDeletionOrder } from '../replica-set/deletion-order.ts';
import { countPods } from './count-pods.ts';
import type { PodCount } from './count-pods.ts';
import { TRACKING, finishedCondition, isTracked } from './job.ts';
import type { Job, JobStatus } from './job.ts';
import { createPods, replacementIn, wantedActive } from './job-pods.ts';
import { deadlineIn, outcomeOf } from './job-outcome.ts';
import type { Outcome } from './job-outcome.ts';

export interface JobInputs {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly now: number;
}

/** One step of the Job controller: Pods counted and created until the Job is complete or has failed. */
export function planJob(inputs: JobInputs): Plan {
  const { job, pods } = inputs;
  if (isTerminating(job)) return planOf(release(pods));
  if (finishedCondition(job) !== undefined) return planAfterwards(inputs);
  const count = countPods(job, pods);
  if (job.spec.suspend === true) return planSuspended(inputs, count);
  const started: Started = { ...inputs, count, status: startedStatus(inputs) };
  const outcome = decidedOutcome(job) ?? outcomeOf({ ...job, status: started.status }, count, inputs.now);
  return outcome === undefined ? planRunning(started) : planEnding(started, outcome);
}

interface Started extends JobInputs {
  readonly count: PodCount;
  /** The live status, with its start noted. */
  readonly status: JobStatus;
}

/** Takes the finalizer off Pods that nobody counts any more: without it they would never go. */
export function release(pods: readonly Pod[]): readonly Action[] {
  return pods.filter(isTracked).map((object) => {
    const others = (object.metadata.finalizers ?? []).filter((name) => name !== TRACKING);
    return { do: 'patch', object, changes: { metadata: { finalizers: others.length === 0 ? null : others } } };
  });
}

/** A finished Job is only deleted, when its time to live is over. */
function planAfterwards({ job, pods, now }: JobInputs): Plan {
  const { ttlSecondsAfterFinished: ttl } = job.spec;
  const released = release(pods.filter((pod) => pod.status?.phase !== 'Running'));
  if (ttl === undefined) return released.length === 0 ? NOTHING : planOf(released);
  const left = timeOf(finishedCondition(job)?.lastTransitionTime) + ttl * 1_000 - now;
  return left > 0 ? planOf(released, left) : planOf([...released, { do: 'delete', object: job }]);
}

function startedStatus({ job, now }: JobInputs): JobStatus {
  const { status = {} } = job;
  const suspended = findCondition(status.conditions, 'Suspended');
  const resumed = suspended?.status === 'True';
  const started = { ...status, startTime: status.startTime ?? formatTime(now) };
  if (!resumed) return started;
  const change = { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' } as const;
  return { ...started, conditions: [...withCondition(status.conditions, change, now)] };
}

function planSuspended({ job, now }: JobInputs, count: PodCount): Plan {
  const { startTime: _, ...status } = job.status ?? {};
  const change = { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' } as const;
  const conditions = withCondition(status.conditions, change, now);
  const told = conditions === status.conditions ? [] : [normal(job, 'Suspended', 'Job suspended')];
  return planOf([
    ...count.active.flatMap((pod) => remove(job, pod)),
    statusAction(job, { ...status, ...fresh(count), conditions: [...conditions] }),
    ...release(count.released),
    ...told,
  ]);
}

function planRunning({ job, pods, now, count, status }: Started): Plan {
  const missing = wantedActive(job, count) - count.active.length;
  const wait = missing > 0 ? replacementIn(pods, now) : 0;
  const creates = missing > 0 && wait === 0 ? createPods(job, count, missing) : [];
  const surplus = count.active.toSorted(byDeletionOrder).slice(0, Math.max(0, -missing));
  const actions: Action[] = [
    statusAction(job, { ...status, ...fresh(count) }),
    ...release(count.released),
    ...creates,
    ...surplus.flatMap((pod) => remove(job, pod)),
  ];
  return planOf(actions, soonest(deadlineIn({ ...job, status }, now), wait > 0 ? wait : undefined));
}

/** First the decision is noted, then the Pods that are left go, then, all of them counted, the Job is finished. */
function planEnding({ job, now, count, status: live }: Started, outcome: Outcome): Plan {
  const { result, reason, message } = outcome;
  const decision = { type: decisionType(result), status: 'True', reason, message } as const;
  let conditions = withCondition(live.conditions, decision, now);
  const isOver = count.active.length + count.terminating.length === 0 && count.settled;
  if (isOver) conditions = withCondition(conditions, { ...decision, type: result }, now);
  const completionTime = isOver && result === 'Complete' ? { completionTime: formatTime(now) } : {};
  const status = { ...live, ...fresh(count), conditions: [...conditions], ...completionTime };
  return planOf([
    statusAction(job, status),
    ...release(count.released),
    ...count.active.flatMap((pod) => remove(job, pod)),
    ...(isOver ? [outcomeEvent(job, outcome)] : []),
  ]);
}

function decisionType(result: Outcome['result']): 'SuccessCriteriaMet' | 'FailureTarget' {
  return result === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
}

/** What was decided stays decided, also when the counts change while Pods go. */
function decidedOutcome(job: Job): Outcome | undefined {
  const conditions = job.status?.conditions;
  const decided = (['Complete', 'Failed'] as const).map((result) => {
    const condition = findCondition(conditions, decisionType(result));
    return condition?.status === 'True' ? toOutcome(result, condition) : undefined;
  });
  return decided.find((outcome) => outcome !== undefined);
}

function toOutcome(result: Outcome['result'], { reason = '', message = '' }: Condition): Outcome {
  return { result, reason, message };
}

function outcomeEvent(job: Job, { result, reason, message }: Outcome): EventAction {
  return result === 'Complete' ? normal(job, 'Completed', 'Job completed') : warning(job, reason, message);
}

/** Counters of 0 that were more before must go from the status. */
function fresh({ counters }: PodCount): JobStatus & { active?: number } {
  return { ...(counters.active === undefined ? { active: 0 } : {}), ...counters };
}

function statusAction(object: Job, status: JobStatus): Action {
  const { active, ...rest } = status;
  return { do: 'status', object, status: active === 0 ? rest : status };
}

function remove(job: Job, object: Pod): readonly Action[] {
  return [{ do: 'delete', object }, normal(job, 'SuccessfulDelete', `Deleted pod: ${nameOf(object)}`)];
}
