import { normal, warning } from '../cluster/plan.ts';
import type { EventAction } from '../cluster/plan.ts';
import { nameOf, namespaceOf, uidOf } from '../model/meta.ts';
import type { Container, ContainerStatus, Pod, PodStatus } from '../model/pod.ts';
import type { Behaviour } from '../scenario/scenario.ts';
import type { Reference } from './references.ts';

export interface PodEventInputs {
  behaviourOf(container: Container): Behaviour;
  readonly missing: readonly Reference[];
}

interface ContainerChange {
  readonly pod: Pod;
  readonly container: Container;
  readonly before: ContainerStatus | undefined;
  readonly after: ContainerStatus;
}

/** What kubelet tells of the step from the live status of `pod` to `status`. */
export function podEvents(pod: Pod, status: PodStatus, inputs: PodEventInputs): readonly EventAction[] {
  return [
    ...volumeEvents(pod, inputs),
    ...changesOf(pod, status).flatMap((change) => [
      ...startEvents(change, inputs.behaviourOf(change.container)),
      ...failureEvents(change),
    ]),
  ];
}

/** The containers that were started, or started again, in the step to `status`. */
export function startedContainers(pod: Pod, status: PodStatus): readonly Container[] {
  return changesOf(pod, status)
    .filter(isStart)
    .map(({ container }) => container);
}

function changesOf(pod: Pod, status: PodStatus): readonly ContainerChange[] {
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  return containers.flatMap((container): readonly ContainerChange[] => {
    const after = find(status, container);
    return after === undefined ? [] : [{ pod, container, before: find(pod.status, container), after }];
  });
}

function isStart({ before, after }: ContainerChange): boolean {
  return after.containerID !== undefined && after.containerID !== before?.containerID;
}

function find(status: PodStatus | undefined, { name }: Container): ContainerStatus | undefined {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.find((candidate) => candidate.name === name);
}

function startEvents(change: ContainerChange, behaviour: Behaviour): readonly EventAction[] {
  const { pod, container } = change;
  if (!isStart(change)) return [];
  const { name, image = '' } = container;
  const events = [
    normal(pod, 'Pulled', `Container image "${image}" already present on machine`),
    normal(pod, 'Created', `Created container: ${name}`),
    normal(pod, 'Started', `Started container ${name}`),
  ];
  if (behaviour.kind !== 'never-ready') return events;
  return [...events, warning(pod, 'Unhealthy', 'Readiness probe failed: the scenario keeps the container unready')];
}

function failureEvents({ pod, container, before, after }: ContainerChange): readonly EventAction[] {
  const reason = after.state.waiting?.reason;
  if (reason === undefined || reason === before?.state.waiting?.reason) return [];
  if (reason === 'CrashLoopBackOff') {
    const text = `${nameOf(pod)}_${namespaceOf(pod)}(${uidOf(pod)})`;
    return [warning(pod, 'BackOff', `Back-off restarting failed container ${container.name} in pod ${text}`)];
  }
  if (reason !== 'CreateContainerConfigError') return [];
  return [warning(pod, 'Failed', `Error: ${after.state.waiting?.message ?? reason}`)];
}

/** Told when the Pod is first looked at after it was accepted: the recorder counts, and slows down, what comes again. */
function volumeEvents(pod: Pod, { missing }: PodEventInputs): readonly EventAction[] {
  return missing.flatMap(({ volume, kind, name }) => {
    if (volume === undefined) return [];
    const message = `MountVolume.SetUp failed for volume "${volume}" : ${kind.toLowerCase()} "${name}" not found`;
    return [warning(pod, 'FailedMount', message)];
  });
}
