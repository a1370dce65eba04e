import { messageOf } from '../../../core/index.ts';
import type { ManagedControllerOptions, Request, Result } from '../../../controller/index.ts';
import { act } from '../cluster/cluster.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import type { Plan } from '../cluster/plan.ts';
import { resultOf } from '../cluster/result.ts';
import { isTerminating } from '../model/meta.ts';
import type { Pod, PodStatus } from '../model/pod.ts';
import { behaviourOf } from '../scenario/behaviour.ts';
import { logText } from '../scenario/log-text.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { NODE_NAME } from './node-identity.ts';
import { PodAddresses } from './pod-addresses.ts';
import { PodMemory } from './pod-memory.ts';
import { planPodDeletion } from './plan-pod-deletion.ts';
import { planPod } from './plan-pod.ts';
import { startedContainers } from './pod-events.ts';
import { referencesOf } from './references.ts';
import type { Reference } from './references.ts';

const ACTOR: Actor = { manager: 'kubelet', component: 'kubelet' };

export function kubeletController(cluster: Cluster, scenario: Scenario): ManagedControllerOptions {
  return {
    name: 'kubelet',
    reconciler: new KubeletReconciler(cluster, scenario),
    watches: [{ informer: cluster.stores.of('Pod') }],
  };
}

class KubeletReconciler {
  readonly #cluster: Cluster;
  readonly #scenario: Scenario;
  readonly #memory = new PodMemory();
  readonly #addresses: PodAddresses;

  constructor(cluster: Cluster, scenario: Scenario) {
    this.#cluster = cluster;
    this.#scenario = scenario;
    this.#addresses = new PodAddresses(cluster);
  }

  async reconcile(request: Request, signal: AbortSignal): Promise<Result | undefined> {
    const pod = this.#cluster.stores.get<Pod>('Pod', request);
    if (pod === undefined) {
      this.#memory.forget(request);
      return undefined;
    }
    const plan = await this.#plan(pod, signal);
    await act(this.#cluster, plan, { ...ACTOR, signal });
    for (const action of plan.actions) if (action.do === 'status') await this.#print(pod, action.status, signal);
    return resultOf(plan);
  }

  /** What the containers that the step has started print. A log is never worth a failure. */
  async #print(pod: Pod, status: PodStatus, signal: AbortSignal): Promise<void> {
    for (const container of startedContainers(pod, status)) {
      const text = logText(container, behaviourOf(this.#scenario, container));
      try {
        await this.#cluster.nodeApi.appendLog(pod, { container: container.name, text }, signal);
      } catch (error) {
        if (!signal.aborted) this.#cluster.logger.debug('Cannot write a container log', { error: messageOf(error) });
      }
    }
  }

  async #plan(pod: Pod, signal: AbortSignal): Promise<Plan> {
    const now = this.#cluster.clock.now();
    if (isTerminating(pod)) {
      const plan = planPodDeletion({ pod, now, since: this.#memory.terminatingSince(pod) });
      this.#memory.noteTerminating(pod, now);
      return plan;
    }
    if (pod.spec.nodeName !== NODE_NAME) return { actions: [] };
    const plan = planPod({
      pod,
      now,
      at: (owner, time) => this.#memory.at(pod, owner, time),
      behaviourOf: (container) => behaviourOf(this.#scenario, container),
      podIp: this.#addresses.of(pod),
      missing: await this.#missing(pod, signal),
    });
    for (const action of plan.actions) {
      if (action.do === 'status') this.#memory.noteChanges(pod, action.status, now);
    }
    return plan;
  }

  /** Looked up only while containers are being created; what is there then may go later. */
  async #missing(pod: Pod, signal: AbortSignal): Promise<readonly Reference[]> {
    const statuses = pod.status?.containerStatuses ?? [];
    if (pod.status?.startTime === undefined || statuses.every(({ containerID }) => containerID !== undefined))
      return [];
    const { namespace = '' } = pod.metadata;
    const found = new Map<string, Promise<boolean>>();
    const exists = ({ kind, name }: Reference): Promise<boolean> => {
      const key = { group: '', version: 'v1', kind, name, namespace };
      const known = found.get(`${kind}/${name}`);
      const looked = known ?? this.#cluster.client.get(key, { signal }).then((object) => object !== undefined);
      found.set(`${kind}/${name}`, looked);
      return looked;
    };
    const references = referencesOf(pod);
    const present = await Promise.all(references.map(exists));
    return references.filter((_, index) => present[index] === false);
  }
}
