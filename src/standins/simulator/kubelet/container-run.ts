import { createHash } from 'node:crypto';
import { formatTime } from '../../../core/index.ts';
import type { Container, ContainerStatus } from '../model/pod.ts';
import { imageId } from '../scenario/image.ts';
import type { Behaviour } from '../scenario/scenario.ts';

/** How long pulling and creating takes before the first container starts. */
export const CREATE_MS = 300;
const READY_AFTER_MS = 700;
const SLOW_READY_AFTER_MS = 30_000;
const CRASH_AFTER_MS = 500;
const INIT_MS = 200;
const BACKOFF_BASE_MS = 10_000;
const BACKOFF_CAP_MS = 300_000;

export interface ContainerContext {
  readonly container: Container;
  readonly behaviour: Behaviour;
  readonly status: ContainerStatus;
  /** `Always`, `OnFailure` or `Never`; of an init container what its Pod's means for it. */
  readonly restartPolicy: string;
  /** It is meant to end: of a Job, or an init container. */
  readonly ends: boolean;
  readonly isInit: boolean;
  readonly podUid: string;
  /** `name_namespace(uid)`, as kubelet writes it in messages. */
  readonly podText: string;
  /** The exact moment behind a time that the status gives in whole seconds. */
  at(time: string): number;
  readonly now: number;
}

export interface ContainerStep {
  readonly status: ContainerStatus;
  /** Milliseconds until time alone changes it again. */
  readonly wait?: number;
}

/** The status of a container that has not started. */
export function waitingStatus(container: Container, reason: string, message?: string): ContainerStatus {
  return {
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
    lastState: {},
  };
}

export function startedStatus(context: ContainerContext, restartCount: number): ContainerStatus {
  const { container, status, podUid, now } = context;
  return {
    ...status,
    imageID: imageId(container.image ?? ''),
    containerID: containerId(podUid, container.name, restartCount),
    ready: false,
    started: true,
    restartCount,
    state: { running: { startedAt: formatTime(now) } },
  };
}

/** What time has made of a container that was started before. */
export function stepContainer(context: ContainerContext): ContainerStep {
  const { state } = context.status;
  if (state.running !== undefined) return stepRunning(context, context.now - context.at(state.running.startedAt));
  return state.terminated === undefined ? stepBackOff(context) : { status: context.status };
}

function stepRunning(context: ContainerContext, age: number): ContainerStep {
  const { behaviour, status, isInit } = context;
  const endsAfter = endOf(context);
  if (endsAfter !== undefined && age >= endsAfter.ms) return ended(context, endsAfter.exitCode);
  const readyAfter = isInit && context.ends ? undefined : readyDelay(behaviour);
  const untilEnd = endsAfter === undefined ? undefined : endsAfter.ms - age;
  if (readyAfter === undefined || status.ready) return stepOf(status, untilEnd);
  if (age >= readyAfter) return stepOf({ ...status, ready: true }, untilEnd);
  return stepOf(status, Math.min(readyAfter - age, untilEnd ?? Infinity));
}

function stepOf(status: ContainerStatus, wait: number | undefined): ContainerStep {
  return wait === undefined ? { status } : { status, wait };
}

function readyDelay({ kind, readyAfterMs }: Behaviour): number | undefined {
  if (kind === 'never-ready' || kind === 'crash-loop') return undefined;
  return readyAfterMs ?? (kind === 'slow' ? SLOW_READY_AFTER_MS : READY_AFTER_MS);
}

/** When, and how, a running container ends by itself. */
function endOf({ behaviour, ends, isInit }: ContainerContext): { ms: number; exitCode: number } | undefined {
  const { kind, jobSeconds } = behaviour;
  if (kind === 'crash-loop') return { ms: CRASH_AFTER_MS, exitCode: 1 };
  if (!ends || kind === 'job-hangs' || kind === 'never-ready') return undefined;
  const ms = isInit ? INIT_MS : (jobSeconds ?? 1) * 1_000;
  return { ms, exitCode: kind === 'job-fails' && !isInit ? 1 : 0 };
}

/** A container that ended: it stays so, or waits to be started again. */
function ended(context: ContainerContext, exitCode: number): ContainerStep {
  const { status, now, isInit } = context;
  const terminated = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: status.state.running?.startedAt ?? formatTime(now),
    finishedAt: formatTime(now),
    containerID: status.containerID ?? '',
  };
  const stopped = { ...status, ready: isInit && exitCode === 0, started: false };
  if (!restarts(context, exitCode)) return { status: { ...stopped, state: { terminated } } };
  const waiting = { reason: 'CrashLoopBackOff', message: backOffMessage(context) };
  const backingOff = { ...stopped, ready: false, state: { waiting }, lastState: { terminated } };
  return { status: backingOff, wait: backOff(status.restartCount) };
}

function restarts({ restartPolicy }: ContainerContext, exitCode: number): boolean {
  return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
}

function stepBackOff(context: ContainerContext): ContainerStep {
  const { status, now } = context;
  const finished = status.lastState.terminated;
  if (finished === undefined) return { status };
  const due = context.at(finished.finishedAt) + backOff(status.restartCount);
  if (now < due) return { status, wait: due - now };
  const restarted = startedStatus(context, status.restartCount + 1);
  return stepContainer({ ...context, status: restarted, at: () => now });
}

/** 10 s, doubled for each restart, at most five minutes. */
function backOff(restartCount: number): number {
  return Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(restartCount, 10));
}

function backOffMessage({ container, status, podText }: ContainerContext): string {
  const delay = formatDelay(backOff(status.restartCount));
  return `back-off ${delay} restarting failed container=${container.name} pod=${podText}`;
}

function formatDelay(ms: number): string {
  const seconds = ms / 1_000;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

function containerId(podUid: string, name: string, restartCount: number): string {
  return `containerd://${createHash('sha256').update(`${podUid}/${name}/${restartCount}`).digest('hex')}`;
}
