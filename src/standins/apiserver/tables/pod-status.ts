import type { JsonObject } from '../../../core/index.ts';
import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { age } from './column.ts';
import { listAt, numberAt, textAt } from './values.ts';

/** The STATUS, READY and RESTARTS cells of a pod. */
export interface PodSummary {
  readonly status: string;
  readonly ready: string;
  readonly restarts: string;
}

interface Progress {
  reason: string;
  restarts: number;
  lastRestart: string | undefined;
  ready: number;
}

export function podSummary(pod: KubeObject, now: number): PodSummary {
  const reason = textAt(pod, ['status', 'reason'], textAt(pod, ['status', 'phase']));
  const progress: Progress = { reason, restarts: 0, lastRestart: undefined, ready: 0 };
  const initializing = initContainers(pod, progress);
  if (!initializing) containers(pod, progress);
  if (pod.metadata.deletionTimestamp !== undefined)
    progress.reason = textAt(pod, ['status', 'reason']) === 'NodeLost' ? 'Unknown' : 'Terminating';
  const { restarts, lastRestart } = progress;
  const when = restarts > 0 && lastRestart !== undefined ? ` (${age(lastRestart, now)} ago)` : '';
  const total = listAt(pod, 'spec', 'containers').length;
  return { status: progress.reason, ready: `${progress.ready}/${total}`, restarts: `${restarts}${when}` };
}

/** True while an init container is still at work. */
function initContainers(pod: KubeObject, progress: Progress): boolean {
  const statuses = listAt(pod, 'status', 'initContainerStatuses');
  for (const [index, status] of statuses.entries()) {
    count(status, progress);
    const terminated = getPath(status, 'state', 'terminated');
    if (numberAt(terminated, 'exitCode') === 0 && terminated !== undefined) continue;
    if (terminated !== undefined) progress.reason = `Init:${terminatedReason(status)}`;
    else progress.reason = initWaiting(status, `${index}/${statuses.length}`);
    return true;
  }
  return false;
}

function initWaiting(status: JsonObject, position: string): string {
  const reason = textAt(status, ['state', 'waiting', 'reason']);
  return reason !== '' && reason !== 'PodInitializing' ? `Init:${reason}` : `Init:${position}`;
}

function containers(pod: KubeObject, progress: Progress): void {
  let running = false;
  for (const status of listAt(pod, 'status', 'containerStatuses').toReversed()) {
    count(status, progress);
    const waiting = textAt(status, ['state', 'waiting', 'reason']);
    if (waiting !== '') progress.reason = waiting;
    else if (getPath(status, 'state', 'terminated') !== undefined) progress.reason = terminatedReason(status);
    else if (status['ready'] === true && getPath(status, 'state', 'running') !== undefined) {
      running = true;
      progress.ready++;
    }
  }
  if (progress.reason === 'Completed' && running) progress.reason = isReady(pod) ? 'Running' : 'NotReady';
}

function count(status: JsonObject, progress: Progress): void {
  progress.restarts += numberAt(status, 'restartCount');
  const finished = textAt(status, ['lastState', 'terminated', 'finishedAt']);
  if (finished !== '' && finished > (progress.lastRestart ?? '')) progress.lastRestart = finished;
}

function terminatedReason(status: JsonObject): string {
  const reason = textAt(status, ['state', 'terminated', 'reason']);
  if (reason !== '') return reason;
  const signal = numberAt(status, 'state', 'terminated', 'signal');
  return signal === 0 ? `ExitCode:${numberAt(status, 'state', 'terminated', 'exitCode')}` : `Signal:${signal}`;
}

function isReady(pod: KubeObject): boolean {
  return listAt(pod, 'status', 'conditions').some((each) => each['type'] === 'Ready' && each['status'] === 'True');
}
