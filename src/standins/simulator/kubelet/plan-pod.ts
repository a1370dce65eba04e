import { formatTime } from '../../../core/index.ts';
import { NOTHING, planOf, soonest } from '../cluster/plan.ts';
import type { Action, Plan } from '../cluster/plan.ts';
import { nameOf, namespaceOf, timeOf, uidOf } from '../model/meta.ts';
import { isFinished } from '../model/pod.ts';
import type { Container, ContainerStatus, Pod, PodPhase, PodStatus } from '../model/pod.ts';
import type { Behaviour } from '../scenario/scenario.ts';
import { CREATE_MS, startedStatus, stepContainer, waitingStatus } from './container-run.ts';
import type { ContainerContext, ContainerStep } from './container-run.ts';
import { podEvents } from './pod-events.ts';
import { podConditions } from './pod-conditions.ts';
import { qosClass } from './qos-class.ts';
import type { Reference } from './references.ts';
import { NODE_IP } from './node-identity.ts';

/** How soon a Pod that misses something is looked at again. */
const RETRY_MISSING_MS = 2_000;

export interface PodInputs {
  readonly pod: Pod;
  readonly now: number;
  /** The exact moment behind a time that the status gives in whole seconds; `owner` is a container, or empty for the Pod. */
  at(owner: string, time: string): number;
  behaviourOf(container: Container): Behaviour;
  readonly podIp: string;
  /** ConfigMaps and Secrets that the Pod needs and that are not there. */
  readonly missing: readonly Reference[];
}

/** One step of kubelet for a Pod that was bound to its node: containers started, ready, ended, restarted by time. */
export function planPod(inputs: PodInputs): Plan {
  const { pod, now } = inputs;
  if (isFinished(pod)) return NOTHING;
  if (pod.status?.startTime === undefined) return accept(inputs);
  const deadline = deadlineIn(pod, now);
  if (deadline !== undefined && deadline <= 0) return expire(inputs);
  const run = new PodRun(inputs);
  const status = run.status();
  const actions: Action[] = [{ do: 'status', object: pod, status }, ...podEvents(pod, status, inputs)];
  const retry = inputs.missing.length > 0 ? RETRY_MISSING_MS : undefined;
  return planOf(actions, isFinished({ ...pod, status }) ? undefined : soonest(run.wait, deadline, retry));
}

/** The Pod is taken on: its containers are being created. */
function accept({ pod, now }: PodInputs): Plan {
  const inits = pod.spec.initContainers ?? [];
  const reason = inits.length === 0 ? 'ContainerCreating' : 'PodInitializing';
  const initContainerStatuses = inits.map((container) => waitingStatus(container, 'PodInitializing'));
  const containerStatuses = pod.spec.containers.map((container) => waitingStatus(container, reason));
  const pendingInit = inits.map(({ name }) => name);
  const initialized = inits.length === 0;
  const facts = { phase: 'Pending', sandbox: false, initialized, pendingInit, serving: containerStatuses } as const;
  const status: PodStatus = {
    ...pod.status,
    phase: 'Pending',
    conditions: [...podConditions(pod, facts, now)],
    hostIP: NODE_IP,
    hostIPs: [{ ip: NODE_IP }],
    startTime: formatTime(now),
    ...(inits.length === 0 ? {} : { initContainerStatuses }),
    containerStatuses,
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  };
  return planOf([{ do: 'status', object: pod, status }], CREATE_MS);
}

function deadlineIn(pod: Pod, now: number): number | undefined {
  const { activeDeadlineSeconds } = pod.spec;
  if (activeDeadlineSeconds === undefined) return undefined;
  return timeOf(pod.status?.startTime) + activeDeadlineSeconds * 1_000 - now;
}

function expire({ pod, now }: PodInputs): Plan {
  return planOf([
    {
      do: 'status',
      object: pod,
      status: {
        ...stoppedStatus(pod, now),
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      },
    },
  ]);
}

/** The status of a Pod whose containers were killed. */
export function stoppedStatus(pod: Pod, now: number): PodStatus {
  const kill = (status: ContainerStatus): ContainerStatus => {
    if (status.state.terminated !== undefined) return status;
    const startedAt = status.state.running?.startedAt ?? formatTime(now);
    const { containerID = '' } = status;
    const terminated = { exitCode: 137, reason: 'Error', startedAt, finishedAt: formatTime(now), containerID };
    return { ...status, ready: false, started: false, state: { terminated } };
  };
  const containerStatuses = (pod.status?.containerStatuses ?? []).map(kill);
  const initContainerStatuses = (pod.status?.initContainerStatuses ?? []).map(kill);
  const facts = {
    phase: 'Failed',
    sandbox: false,
    initialized: true,
    pendingInit: [],
    serving: containerStatuses,
  } as const;
  return {
    ...pod.status,
    phase: 'Failed',
    conditions: [...podConditions(pod, facts, now)],
    containerStatuses,
    ...(initContainerStatuses.length === 0 ? {} : { initContainerStatuses }),
  };
}

/** Walks the containers of one Pod in the order in which kubelet starts them. */
class PodRun {
  readonly #inputs: PodInputs;
  readonly #startsIn: number;
  wait: number | undefined;

  constructor(inputs: PodInputs) {
    this.#inputs = inputs;
    const { pod, now } = inputs;
    this.#startsIn = inputs.at('', pod.status?.startTime ?? '') + CREATE_MS - now;
  }

  status(): PodStatus {
    const { pod, podIp, now } = this.#inputs;
    const inits = this.#initStatuses();
    const pendingInit = inits.filter(({ done }) => !done).map(({ status }) => status.name);
    const initialized = pendingInit.length === 0;
    const containers = this.#containerStatuses(initialized);
    const sidecars = inits.filter(({ sidecar }) => sidecar).map(({ status }) => status);
    const phase = phaseOf(pod, inits, containers);
    const started = [...inits.map(({ status }) => status), ...containers].some(hasRun);
    const sandbox = started && phase !== 'Succeeded' && phase !== 'Failed';
    const facts = { phase, sandbox, initialized, pendingInit, serving: [...sidecars, ...containers] };
    const ip = pod.status?.podIP ?? (started ? podIp : undefined);
    return {
      ...pod.status,
      phase,
      conditions: [...podConditions(pod, facts, now)],
      ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
      ...(inits.length === 0 ? {} : { initContainerStatuses: inits.map(({ status }) => status) }),
      containerStatuses: containers,
    };
  }

  #initStatuses(): readonly InitStep[] {
    const { pod } = this.#inputs;
    const steps: InitStep[] = [];
    for (const container of pod.spec.initContainers ?? []) {
      const sidecar = container.restartPolicy === 'Always';
      const previous = findStatus(pod.status?.initContainerStatuses, container, 'PodInitializing');
      const open = steps.every(({ done }) => done);
      const { status } = open || hasRun(previous) ? this.#step(container, previous, !sidecar) : { status: previous };
      const done = sidecar ? status.started : status.state.terminated?.exitCode === 0;
      steps.push({ status, sidecar, done });
    }
    return steps;
  }

  #containerStatuses(initialized: boolean): ContainerStatus[] {
    const { pod } = this.#inputs;
    const ends = (pod.spec.restartPolicy ?? 'Always') !== 'Always';
    return pod.spec.containers.map((container) => {
      const previous = findStatus(pod.status?.containerStatuses, container, 'ContainerCreating');
      return initialized ? this.#step(container, previous, ends).status : previous;
    });
  }

  #step(container: Container, status: ContainerStatus, ends: boolean): ContainerStep {
    if (!hasRun(status) && this.#startsIn > 0) return this.#noteWait({ status, wait: this.#startsIn });
    const blocked = hasRun(status) ? undefined : this.#blockedBy(container);
    if (blocked !== undefined) return { status: { ...status, state: { waiting: blocked } } };
    const context = this.#contextOf(container, status, ends);
    const started = hasRun(status) ? context : { ...context, status: startedStatus(context, 0), at: () => context.now };
    return this.#noteWait(stepContainer(started));
  }

  #contextOf(container: Container, status: ContainerStatus, ends: boolean): ContainerContext {
    const { pod, now } = this.#inputs;
    const podPolicy = pod.spec.restartPolicy ?? 'Always';
    const isInit = (pod.spec.initContainers ?? []).includes(container);
    // An init container that succeeds is never run again; one that fails is, unless the Pod never restarts.
    const initPolicy = podPolicy === 'Never' ? 'Never' : 'OnFailure';
    return {
      container,
      status,
      ends,
      isInit,
      now,
      behaviour: this.#inputs.behaviourOf(container),
      restartPolicy: isInit ? (container.restartPolicy ?? initPolicy) : podPolicy,
      podUid: uidOf(pod),
      podText: `${nameOf(pod)}_${namespaceOf(pod)}(${uidOf(pod)})`,
      at: (time) => this.#inputs.at(container.name, time),
    };
  }

  #blockedBy(container: Container): { reason: string; message?: string } | undefined {
    const { missing } = this.#inputs;
    if (missing.some(({ volume }) => volume !== undefined)) return { reason: 'ContainerCreating' };
    const own = missing.find((reference) => reference.container === container.name);
    if (own === undefined) return undefined;
    return { reason: 'CreateContainerConfigError', message: `${own.kind.toLowerCase()} "${own.name}" not found` };
  }

  #noteWait(step: ContainerStep): ContainerStep {
    this.wait = soonest(this.wait, step.wait);
    return step;
  }
}

interface InitStep {
  readonly status: ContainerStatus;
  readonly sidecar: boolean;
  readonly done: boolean;
}

function findStatus(
  statuses: readonly ContainerStatus[] | undefined,
  container: Container,
  reason: string,
): ContainerStatus {
  return statuses?.find(({ name }) => name === container.name) ?? waitingStatus(container, reason);
}

function hasRun({ containerID }: ContainerStatus): boolean {
  return containerID !== undefined;
}

function phaseOf(pod: Pod, inits: readonly InitStep[], containers: readonly ContainerStatus[]): PodPhase {
  const failedInit = inits.some(({ status }) => (status.state.terminated?.exitCode ?? 0) !== 0);
  if (failedInit) return 'Failed';
  if (inits.some(({ done }) => !done) || containers.some((status) => !hasRun(status))) return 'Pending';
  if (pod.spec.restartPolicy === undefined || pod.spec.restartPolicy === 'Always') return 'Running';
  if (containers.some(({ state }) => state.terminated === undefined)) return 'Running';
  return containers.every(({ state }) => state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
}
