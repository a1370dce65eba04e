import { describe, expect, it } from 'vitest';
import type { Pod } from '../model/pod.ts';
import type { DaemonSet } from '../model/workloads.ts';
import { NOW, pod, statusOf, template, withoutEvents } from '../testing/builders.ts';
import type { PodOptions } from '../testing/builders.ts';
import { planDaemonSet } from './plan-daemon-set.ts';

function daemonSet(spec: Partial<DaemonSet['spec']> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'shop', uid: 'uid-agent', generation: 4 },
    spec: { selector: { matchLabels: { app: 'web' } }, template, ...spec },
  };
}

function agent(name: string, hash: string, options: PodOptions = {}): Pod {
  return pod(name, { ready: true, labels: { 'controller-revision-hash': hash }, ...options });
}

function plan(pods: readonly Pod[], spec: Partial<DaemonSet['spec']> = {}): ReturnType<typeof planDaemonSet> {
  return planDaemonSet({ daemonSet: daemonSet(spec), pods, hash: 'new', nodeName: 'simulated-node', now: NOW });
}

describe(planDaemonSet, () => {
  const surge = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };

  it.each([
    { reason: 'creates the Pod of the node', pods: [], does: ['create Pod agent-*'] },
    { reason: 'keeps one that is right', pods: [agent('a', 'new')], does: [] },
    { reason: 'replaces one that failed', pods: [agent('a', 'new', { phase: 'Failed' })], does: ['delete a'] },
    { reason: 'takes an outdated one away', pods: [agent('a', 'old')], does: ['delete a'] },
    { reason: 'waits until it is gone', pods: [agent('a', 'old', { terminating: true })], does: [] },
    { reason: 'keeps the older of two', pods: [agent('a', 'new', { age: 5 }), agent('b', 'new')], does: ['delete a'] },
    { reason: 'surges first when asked to', pods: [agent('a', 'old')], spec: surge, does: ['create Pod agent-*'] },
    {
      reason: 'waits for the surge to be available',
      pods: [agent('a', 'old'), agent('b', 'new', { ready: false })],
      spec: surge,
      does: [],
    },
    {
      reason: 'then takes the outdated one away',
      pods: [agent('a', 'old'), agent('b', 'new')],
      spec: surge,
      does: ['delete a'],
    },
    {
      reason: 'leaves updates OnDelete to others',
      pods: [agent('a', 'old')],
      spec: { updateStrategy: { type: 'OnDelete' } },
      does: [],
    },
  ])('$reason', ({ pods, spec = {}, does }) => {
    expect(withoutEvents(plan(pods, spec))).toEqual([...does, 'status']);
  });

  it('pins the Pod to the node', () => {
    expect(plan([]).actions[0]).toMatchObject({
      object: {
        spec: {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', values: ['simulated-node'] }] }],
              },
            },
          },
        },
      },
    });
  });

  it('counts in nodes', () => {
    const common = { observedGeneration: 4, desiredNumberScheduled: 1, numberMisscheduled: 0 };
    const up = { currentNumberScheduled: 1, numberReady: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
    const down = { currentNumberScheduled: 0, numberReady: 0, numberUnavailable: 1 };

    expect(statusOf(plan([agent('a', 'new')]))).toEqual({ ...common, ...up });
    expect(statusOf(plan([]))).toEqual({ ...common, ...down });
  });
});
