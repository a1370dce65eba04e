import { formatTime } from '../../../core/index.ts';
import { findCondition, nameOf, timeOf } from '../model/meta.ts';
import type { Condition } from '../model/meta.ts';
import { desiredReplicas } from '../model/workloads.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../model/workloads.ts';
import { availableReplicas, specReplicas } from './replica-sets.ts';
import { rolloutBudget } from './rollout-budget.ts';

export interface DeploymentCondition {
  readonly type: 'Available' | 'Progressing' | 'ReplicaFailure';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

const DEFAULT_DEADLINE_SECONDS = 600;
const NO_DEADLINE = 2_147_483_647;

/** With the greatest int32 for a deadline a Deployment has no Progressing condition. */
export function hasDeadline(deployment: Deployment): boolean {
  return deadlineSeconds(deployment) !== NO_DEADLINE;
}

function deadlineSeconds({ spec }: Deployment): number {
  return spec.progressDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS;
}

/** As `SetDeploymentCondition`: the same status and reason is no change, whatever the message. */
export function setCondition(
  conditions: readonly Condition[],
  change: DeploymentCondition,
  now: number,
): readonly Condition[] {
  const old = findCondition(conditions, change.type);
  if (old?.status === change.status && old.reason === change.reason) return conditions;
  const time = formatTime(now);
  const lastTransitionTime = (old?.status === change.status ? old.lastTransitionTime : undefined) ?? time;
  const next: Condition = { ...change, lastUpdateTime: time, lastTransitionTime };
  return [...conditions.filter((condition) => condition !== old), next];
}

export interface StatusInputs {
  readonly deployment: Deployment;
  readonly newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
  /** Set while planning, on top of the live ones. */
  readonly conditions: readonly Condition[];
  readonly now: number;
}

/** Counters and the Available condition. */
export function countStatus({ deployment, newSet, oldSets, conditions, now }: StatusInputs): DeploymentStatus {
  const sets = newSet === undefined ? oldSets : [...oldSets, newSet];
  const available = availableReplicas(sets);
  const enough = available >= desiredReplicas(deployment) - rolloutBudget(deployment).maxUnavailable;
  const { generation } = deployment.metadata;
  const { collisionCount } = deployment.status ?? {};
  const status: DeploymentStatus = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...positive('replicas', sum(sets, 'replicas')),
    ...positive('updatedReplicas', newSet?.status?.replicas ?? 0),
    ...positive('readyReplicas', sum(sets, 'readyReplicas')),
    ...positive('availableReplicas', available),
    ...positive('unavailableReplicas', Math.max(0, specReplicas(sets) - available)),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
  return { ...status, conditions: [...setCondition(conditions, availability(enough), now)] };
}

/** Progress and its deadline, on top of {@link countStatus}; as `syncRolloutStatus`. */
export function rolloutStatus(inputs: StatusInputs): DeploymentStatus {
  const { deployment, newSet, now } = inputs;
  const status = countStatus(inputs);
  let conditions: readonly Condition[] = status.conditions ?? [];
  if (!hasDeadline(deployment)) conditions = conditions.filter(({ type }) => type !== 'Progressing');
  else if (!isSettled(status, conditions)) {
    const subject = newSet === undefined ? `Deployment "${nameOf(deployment)}"` : `ReplicaSet "${nameOf(newSet)}"`;
    conditions = withProgress({ deployment, status, subject, now }, conditions);
  }
  return { ...status, conditions: [...withReplicaFailure(inputs, conditions)] };
}

/** Milliseconds until the progress deadline, `undefined` when there is nothing to wait for. */
export function deadlineIn(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const progressing = findCondition(status.conditions, 'Progressing');
  if (!hasDeadline(deployment) || progressing === undefined) return undefined;
  if (progressing.reason === 'NewReplicaSetAvailable' || progressing.reason === 'ProgressDeadlineExceeded') {
    return undefined;
  }
  if (isComplete(deployment, status)) return undefined;
  const due = timeOf(progressing.lastUpdateTime) + deadlineSeconds(deployment) * 1_000;
  return Math.max(due - now + 1, 1_000);
}

export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = desiredReplicas(deployment);
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

interface Progress {
  readonly deployment: Deployment;
  readonly status: DeploymentStatus;
  readonly subject: string;
  readonly now: number;
}

function withProgress(progress: Progress, conditions: readonly Condition[]): readonly Condition[] {
  const { deployment, status, subject, now } = progress;
  const type = 'Progressing';
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return setCondition(conditions, { type, status: 'True', reason: 'NewReplicaSetAvailable', message }, now);
  }
  if (hasProgressed(deployment.status ?? {}, status)) return progressed(progress, conditions);
  if (isTimedOut(deployment, conditions, now)) {
    const message = `${subject} has timed out progressing.`;
    return setCondition(conditions, { type, status: 'False', reason: 'ProgressDeadlineExceeded', message }, now);
  }
  return conditions;
}

/** Progress restarts the deadline even when the condition says the same as before. */
function progressed({ subject, now }: Progress, conditions: readonly Condition[]): readonly Condition[] {
  const old = findCondition(conditions, 'Progressing');
  const time = formatTime(now);
  const next: Condition = {
    type: 'Progressing',
    status: 'True',
    reason: 'ReplicaSetUpdated',
    message: `${subject} is progressing.`,
    lastUpdateTime: time,
    lastTransitionTime: (old?.status === 'True' ? old.lastTransitionTime : undefined) ?? time,
  };
  return [...conditions.filter((condition) => condition !== old), next];
}

function hasProgressed(old: DeploymentStatus, next: DeploymentStatus): boolean {
  const outdated = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    outdated(next) < outdated(old) ||
    (next.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, conditions: readonly Condition[], now: number): boolean {
  const condition = findCondition(conditions, 'Progressing');
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return timeOf(condition.lastUpdateTime) + deadlineSeconds(deployment) * 1_000 < now;
}

function isSettled(status: DeploymentStatus, conditions: readonly Condition[]): boolean {
  const settled = findCondition(conditions, 'Progressing')?.reason === 'NewReplicaSetAvailable';
  return settled && (status.replicas ?? 0) === (status.updatedReplicas ?? 0);
}

function withReplicaFailure(inputs: StatusInputs, conditions: readonly Condition[]): readonly Condition[] {
  const { newSet, oldSets, now } = inputs;
  const sets = newSet === undefined ? oldSets : [newSet, ...oldSets];
  const failure = sets.map((set) => findCondition(set.status?.conditions, 'ReplicaFailure')).find(Boolean);
  if (failure === undefined) return conditions.filter(({ type }) => type !== 'ReplicaFailure');
  const { reason = '', message = '' } = failure;
  return setCondition(conditions, { type: 'ReplicaFailure', status: 'True', reason, message }, now);
}

function availability(enough: boolean): DeploymentCondition {
  return enough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function sum(sets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas'): number {
  return sets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);
}

/** Kubernetes leaves counters of 0 out. */
function positive(field: string, count: number): Readonly<Record<string, number>> {
  return count === 0 ? {} : { [field]: count };
}
