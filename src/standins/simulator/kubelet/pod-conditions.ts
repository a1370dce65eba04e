import { withCondition } from '../model/conditions.ts';
import { findCondition } from '../model/meta.ts';
import type { Condition } from '../model/meta.ts';
import type { ContainerStatus, Pod, PodPhase } from '../model/pod.ts';

export interface ContainerFacts {
  readonly phase: PodPhase;
  /** Its network is there. */
  readonly sandbox: boolean;
  readonly initialized: boolean;
  /** Init containers that have not finished. */
  readonly pendingInit: readonly string[];
  /** Those that count for readiness: containers and sidecars. */
  readonly serving: readonly ContainerStatus[];
}

type Outcome = Pick<Condition, 'reason' | 'message'> & { readonly status: 'True' | 'False' };

/** The conditions that kubelet keeps on a Pod, in its order. */
export function podConditions(pod: Pod, facts: ContainerFacts, now: number): readonly Condition[] {
  const containersReady = readiness(facts);
  const outcomes: readonly (readonly [string, Outcome])[] = [
    ['PodReadyToStartContainers', truth(facts.sandbox)],
    ['Initialized', initialization(facts)],
    ['Ready', withGates(pod, containersReady)],
    ['ContainersReady', containersReady],
    ['PodScheduled', truth(true)],
  ];
  return outcomes.reduce<readonly Condition[]>(
    (conditions, [type, outcome]) => withCondition(conditions, { type, ...defined(outcome) }, now),
    pod.status?.conditions ?? [],
  );
}

function initialization({ phase, initialized, pendingInit }: ContainerFacts): Outcome {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (initialized) return { status: 'True' };
  const message = `containers with incomplete status: [${pendingInit.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function readiness({ phase, serving, initialized }: ContainerFacts): Outcome {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = serving.filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0 && initialized) return { status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

/** A Pod with readiness gates waits for conditions that somebody else sets. */
function withGates(pod: Pod, ready: Outcome): Outcome {
  if (ready.status === 'False') return ready;
  const gates = pod.spec.readinessGates ?? [];
  const shut = gates.find(
    ({ conditionType }) => findCondition(pod.status?.conditions, conditionType)?.status !== 'True',
  );
  if (shut === undefined) return ready;
  const message = `corresponding condition of pod readiness gate "${shut.conditionType}" does not exist or is not "True".`;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message };
}

function truth(holds: boolean): Outcome {
  return { status: holds ? 'True' : 'False' };
}

function defined({ status, reason, message }: Outcome): {
  status: 'True' | 'False';
  reason?: string;
  message?: string;
} {
  return { status, ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
}
