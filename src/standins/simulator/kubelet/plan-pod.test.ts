import { describe, expect, it } from 'vitest';
import { findCondition } from '../model/meta.ts';
import type { Container, Pod, PodStatus } from '../model/pod.ts';
import type { Behaviour } from '../scenario/scenario.ts';
import { NOW, eventsOf, statusOf } from '../testing/builders.ts';
import type { Plan } from '../cluster/plan.ts';
import { PodMemory } from './pod-memory.ts';
import { planPod } from './plan-pod.ts';
import { planPodDeletion } from './plan-pod-deletion.ts';
import type { Reference } from './references.ts';

function newPod(spec: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop', uid: 'uid-1' },
    spec: { nodeName: 'simulated-node', containers: [{ name: 'web', image: 'repo/web:1' }], ...spec },
  };
}

/** Lives through the plans of one Pod: every wait is waited for, every status kept. */
class Life {
  pod: Pod;
  now = NOW;
  readonly seen: string[] = [];
  readonly events: string[] = [];
  readonly #memory = new PodMemory();
  readonly #behaviours: Readonly<Record<string, Behaviour>>;
  missing: readonly Reference[] = [];

  constructor(pod: Pod, behaviours: Readonly<Record<string, Behaviour>> = {}) {
    this.pod = pod;
    this.#behaviours = behaviours;
  }

  /** Until nothing changes by time, or for `steps`. */
  run(steps = 20): this {
    for (let step = 0; step < steps; step++) {
      const plan = this.#plan();
      this.#take(plan);
      if (plan.requeueAfter === undefined) return this;
      this.now += plan.requeueAfter;
    }
    return this;
  }

  #plan(): Plan {
    return planPod({
      pod: this.pod,
      now: this.now,
      at: (owner, time) => this.#memory.at(this.pod, owner, time),
      behaviourOf: (container: Container) => this.#behaviours[container.name] ?? { kind: 'ready' },
      podIp: '10.244.0.1',
      missing: this.missing,
    });
  }

  #take(plan: Plan): void {
    if (plan.actions.length === 0) return;
    const status = statusOf<PodStatus>(plan);
    this.#memory.noteChanges(this.pod, status, this.now);
    this.pod = { ...this.pod, status };
    this.seen.push(`${this.now - NOW} ${describeStatus(status)}`);
    this.events.push(...eventsOf(plan).map(({ reason }) => reason));
  }
}

function describeStatus(status: PodStatus): string {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const containers = all.map(({ name, state, ready, restartCount }) => {
    const what =
      state.waiting?.reason ?? (state.running === undefined ? `exit ${state.terminated?.exitCode ?? ''}` : 'running');
    return `${name}=${what}${ready ? ' ready' : ''}${restartCount > 0 ? ` #${restartCount}` : ''}`;
  });
  const ready = findCondition(status.conditions, 'Ready')?.status === 'True' ? ' Ready' : '';
  return `${status.phase ?? ''}${ready}: ${containers.join(', ')}`;
}

describe(planPod, () => {
  it('creates, starts, and becomes ready after about a second', () => {
    const life = new Life(newPod()).run();

    expect(life.seen).toEqual([
      '0 Pending: web=ContainerCreating',
      '300 Running: web=running',
      '1000 Running Ready: web=running ready',
    ]);
    expect(life.events).toEqual(['Pulled', 'Created', 'Started']);
    expect(life.pod.status).toMatchObject({
      podIP: '10.244.0.1',
      podIPs: [{ ip: '10.244.0.1' }],
      hostIP: '10.0.0.10',
      qosClass: 'BestEffort',
      startTime: '2026-01-15T09:00:00Z',
    });
    expect(life.pod.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodScheduled=True',
    ]);
  });

  it('takes times from the API when it remembers nothing', () => {
    const { pod } = new Life(newPod()).run(2);
    const life = new Life(pod);
    life.now = NOW + 1_500;

    expect(life.run().seen).toEqual(['1500 Running Ready: web=running ready']);
  });

  it.each<{ behaviour: Behaviour; last: string }>([
    { behaviour: { kind: 'slow' }, last: '30300 Running Ready: web=running ready' },
    { behaviour: { kind: 'ready', readyAfterMs: 5_000 }, last: '5300 Running Ready: web=running ready' },
    { behaviour: { kind: 'never-ready' }, last: '300 Running: web=running' },
  ])('of kind $behaviour.kind ends as $last', ({ behaviour, last }) => {
    expect(new Life(newPod(), { web: behaviour }).run().seen.at(-1)).toBe(last);
  });

  it('crashes, and is started again with growing delays', () => {
    const life = new Life(newPod(), { web: { kind: 'crash-loop' } }).run(9);

    expect(life.seen.slice(1)).toEqual([
      '300 Running: web=running',
      '800 Running: web=CrashLoopBackOff',
      '10800 Running: web=running #1',
      '11300 Running: web=CrashLoopBackOff #1',
      '31300 Running: web=running #2',
      '31800 Running: web=CrashLoopBackOff #2',
      '71800 Running: web=running #3',
      '72300 Running: web=CrashLoopBackOff #3',
    ]);
    expect(life.pod.status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      state: { waiting: { message: 'back-off 1m20s restarting failed container=web pod=web-1_shop(uid-1)' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    expect(life.events.filter((reason) => reason === 'BackOff')).toHaveLength(4);
  });

  it('runs init containers one by one, and sidecars beside the rest', () => {
    const initContainers = [
      { name: 'first', image: 'i' },
      { name: 'side', image: 's', restartPolicy: 'Always' },
      { name: 'second', image: 'i' },
    ];
    const life = new Life(newPod({ initContainers })).run();

    expect(life.seen).toEqual([
      '0 Pending: first=PodInitializing, side=PodInitializing, second=PodInitializing, web=PodInitializing',
      '300 Pending: first=running, side=PodInitializing, second=PodInitializing, web=PodInitializing',
      '500 Pending: first=exit 0 ready, side=running, second=running, web=PodInitializing',
      '700 Running: first=exit 0 ready, side=running, second=exit 0 ready, web=running',
      '1200 Running: first=exit 0 ready, side=running ready, second=exit 0 ready, web=running',
      '1400 Running Ready: first=exit 0 ready, side=running ready, second=exit 0 ready, web=running ready',
    ]);
  });

  it('does not start containers while an init container fails', () => {
    const initContainers = [{ name: 'init', image: 'i' }];
    const life = new Life(newPod({ initContainers }), { init: { kind: 'crash-loop' } }).run(4);

    expect(life.seen.at(-1)).toBe('10800 Pending: init=running #1, web=PodInitializing');
  });

  it.each<{ policy: 'Never' | 'OnFailure'; behaviour: Behaviour; seen: string[]; steps: number }>([
    {
      policy: 'Never',
      behaviour: { kind: 'ready', jobSeconds: 2 },
      steps: 9,
      seen: ['1000 Running Ready: web=running ready', '2300 Succeeded: web=exit 0'],
    },
    {
      policy: 'Never',
      behaviour: { kind: 'job-fails', jobSeconds: 0.5 },
      steps: 9,
      seen: ['300 Running: web=running', '800 Failed: web=exit 1'],
    },
    {
      policy: 'OnFailure',
      behaviour: { kind: 'job-fails', jobSeconds: 0.5 },
      steps: 4,
      seen: ['800 Running: web=CrashLoopBackOff', '10800 Running: web=running #1'],
    },
    {
      policy: 'OnFailure',
      behaviour: { kind: 'job-hangs' },
      steps: 9,
      seen: ['300 Running: web=running', '1000 Running Ready: web=running ready'],
    },
  ])('of a Job, $behaviour.kind with $policy', ({ policy, behaviour, steps, seen }) => {
    const life = new Life(newPod({ restartPolicy: policy }), { web: behaviour }).run(steps);

    expect(life.seen.slice(-2)).toEqual(seen);
  });

  it('fails a Pod at its deadline', () => {
    const life = new Life(newPod({ activeDeadlineSeconds: 20 })).run();

    expect(life.seen.at(-1)).toBe('20000 Failed: web=exit 137');
    expect(life.pod.status?.reason).toBe('DeadlineExceeded');
  });

  it('leaves a finished Pod alone', () => {
    const { pod } = new Life(newPod({ restartPolicy: 'Never' })).run();

    expect(new Life(pod).run().seen).toEqual([]);
  });

  it.each<{ reference: Reference; state: string; event: string }>([
    {
      reference: { kind: 'ConfigMap', name: 'settings', container: 'web' },
      state: 'CreateContainerConfigError',
      event: 'Failed',
    },
    { reference: { kind: 'Secret', name: 'keys', volume: 'keys' }, state: 'ContainerCreating', event: 'FailedMount' },
  ])('waits as $state for what is missing', ({ reference, state, event }) => {
    const life = new Life(newPod());
    life.missing = [reference];
    life.run(3);
    expect(life.seen.at(-1)).toContain(`Pending: web=${state}`);
    expect(life.events).toContain(event);

    life.missing = [];

    expect(life.run().seen.at(-1)).toContain('Running Ready');
  });

  it('is not ready before its readiness gates are', () => {
    const life = new Life(newPod({ readinessGates: [{ conditionType: 'example.com/gate' }] })).run();
    expect(findCondition(life.pod.status?.conditions, 'Ready')?.reason).toBe('ReadinessGatesNotReady');

    const conditions = [...(life.pod.status?.conditions ?? []), { type: 'example.com/gate', status: 'True' }];
    life.pod = { ...life.pod, status: { ...life.pod.status, conditions } };

    expect(findCondition(life.run().pod.status?.conditions, 'Ready')?.status).toBe('True');
  });
});

describe(planPodDeletion, () => {
  const deleted = (grace: number, spec: Partial<Pod['spec']> = {}): Pod => {
    const { pod } = new Life(newPod(spec)).run(spec.restartPolicy === undefined ? 20 : 3);
    const metadata = { ...pod.metadata, deletionTimestamp: 'x', deletionGracePeriodSeconds: grace };
    return { ...pod, metadata };
  };

  it('stops the containers, and takes the Pod away a second later at most', () => {
    const pod = deleted(30);
    const first = planPodDeletion({ pod, now: NOW, since: undefined });
    const last = planPodDeletion({ pod, now: NOW + 1_000, since: NOW });

    expect(eventsOf(first).map(({ reason }) => reason)).toEqual(['Killing']);
    expect(first.requeueAfter).toBe(1_000);
    expect(last.actions).toEqual([{ do: 'delete', object: pod, gracePeriodSeconds: 0 }]);
  });

  it('leaves to its finalizers a Pod that is done', () => {
    expect(planPodDeletion({ pod: deleted(0), now: NOW, since: NOW - 5_000 }).actions).toEqual([]);
  });

  it('tells the end of a Pod that a Job counts', () => {
    const pod = deleted(5, { restartPolicy: 'Never' });

    const planned = planPodDeletion({ pod, now: NOW + 1_000, since: NOW });

    expect(statusOf<PodStatus>(planned)).toMatchObject({ phase: 'Failed' });
    expect(planned.actions.at(-1)).toMatchObject({ do: 'delete' });
  });
});
