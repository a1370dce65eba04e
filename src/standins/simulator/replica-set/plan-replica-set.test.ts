import { describe, expect, it } from 'vitest';
import { NOW, at, inShort, pod, replicaSet, statusOf, withoutEvents } from '../testing/builders.ts';
import { byDeletionOrder } from './deletion-order.ts';
import { planReplicaSet, replicaSetStatus } from './plan-replica-set.ts';

const set = replicaSet('web-abc', { replicas: 2 });
const labels = { 'pod-template-hash': 'web-abc' };

describe(planReplicaSet, () => {
  it('creates the Pods that are missing, owned and labelled', () => {
    const planned = planReplicaSet({ replicaSet: set, pods: [pod('a', { labels })], now: NOW });

    expect(inShort(planned)).toEqual(['create Pod web-abc-*', 'status']);
    expect(planned.actions[0]).toMatchObject({
      object: {
        metadata: {
          namespace: 'shop',
          labels: { app: 'web', 'pod-template-hash': 'web-abc' },
          ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', controller: true, blockOwnerDeletion: true }],
        },
        spec: { containers: [{ name: 'web' }] },
      },
      announce: { reason: 'SuccessfulCreate' },
    });
  });

  it.each([
    { reason: 'is going away', of: { terminating: true } },
    { reason: 'failed', of: { phase: 'Failed' } },
    { reason: 'is done', of: { phase: 'Succeeded' } },
  ] as const)('replaces a Pod that $reason', ({ of }) => {
    const pods = [pod('a', { labels }), pod('b', { labels, ...of })];

    expect(inShort(planReplicaSet({ replicaSet: set, pods, now: NOW }))).toEqual(['create Pod web-abc-*', 'status']);
  });

  it('deletes the Pods that are missed least', () => {
    const pods = [
      pod('ready', { ready: true }),
      pod('unready', {}),
      pod('pending', { phase: 'Pending' }),
      pod('ready-longer', { ready: true, readyFor: 600 }),
    ];

    expect(withoutEvents(planReplicaSet({ replicaSet: set, pods, now: NOW }))).toEqual([
      'delete pending',
      'delete unready',
      'status',
    ]);
  });

  it('does not scale while it is being deleted', () => {
    const deleted = { ...set, metadata: { ...set.metadata, deletionTimestamp: at(0) } };

    expect(inShort(planReplicaSet({ replicaSet: deleted, pods: [], now: NOW }))).toEqual(['status']);
  });

  it('counts a Pod as available once it was ready for minReadySeconds, and looks again then', () => {
    const patient = { ...set, spec: { ...set.spec, minReadySeconds: 90 } };
    const pods = [pod('a', { labels, ready: true, readyFor: 60 }), pod('b', { labels, ready: true, readyFor: 91 })];

    const planned = planReplicaSet({ replicaSet: patient, pods, now: NOW });

    expect(statusOf(planned)).toEqual({
      observedGeneration: 1,
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 1,
    });
    expect(planned.requeueAfter).toBe(30_000);
  });
});

describe(replicaSetStatus, () => {
  it('says what kept Pods from being created, until it does not any more', () => {
    const failure = { reason: 'FailedCreate', message: 'quota' } as const;
    const failing = replicaSetStatus({ replicaSet: set, pods: [], now: NOW, failure });
    const mended = replicaSetStatus({ replicaSet: { ...set, status: failing }, pods: [], now: NOW });

    expect(failing.conditions).toEqual([
      { type: 'ReplicaFailure', status: 'True', ...failure, lastTransitionTime: at(0) },
    ]);
    expect(mended).not.toHaveProperty('conditions');
  });
});

describe(byDeletionOrder, () => {
  const cost = (text: string): { annotations: Record<string, string> } => ({
    annotations: { 'controller.kubernetes.io/pod-deletion-cost': text },
  });

  it.each([
    { first: pod('x', { nodeName: '' }), then: pod('y'), reason: 'without a node' },
    { first: pod('x', { ready: true, ...cost('-5') }), then: pod('y', { ready: true }), reason: 'cheaper' },
    { first: pod('x', { ready: true, readyFor: 5 }), then: pod('y', { ready: true }), reason: 'ready for less long' },
    { first: pod('x', { restarts: 3 }), then: pod('y', { restarts: 1 }), reason: 'restarted more' },
    { first: pod('x', { age: 10 }), then: pod('y', { age: 100 }), reason: 'younger' },
  ])('puts first what is $reason', ({ first, then }) => {
    if (first.spec.nodeName === '') delete first.spec.nodeName;

    expect([then, first].toSorted(byDeletionOrder).map(({ metadata }) => metadata.name)).toEqual(['x', 'y']);
  });
});
