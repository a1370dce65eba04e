import { randomIds, silentLogger } from '../../core/index.ts';
import type { Clock, Ids, Logger } from '../../core/index.ts';
import { createManager } from '../../controller/index.ts';
import type { KubeClient } from '../../kube/index.ts';
import type { Cluster } from './cluster/cluster.ts';
import { EventRecorder } from './cluster/event-recorder.ts';
import { Stores } from './cluster/stores.ts';
import { deploymentController } from './deployment/deployment-reconciler.ts';
import { kubeletController } from './kubelet/kubelet-reconciler.ts';
import { schedulerController } from './kubelet/scheduler-reconciler.ts';
import { replicaSetController } from './replica-set/replica-set-reconciler.ts';
import type { Scenario } from './scenario/scenario.ts';

export interface SimulatorOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** @default random */
  readonly ids?: Ids;
  readonly scenario: Scenario;
  /** @default none */
  readonly logger?: Logger;
  readonly signal: AbortSignal;
}

/**
 * Runs the controllers of kube-controller-manager, a scheduler and one kubelet against a cluster, all as ordinary
 * clients of its API; containers do what the scenario says. Resolves once all of them work; stops at disposal or when
 * the signal aborts. A server that is down is waited for.
 * @throws the signal's reason
 */
export async function startSimulator(options: SimulatorOptions): Promise<AsyncDisposable> {
  const { client, clock, ids = randomIds, logger = silentLogger, scenario, signal } = options;
  const manager = createManager({ client, clock, ids, logger });
  const stores = new Stores(manager);
  const cluster: Cluster = {
    client,
    clock,
    ids,
    logger,
    stores,
    events: new EventRecorder({ client, clock, logger }),
  };
  const controllers = [
    deploymentController(cluster),
    replicaSetController(cluster),
    schedulerController(cluster),
    kubeletController(cluster, scenario),
  ];
  for (const controller of controllers) manager.controller(controller);
  await manager.start(signal);
  return manager;
}
