import { normal, planOf } from '../cluster/plan.ts';
import type { Action, Plan } from '../cluster/plan.ts';
import { byAge, isTerminating, nameOf } from '../model/meta.ts';
import { isAvailable, isFinished, isReady, nextAvailability } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import { podFromTemplate } from '../model/pod-from-template.ts';
import { scaledValue } from '../model/workloads.ts';
import type { DaemonSet } from '../model/workloads.ts';
import { REVISION_HASH } from '../revision/plan-revision.ts';

export interface DaemonSetInputs {
  readonly daemonSet: DaemonSet;
  readonly pods: readonly Pod[];
  /** Of the template's revision. */
  readonly hash: string;
  /** Where its Pod runs: the cluster has one node. */
  readonly nodeName: string;
  readonly now: number;
}

/** One step of the DaemonSet controller on a cluster of one node. */
export function planDaemonSet(inputs: DaemonSetInputs): Plan {
  const { daemonSet, pods, now } = inputs;
  const status: Action = { do: 'status', object: daemonSet, status: daemonSetStatus(inputs) };
  const steps = isTerminating(daemonSet) ? [] : planPods(inputs);
  return planOf([...steps, status], nextAvailability(pods, daemonSet.spec.minReadySeconds ?? 0, now));
}

function planPods(inputs: DaemonSetInputs): readonly Action[] {
  const { daemonSet, hash } = inputs;
  const finished = inputs.pods.filter((pod) => isFinished(pod) && !isTerminating(pod));
  const living = inputs.pods.filter((pod) => !isFinished(pod) && !isTerminating(pod)).toSorted(byAge);
  const removals = finished.flatMap((pod) => remove(daemonSet, pod));
  if (living.length === 0) return inputs.pods.length > 0 ? removals : create(inputs);
  const updated = living.filter((pod) => pod.metadata.labels?.[REVISION_HASH] === hash);
  const outdated = living.filter((pod) => !updated.includes(pod));
  const surplus = updated.slice(1);
  return [...removals, ...surplus.flatMap((pod) => remove(daemonSet, pod)), ...planUpdate(inputs, updated, outdated)];
}

/** With surge the new Pod comes first, otherwise the old one goes first. */
function planUpdate(inputs: DaemonSetInputs, updated: readonly Pod[], outdated: readonly Pod[]): readonly Action[] {
  const { daemonSet, now } = inputs;
  const { updateStrategy, minReadySeconds = 0 } = daemonSet.spec;
  if (outdated.length === 0 || updateStrategy?.type === 'OnDelete') return [];
  const surges = scaledValue(updateStrategy?.rollingUpdate?.maxSurge, 1, 'up') > 0;
  if (!surges) return outdated.flatMap((pod) => remove(daemonSet, pod));
  if (updated.length === 0) return create(inputs);
  const isReplaced = updated.some((pod) => isAvailable(pod, minReadySeconds, now));
  return isReplaced ? outdated.flatMap((pod) => remove(daemonSet, pod)) : [];
}

function create({ daemonSet, hash, nodeName }: DaemonSetInputs): readonly Action[] {
  const pod = podFromTemplate(daemonSet, daemonSet.spec.template, {
    generateName: `${nameOf(daemonSet)}-`,
    labels: { [REVISION_HASH]: hash },
  });
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }];
  const affinity = {
    ...(pod.spec['affinity'] as object | undefined),
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  };
  const object: Pod = { ...pod, spec: { ...pod.spec, affinity } };
  const announce = { about: daemonSet, reason: 'SuccessfulCreate', message: 'Created pod: ' };
  return [{ do: 'create', object, announce }];
}

function remove(daemonSet: DaemonSet, object: Pod): readonly Action[] {
  return [{ do: 'delete', object }, normal(daemonSet, 'SuccessfulDelete', `Deleted pod: ${nameOf(object)}`)];
}

function daemonSetStatus({ daemonSet, pods, hash, now }: DaemonSetInputs): Readonly<Record<string, number>> {
  const { minReadySeconds = 0 } = daemonSet.spec;
  const living = pods.filter((pod) => !isTerminating(pod) && !isFinished(pod));
  const some = (matches: (pod: Pod) => boolean): number => (living.some(matches) ? 1 : 0);
  const available = some((pod) => isAvailable(pod, minReadySeconds, now));
  const updated = some((pod) => pod.metadata.labels?.[REVISION_HASH] === hash);
  const { generation = 1 } = daemonSet.metadata;
  return {
    observedGeneration: generation,
    currentNumberScheduled: some(() => true),
    desiredNumberScheduled: 1,
    numberMisscheduled: 0,
    numberReady: some(isReady),
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(available === 0 ? { numberUnavailable: 1 } : { numberAvailable: 1 }),
  };
}
