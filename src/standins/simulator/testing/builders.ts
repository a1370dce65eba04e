import { formatTime } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Action, EventAction, Plan } from '../cluster/plan.ts';
import type { Pod, PodPhase, PodTemplate } from '../model/pod.ts';
import type { Deployment, ReplicaSet } from '../model/workloads.ts';

/** 15 January 2026, 9 o'clock. */
export const NOW = Date.UTC(2026, 0, 15, 9);

export function at(secondsFromNow: number): string {
  return formatTime(NOW + secondsFromNow * 1_000);
}

export const template: PodTemplate = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'repo/web:1', ports: [{ name: 'http', containerPort: 8080 }] }] },
};

export function templateOf(image: string): PodTemplate {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } };
}

export interface PodOptions {
  readonly ready?: boolean;
  /** Seconds since it became ready. @default 60 */
  readonly readyFor?: number;
  readonly phase?: PodPhase;
  readonly terminating?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: KubeObject;
  readonly finalizers?: string[];
  readonly ip?: string;
  readonly nodeName?: string;
  readonly restarts?: number;
  /** Seconds since its creation. @default 120 */
  readonly age?: number;
}

export function pod(name: string, options: PodOptions = {}): Pod {
  const { ready = false, readyFor = 60, phase = 'Running', owner, age = 120, ip, restarts = 0 } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      resourceVersion: '5',
      creationTimestamp: at(-age),
      labels: { app: 'web', ...options.labels },
      ...(options.annotations === undefined ? {} : { annotations: { ...options.annotations } }),
      ...(options.finalizers === undefined ? {} : { finalizers: options.finalizers }),
      ...(options.terminating === true ? { deletionTimestamp: at(0) } : {}),
      ...(owner === undefined ? {} : { ownerReferences: [referenceTo(owner)] }),
    },
    spec: { ...template.spec, nodeName: options.nodeName ?? 'simulated-node' },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at(-readyFor) }],
      ...(ip === undefined ? {} : { podIP: ip }),
      ...restarted(restarts),
    },
  };
}

function restarted(restartCount: number): Partial<NonNullable<Pod['status']>> {
  if (restartCount === 0) return {};
  const container = { name: 'web', image: '', imageID: '', ready: false, started: true, state: {}, lastState: {} };
  return { containerStatuses: [{ ...container, restartCount }] };
}

function referenceTo({
  apiVersion,
  kind,
  metadata,
}: KubeObject): NonNullable<KubeObject['metadata']['ownerReferences']>[0] {
  return { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '', controller: true };
}

export function deployment(spec: Partial<Deployment['spec']> = {}, status?: Deployment['status']): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-web', generation: 1, resourceVersion: '7' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template, progressDeadlineSeconds: 60, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

export interface ReplicaSetOptions {
  readonly replicas: number;
  readonly available?: number;
  readonly pods?: number;
  readonly image?: string;
  readonly revision?: number;
  readonly desired?: number;
  readonly max?: number;
  /** Seconds since its creation. @default 100 */
  readonly age?: number;
}

export function replicaSet(name: string, options: ReplicaSetOptions): ReplicaSet {
  const { replicas, available = replicas, pods = replicas, image = 'repo/web:1', revision = 1, age = 100 } = options;
  const { desired = 3, max = 4 } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      generation: 1,
      creationTimestamp: at(-age),
      labels: { app: 'web', 'pod-template-hash': name },
      annotations: {
        'deployment.kubernetes.io/revision': String(revision),
        'deployment.kubernetes.io/desired-replicas': String(desired),
        'deployment.kubernetes.io/max-replicas': String(max),
      },
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web', 'pod-template-hash': name } },
      template: {
        ...(image === 'repo/web:1' ? template : templateOf(image)),
        metadata: { labels: { app: 'web', 'pod-template-hash': name } },
      },
    },
    status: { replicas: pods, readyReplicas: available, availableReplicas: available, observedGeneration: 1 },
  };
}

/** The actions of a plan, each in a few words. */
export function inShort({ actions }: Plan): string[] {
  return actions.map(describeAction);
}

function describeAction(action: Action): string {
  switch (action.do) {
    case 'create':
      return `create ${action.object.kind} ${action.object.metadata.name ?? `${action.object.metadata.generateName ?? ''}*`}`;
    case 'patch':
      return `patch ${action.object.metadata.name ?? ''} ${JSON.stringify(action.changes)}`;
    case 'status':
      return 'status';
    case 'delete':
      return `delete ${action.object.metadata.name ?? ''}`;
    case 'event':
      return `${action.reason}: ${action.message}`;
  }
}

export function withoutEvents(plan: Plan): string[] {
  return inShort({ actions: plan.actions.filter((action) => action.do !== 'event') });
}

export function eventsOf({ actions }: Plan): readonly EventAction[] {
  return actions.filter((action) => action.do === 'event');
}

/** The status that a plan writes. @throws Error when it writes none */
export function statusOf<T = Record<string, unknown>>({ actions }: Plan): T {
  const written = actions.findLast((action) => action.do === 'status');
  if (written === undefined) throw new Error('The plan writes no status');
  return written.status as T;
}
