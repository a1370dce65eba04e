import { normal, planOf } from '../cluster/plan.ts';
import type { Action, Plan } from '../cluster/plan.ts';
import { isTerminating, nameOf } from '../model/meta.ts';
import { isAvailable, isFinished, isReady, nextAvailability } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import { desiredReplicas } from '../model/workloads.ts';
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../model/workloads.ts';
import { REVISION_HASH } from '../revision/plan-revision.ts';
import { claimsFor, ordinalOf, statefulPod } from './stateful-pod.ts';

export interface StatefulSetInputs {
  readonly statefulSet: StatefulSet;
  readonly pods: readonly Pod[];
  /** The revision that Pods below the partition keep. */
  readonly current: ControllerRevision;
  /** The revision of the template. */
  readonly update: ControllerRevision;
  /** Names of the PersistentVolumeClaims that are there. */
  readonly claims: ReadonlySet<string>;
  readonly now: number;
}

/** One step of the StatefulSet controller: Pods in the order of their ordinals, updates from the last to the first. */
export function planStatefulSet(inputs: StatefulSetInputs): Plan {
  const { statefulSet, pods, now } = inputs;
  const status: Action = { do: 'status', object: statefulSet, status: statefulSetStatus(inputs) };
  const steps = isTerminating(statefulSet) ? [] : planPods(inputs);
  return planOf([...steps, status], nextAvailability(pods, statefulSet.spec.minReadySeconds ?? 0, now));
}

function planPods(inputs: StatefulSetInputs): readonly Action[] {
  const { statefulSet, pods } = inputs;
  const start = statefulSet.spec.ordinals?.start ?? 0;
  const end = start + desiredReplicas(statefulSet);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(statefulSet, pod), pod]));
  const isKept = (ordinal: number): boolean => ordinal >= start && ordinal < end;
  const kept = Array.from({ length: end - start }, (_, index) => ({
    ordinal: start + index,
    pod: byOrdinal.get(start + index),
  }));
  const condemned = pods
    .filter((pod) => !isKept(ordinalOf(statefulSet, pod)))
    .toSorted((a, b) => ordinalOf(statefulSet, b) - ordinalOf(statefulSet, a));
  const { actions, settled } = fill(inputs, kept);
  if (!settled) return actions;
  const scaledDown = scaleDown(inputs, kept, condemned);
  if (condemned.length > 0 && !isParallel(statefulSet)) return [...actions, ...scaledDown];
  return [...actions, ...scaledDown, ...rollingUpdate(inputs, kept)];
}

interface Slot {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

interface Filled {
  readonly actions: readonly Action[];
  /** Nothing has to be waited for before Pods may be removed or updated. */
  readonly settled: boolean;
}

/** Creates what is missing, one after the other as each becomes available, or all at once. */
function fill(inputs: StatefulSetInputs, slots: readonly Slot[]): Filled {
  const { statefulSet, now } = inputs;
  const { minReadySeconds = 0 } = statefulSet.spec;
  const ordered = !isParallel(statefulSet);
  const actions: Action[] = [];
  for (const { ordinal, pod } of slots) {
    if (pod === undefined) actions.push(...create(inputs, ordinal));
    else if (isFinished(pod) && !isTerminating(pod)) actions.push({ do: 'delete', object: pod });
    else if (!isTerminating(pod) && isAvailable(pod, minReadySeconds, now)) continue;
    if (ordered) return { actions, settled: false };
  }
  return { actions, settled: true };
}

function create(inputs: StatefulSetInputs, ordinal: number): readonly Action[] {
  const { statefulSet, claims } = inputs;
  const missing = claimsFor(statefulSet, ordinal).filter((claim) => !claims.has(nameOf(claim)));
  const object = statefulPod(statefulSet, revisionFor(inputs, ordinal), ordinal);
  return [
    ...missing.map((claim): Action => ({ do: 'create', object: claim })),
    { do: 'create', object },
    normal(
      statefulSet,
      'SuccessfulCreate',
      `create Pod ${nameOf(object)} in StatefulSet ${nameOf(statefulSet)} successful`,
    ),
  ];
}

function revisionFor({ statefulSet, current, update }: StatefulSetInputs, ordinal: number): ControllerRevision {
  const { type = 'RollingUpdate' } = statefulSet.spec.updateStrategy ?? {};
  const start = statefulSet.spec.ordinals?.start ?? 0;
  return type === 'RollingUpdate' && ordinal < start + partitionOf(statefulSet) ? current : update;
}

function partitionOf({ spec }: StatefulSet): number {
  return spec.updateStrategy?.rollingUpdate?.partition ?? 0;
}

function isParallel({ spec }: StatefulSet): boolean {
  return spec.podManagementPolicy === 'Parallel';
}

/** From the highest ordinal, and, in order, only while all that stay are ready. */
function scaleDown(inputs: StatefulSetInputs, kept: readonly Slot[], condemned: readonly Pod[]): readonly Action[] {
  const { statefulSet } = inputs;
  const living = condemned.filter((pod) => !isTerminating(pod));
  if (isParallel(statefulSet)) return living.flatMap((pod) => remove(statefulSet, pod));
  const [first] = condemned;
  if (first === undefined || isTerminating(first)) return [];
  const keptReady = kept.every(({ pod }) => pod !== undefined && isReady(pod));
  return keptReady ? remove(statefulSet, first) : [];
}

/** Replaces the last Pod that is of another revision, once those after it are available. */
function rollingUpdate(inputs: StatefulSetInputs, kept: readonly Slot[]): readonly Action[] {
  const { statefulSet, update, now } = inputs;
  const { minReadySeconds = 0, updateStrategy, ordinals } = statefulSet.spec;
  if (updateStrategy?.type === 'OnDelete') return [];
  const from = (ordinals?.start ?? 0) + partitionOf(statefulSet);
  for (const { ordinal, pod } of kept.toReversed()) {
    if (ordinal < from || pod === undefined) return [];
    if (isTerminating(pod)) return [];
    if (pod.metadata.labels?.[REVISION_HASH] !== nameOf(update)) return remove(statefulSet, pod);
    if (!isAvailable(pod, minReadySeconds, now)) return [];
  }
  return [];
}

function remove(statefulSet: StatefulSet, object: Pod): readonly Action[] {
  const message = `delete Pod ${nameOf(object)} in StatefulSet ${nameOf(statefulSet)} successful`;
  return [{ do: 'delete', object }, normal(statefulSet, 'SuccessfulDelete', message)];
}

export function statefulSetStatus(inputs: StatefulSetInputs): StatefulSetStatus {
  const { statefulSet, pods, current, update, now } = inputs;
  const { minReadySeconds = 0, updateStrategy } = statefulSet.spec;
  const count = (matches: (pod: Pod) => boolean): number => pods.filter(matches).length;
  const ofRevision = (revision: ControllerRevision): number =>
    count((pod) => !isTerminating(pod) && pod.metadata.labels?.[REVISION_HASH] === nameOf(revision));
  const readyReplicas = count(isReady);
  const updatedReplicas = ofRevision(update);
  const replicas = pods.length;
  const isRolling = (updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const isComplete = isRolling && updatedReplicas === replicas && readyReplicas === replicas;
  const { generation } = statefulSet.metadata;
  const { collisionCount = 0 } = statefulSet.status ?? {};
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    replicas,
    ...positive('readyReplicas', readyReplicas),
    availableReplicas: count((pod) => isAvailable(pod, minReadySeconds, now)),
    ...positive('currentReplicas', isComplete ? updatedReplicas : ofRevision(current)),
    ...positive('updatedReplicas', updatedReplicas),
    currentRevision: nameOf(isComplete ? update : current),
    updateRevision: nameOf(update),
    collisionCount,
  };
}

function positive(field: string, count: number): Readonly<Record<string, number>> {
  return count === 0 ? {} : { [field]: count };
}
