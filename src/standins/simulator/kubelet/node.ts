import { formatTime } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import type { ManagedControllerOptions } from '../../../controller/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { act } from '../cluster/cluster.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import { planOf } from '../cluster/plan.ts';
import type { Action } from '../cluster/plan.ts';
import { findCondition, timeOf } from '../model/meta.ts';
import type { Condition } from '../model/meta.ts';
import { NODE_IP, NODE_NAME } from './node-identity.ts';

const ACTOR: Actor = { manager: 'kubelet', component: 'kubelet' };
const LEASE_NAMESPACE = 'kube-node-lease';
/** A real kubelet renews its lease every ten seconds; nobody here takes a node for lost, and rest shall cost nothing. */
const LEASE_MS = 86_400_000;
/** How often the node is looked at. */
const CHECK_MS = 300_000;

const RESOURCES = { cpu: '32', memory: '128Gi', 'ephemeral-storage': '1Ti', pods: '1000' };

const CONDITIONS: readonly Condition[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];

/** Registers the node, keeps it Ready, and holds its lease. Reads every five minutes, writes only what is missing. */
export function nodeController(cluster: Cluster): ManagedControllerOptions {
  return {
    name: 'node',
    workers: 1,
    watches: [],
    reconciler: {
      async reconcile(_, signal) {
        const now = cluster.clock.now();
        const node = await cluster.client.get({ group: '', version: 'v1', kind: 'Node', name: NODE_NAME }, { signal });
        const lease = await cluster.client.get(
          { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', namespace: LEASE_NAMESPACE, name: NODE_NAME },
          { signal },
        );
        const actions = [...planNode(node, now), ...planLease(lease, now)];
        await act(cluster, planOf(actions), { ...ACTOR, signal });
        return { requeueAfter: node === undefined ? 1 : CHECK_MS };
      },
    },
  };
}

/** Creates the node; once it is there, sets its status unless it is Ready. */
export function planNode(node: KubeObject | undefined, now: number): readonly Action[] {
  if (node === undefined) return [{ do: 'create', object: newNode() }];
  const live = (node['status'] ?? {}) as { conditions?: Condition[] };
  if (findCondition(live.conditions, 'Ready')?.status === 'True') return [];
  const time = formatTime(now);
  const conditions = CONDITIONS.map((condition) => ({
    ...condition,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  }));
  const addresses = [
    { type: 'InternalIP', address: NODE_IP },
    { type: 'Hostname', address: NODE_NAME },
  ];
  const status = { ...live, capacity: RESOURCES, allocatable: RESOURCES, addresses, conditions, nodeInfo: nodeInfo() };
  return [{ do: 'status', object: node, status }];
}

export function planLease(lease: KubeObject | undefined, now: number): readonly Action[] {
  const renewTime = new Date(now).toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: NODE_NAME, leaseDurationSeconds: LEASE_MS / 1_000, renewTime };
  if (lease === undefined) {
    const metadata = { name: NODE_NAME, namespace: LEASE_NAMESPACE };
    return [{ do: 'create', object: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } }];
  }
  const live = (lease['spec'] ?? {}) as { renewTime?: string };
  if (now - timeOf(live.renewTime) < LEASE_MS / 2) return [];
  return [{ do: 'patch', object: lease, changes: { spec } }];
}

function newNode(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: NODE_NAME,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': NODE_NAME,
        'kubernetes.io/os': 'linux',
        'stoa.dev/simulated': 'true',
      },
    },
    spec: {},
  };
}

function nodeInfo(): JsonObject {
  return {
    architecture: 'amd64',
    bootID: 'simulated',
    containerRuntimeVersion: 'simulated://1.0',
    kernelVersion: 'simulated',
    kubeProxyVersion: '',
    kubeletVersion: 'v1.32.0',
    machineID: 'simulated',
    operatingSystem: 'linux',
    osImage: 'Simulated',
    systemUUID: 'simulated',
  };
}
