import { randomIds, silentLogger } from '../../core/index.ts';
import type { Clock, Fetch, Ids, Logger } from '../../core/index.ts';
import { createManager } from '../../controller/index.ts';
import type { KubeClient } from '../../kube/index.ts';
import type { Cluster } from './cluster/cluster.ts';
import { EventRecorder } from './cluster/event-recorder.ts';
import { createNodeApi } from './cluster/node-api.ts';
import { Stores } from './cluster/stores.ts';
import { cronJobController } from './cron-job/cron-job-reconciler.ts';
import { daemonSetController } from './daemon-set/daemon-set-reconciler.ts';
import { deploymentController } from './deployment/deployment-reconciler.ts';
import { jobController } from './job/job-reconciler.ts';
import { NODE_NAME } from './kubelet/node-identity.ts';
import { nodeController } from './kubelet/node.ts';
import { kubeletController } from './kubelet/kubelet-reconciler.ts';
import { schedulerController } from './kubelet/scheduler-reconciler.ts';
import { networkControllers } from './network/network-reconcilers.ts';
import { platformControllers } from './platform/platform-reconcilers.ts';
import { replicaSetController } from './replica-set/replica-set-reconciler.ts';
import { statefulSetController } from './stateful-set/stateful-set-reconciler.ts';
import type { Scenario } from './scenario/scenario.ts';

export interface SimulatorOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** @default random */
  readonly ids?: Ids;
  readonly scenario: Scenario;
  /** Reaches the same server as `client`, for container logs. @default containers print nothing */
  readonly fetch?: Fetch;
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
  const { client, clock, ids = randomIds, logger = silentLogger, scenario, fetch, signal } = options;
  const manager = createManager({ client, clock, ids, logger });
  const stores = new Stores(manager);
  const cluster: Cluster = {
    client,
    clock,
    ids,
    logger,
    stores,
    events: new EventRecorder({ client, clock, logger }),
    nodeApi: createNodeApi(client, fetch),
  };
  const controllers = [
    deploymentController(cluster),
    replicaSetController(cluster),
    statefulSetController(cluster),
    daemonSetController(cluster),
    jobController(cluster),
    cronJobController(cluster),
    ...networkControllers(cluster),
    ...platformControllers(cluster),
    schedulerController(cluster),
    kubeletController(cluster, scenario),
  ];
  for (const controller of controllers) manager.controller(controller);
  manager.controller(nodeController(cluster)).enqueue({ name: NODE_NAME });
  await manager.start(signal);
  return manager;
}
