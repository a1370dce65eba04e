import type { KubeObject } from '../../../kube/index.ts';
import type { Pod } from '../model/pod.ts';
import { behaviourOf } from './behaviour.ts';
import type { Scenario } from './scenario.ts';

/** One line of a container's log, with the time that `kubectl logs --timestamps` shows. */
export interface LogLine {
  /** RFC 3339. */
  readonly time: string;
  readonly text: string;
}

/** What `container` of `pod` has printed; `undefined` when the Pod has no such container. */
export function podLogs(scenario: Scenario, object: KubeObject, container: string): readonly LogLine[] | undefined {
  const pod = object as Pod;
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const found = containers.find(({ name }) => name === container);
  if (found === undefined) return undefined;
  const run = lastRun(pod, container);
  if (run === undefined) return [];
  const behaviour = behaviourOf(scenario, found);
  const texts = behaviour.logs ?? [`simulated container ${container} of ${found.image ?? 'no image'} started`];
  return texts.map((text) => ({ time: run.startedAt, text }));
}

function lastRun(pod: Pod, container: string): { readonly startedAt: string } | undefined {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const status = statuses.find(({ name }) => name === container);
  return status?.state.running ?? status?.state.terminated ?? status?.lastState.terminated;
}
