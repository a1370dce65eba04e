import { describe, expect, it } from 'vitest';
import type { Pod } from '../model/pod.ts';
import type { ControllerRevision, StatefulSet } from '../model/workloads.ts';
import { planRevision } from '../revision/plan-revision.ts';
import { NOW, pod, statusOf, template, templateOf, withoutEvents } from '../testing/builders.ts';
import type { PodOptions } from '../testing/builders.ts';
import { planStatefulSet } from './plan-stateful-set.ts';

function statefulSet(spec: Partial<StatefulSet['spec']> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop', uid: 'uid-db', generation: 1 },
    spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'web' } }, template, ...spec },
  };
}

const first = planRevision(statefulSet(), []).update;
const second = planRevision(statefulSet({ template: templateOf('repo/web:2') }), [first]).update;

function member(ordinal: number, options: PodOptions & { readonly of?: ControllerRevision } = {}): Pod {
  const { of = first, ...rest } = options;
  return pod(`db-${ordinal}`, { ready: true, labels: { 'controller-revision-hash': of.metadata.name ?? '' }, ...rest });
}

interface Case {
  readonly spec?: Partial<StatefulSet['spec']>;
  readonly pods: readonly Pod[];
  readonly update?: ControllerRevision;
}

function plan({ spec = {}, pods, update = first }: Case): ReturnType<typeof planStatefulSet> {
  return planStatefulSet({ statefulSet: statefulSet(spec), pods, current: first, update, claims: new Set(), now: NOW });
}

describe(planStatefulSet, () => {
  const parallel = { podManagementPolicy: 'Parallel' };
  const partition = (from: number): Partial<StatefulSet['spec']> => ({
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: from } },
  });

  it.each<Case & { reason: string; does: string[] }>([
    { reason: 'starts with the first', pods: [], does: ['create Pod db-0'] },
    { reason: 'waits until it is ready', pods: [member(0, { ready: false })], does: [] },
    { reason: 'goes on with the next', pods: [member(0)], does: ['create Pod db-1'] },
    { reason: 'fills a gap before it goes on', pods: [member(0), member(2)], does: ['create Pod db-1'] },
    { reason: 'replaces one that failed', pods: [member(0, { phase: 'Failed' })], does: ['delete db-0'] },
    { reason: 'waits for one that is going', pods: [member(0, { terminating: true }), member(1)], does: [] },
    {
      reason: 'creates all at once when Parallel',
      spec: parallel,
      pods: [member(1, { ready: false })],
      does: ['create Pod db-0', 'create Pod db-2'],
    },
    { reason: 'counts from ordinals.start', spec: { ordinals: { start: 5 } }, pods: [], does: ['create Pod db-5'] },
    {
      reason: 'scales down from the last',
      spec: { replicas: 1 },
      pods: [member(0), member(1), member(2)],
      does: ['delete db-2'],
    },
    {
      reason: 'scales down one by one',
      spec: { replicas: 1 },
      pods: [member(0), member(1), member(2, { terminating: true })],
      does: [],
    },
    {
      reason: 'scales down all at once when Parallel',
      spec: { replicas: 1, ...parallel },
      pods: [member(0), member(1), member(2)],
      does: ['delete db-2', 'delete db-1'],
    },
    {
      reason: 'updates from the last',
      pods: [member(0), member(1), member(2)],
      update: second,
      does: ['delete db-2'],
    },
    {
      reason: 'updates the next when that one is ready again',
      pods: [member(0), member(1), member(2, { of: second })],
      update: second,
      does: ['delete db-1'],
    },
    {
      reason: 'does not update while one is not ready',
      pods: [member(0), member(1), member(2, { of: second, ready: false })],
      update: second,
      does: [],
    },
    {
      reason: 'leaves those below the partition',
      spec: partition(2),
      pods: [member(0), member(1), member(2, { of: second })],
      update: second,
      does: [],
    },
    {
      reason: 'leaves updates OnDelete to others',
      spec: { updateStrategy: { type: 'OnDelete' } },
      pods: [member(0), member(1), member(2)],
      update: second,
      does: [],
    },
  ])('$reason', ({ does, ...given }) => {
    expect(withoutEvents(plan(given))).toEqual([...does, 'status']);
  });

  it('gives a Pod its name, labels, host name and claims', () => {
    const volumeClaimTemplates = [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: { accessModes: ['RWO'] } },
    ];

    const [claim, create] = plan({ spec: { volumeClaimTemplates }, pods: [] }).actions;

    expect(claim).toMatchObject({ object: { metadata: { name: 'data-db-0' }, spec: { accessModes: ['RWO'] } } });
    expect(create).toMatchObject({
      object: {
        metadata: {
          name: 'db-0',
          labels: {
            'statefulset.kubernetes.io/pod-name': 'db-0',
            'apps.kubernetes.io/pod-index': '0',
            'controller-revision-hash': first.metadata.name,
          },
        },
        spec: {
          hostname: 'db-0',
          subdomain: 'db',
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }],
        },
      },
    });
  });

  it('creates a Pod below the partition at the current revision', () => {
    const spec = { ...partition(2), template: templateOf('repo/web:2') };

    const [create] = plan({ spec, pods: [], update: second }).actions;

    expect(create).toMatchObject({ object: { spec: { containers: [{ image: 'repo/web:1' }] } } });
  });

  it('counts by revision, and makes the update current when all are updated', () => {
    const midway = plan({ pods: [member(0), member(1), member(2, { of: second })], update: second });
    const done = plan({ pods: [0, 1, 2].map((ordinal) => member(ordinal, { of: second })), update: second });

    expect(statusOf(midway)).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 2,
      updatedReplicas: 1,
      currentRevision: first.metadata.name,
      updateRevision: second.metadata.name,
    });
    expect(statusOf(done)).toMatchObject({ currentReplicas: 3, currentRevision: second.metadata.name });
  });
});

describe(planRevision, () => {
  it('gives a template that comes back its old revision, numbered anew', () => {
    const { update, actions } = planRevision(statefulSet(), [first, second]);

    expect(update).toBe(first);
    expect(actions).toEqual([{ do: 'patch', object: first, changes: { revision: 3 } }]);
  });

  it('does nothing when the latest revision is the template', () => {
    expect(planRevision(statefulSet(), [first]).actions).toEqual([]);
  });
});
