import { createdAt, nameOf } from '../model/meta.ts';
import { isReady, readySince } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Orders Pods as `ActivePodsWithRanks` does: the first is the one that is missed least. */
export function byDeletionOrder(a: Pod, b: Pod): number {
  return (
    Number(isScheduled(a)) - Number(isScheduled(b)) ||
    phaseRank(a) - phaseRank(b) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    readyAge(b) - readyAge(a) ||
    restarts(b) - restarts(a) ||
    createdAt(b) - createdAt(a) ||
    nameOf(a).localeCompare(nameOf(b))
  );
}

function isScheduled(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined;
}

function phaseRank(pod: Pod): number {
  return PHASES[pod.status?.phase ?? 'Pending'] ?? 0;
}

function deletionCost(pod: Pod): number {
  return Number.parseInt(pod.metadata.annotations?.[DELETION_COST] ?? '0', 10) || 0;
}

/** Later is dearer to keep; Pods that are not ready have none. */
function readyAge(pod: Pod): number {
  return isReady(pod) ? readySince(pod) : 0;
}

function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}
