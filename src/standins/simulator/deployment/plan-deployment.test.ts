import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pod } from '../model/pod.ts';
import { desiredReplicas } from '../model/workloads.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../model/workloads.ts';
import {
  NOW,
  at,
  deployment,
  eventsOf,
  pod,
  replicaSet,
  statusOf,
  templateOf,
  withoutEvents,
} from '../testing/builders.ts';
import { planDeployment } from './plan-deployment.ts';
import { rolloutBudget } from './rollout-budget.ts';

function plan(
  object: Deployment,
  sets: readonly ReplicaSet[],
  pods: readonly Pod[] = [],
): ReturnType<typeof planDeployment> {
  return planDeployment({ deployment: object, replicaSets: sets, podsOf: () => pods, now: NOW });
}

const revised = (revision: number, object: Deployment): Deployment => ({
  ...object,
  metadata: { ...object.metadata, annotations: { 'deployment.kubernetes.io/revision': String(revision) } },
});

describe(planDeployment, () => {
  it('creates the first ReplicaSet with a hash, owner, revision and the annotations that are its own', () => {
    const object = deployment();
    const given = { team: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    const planned = plan({ ...object, metadata: { ...object.metadata, annotations: given } }, []);

    const [create] = planned.actions;
    expect(create).toMatchObject({
      do: 'create',
      object: {
        metadata: {
          namespace: 'shop',
          annotations: {
            team: 'x',
            'deployment.kubernetes.io/revision': '1',
            'deployment.kubernetes.io/desired-replicas': '3',
            'deployment.kubernetes.io/max-replicas': '4',
          },
          ownerReferences: [{ uid: 'uid-web', controller: true }],
        },
        spec: { replicas: 3 },
      },
    });
    const { metadata, spec } = (create as unknown as { object: ReplicaSet }).object;
    const hash = metadata.labels?.['pod-template-hash'] ?? '';
    expect(metadata.name).toBe(`web-${hash}`);
    expect(spec.selector).toEqual({ matchLabels: { app: 'web', 'pod-template-hash': hash } });
    expect(spec.template.metadata?.labels).toEqual({ app: 'web', 'pod-template-hash': hash });
    expect(metadata.annotations).not.toHaveProperty('kubectl.kubernetes.io/last-applied-configuration');
    expect(eventsOf(planned)[0]?.message).toBe(`Scaled up replica set web-${hash} from 0 to 3`);
  });

  it('names the ReplicaSet otherwise after a collision', () => {
    const names = [0, 1].map((collisionCount) => {
      const [create] = plan(deployment({}, { collisionCount }), []).actions;
      return (create as unknown as { object: ReplicaSet }).object.metadata.name;
    });

    expect(names[0]).not.toBe(names[1]);
  });

  const image = 'repo/web:2';
  const next = deployment({ template: templateOf(image) });
  it.each([
    {
      reason: 'surges first',
      object: revised(2, next),
      sets: [replicaSet('old', { replicas: 3 }), replicaSet('new', { replicas: 0, image, revision: 2 })],
      does: ['patch new {"spec":{"replicas":1}}', 'status'],
    },
    {
      reason: 'waits while the new Pod is not available',
      object: revised(2, next),
      sets: [replicaSet('old', { replicas: 3 }), replicaSet('new', { replicas: 1, available: 0, image, revision: 2 })],
      does: ['status'],
    },
    {
      reason: 'takes an old Pod away for each that became available',
      object: revised(2, next),
      sets: [replicaSet('old', { replicas: 3 }), replicaSet('new', { replicas: 1, image, revision: 2 })],
      does: ['patch old {"spec":{"replicas":2}}', 'status'],
    },
    {
      reason: 'takes Pods of old versions that are not available first, oldest version first',
      object: revised(3, deployment({ template: templateOf('repo/web:3') })),
      sets: [
        replicaSet('good', { replicas: 3, age: 300 }),
        replicaSet('bad', { replicas: 1, available: 0, image, revision: 2, age: 200 }),
        replicaSet('new', { replicas: 0, image: 'repo/web:3', revision: 3, age: 10 }),
      ],
      does: ['patch bad {"spec":{"replicas":0}}', 'status'],
    },
    {
      reason: 'reuses the ReplicaSet of a template that comes back, as the newest revision',
      object: revised(3, deployment()),
      sets: [
        replicaSet('first', { replicas: 0, revision: 1, age: 300 }),
        replicaSet('second', { replicas: 3, revision: 2, image }),
      ],
      does: [
        'patch first {"metadata":{"annotations":{"deployment.kubernetes.io/revision":"3","deployment.kubernetes.io/revision-history":"1"}}}',
        'status',
      ],
    },
    {
      reason: 'does not roll while paused',
      object: revised(1, deployment({ template: templateOf(image), paused: true })),
      sets: [replicaSet('old', { replicas: 3 })],
      does: ['status'],
    },
    {
      reason: 'scales while paused',
      object: revised(1, deployment({ replicas: 5, paused: true })),
      sets: [replicaSet('old', { replicas: 3 })],
      does: [
        'patch old {"spec":{"replicas":5},"metadata":{"annotations":{"deployment.kubernetes.io/desired-replicas":"5","deployment.kubernetes.io/max-replicas":"7"}}}',
        'status',
      ],
    },
    {
      reason: 'deletes empty revisions beyond the limit once complete',
      object: revised(
        3,
        deployment({ revisionHistoryLimit: 1, template: templateOf('repo/web:3') }, { observedGeneration: 1 }),
      ),
      sets: [
        replicaSet('one', { replicas: 0, revision: 1, image: 'repo/web:1' }),
        replicaSet('two', { replicas: 0, revision: 2, image }),
        replicaSet('three', { replicas: 3, revision: 3, image: 'repo/web:3' }),
      ],
      does: ['delete one', 'status'],
    },
    {
      reason: 'of a Recreate, empties the old ones first',
      object: revised(2, deployment({ strategy: { type: 'Recreate' }, template: templateOf(image) })),
      sets: [replicaSet('old', { replicas: 3, max: 3 })],
      does: ['patch old {"spec":{"replicas":0}}', 'status'],
    },
    {
      reason: 'of a Recreate, waits until the old Pods are gone',
      object: revised(2, deployment({ strategy: { type: 'Recreate' }, template: templateOf(image) })),
      sets: [replicaSet('old', { replicas: 0, max: 3 })],
      pods: [pod('old-1', { terminating: true })],
      does: ['status'],
    },
  ])('$reason', ({ object, sets, pods = [], does }) => {
    expect(withoutEvents(plan(object, sets, pods))).toEqual(does);
  });

  it('of a Recreate, creates the new one when no old Pod is left', () => {
    const object = deployment({ strategy: { type: 'Recreate' }, template: templateOf(image) });

    const planned = plan(object, [replicaSet('old', { replicas: 0, max: 3 })]);

    expect(planned.actions[0]).toMatchObject({ do: 'create', object: { spec: { replicas: 3 } } });
  });
});

describe('the status of a Deployment', () => {
  const complete = replicaSet('new', { replicas: 3 });
  const progressing = (reason: string, lastUpdate: number, status = 'True'): DeploymentStatus => ({
    conditions: [{ type: 'Progressing', status, reason, lastUpdateTime: at(lastUpdate), lastTransitionTime: at(-500) }],
  });

  it('counts, and says that the rollout is done', () => {
    const status = statusOf<DeploymentStatus>(plan(revised(1, deployment()), [complete]));

    expect(status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
        {
          type: 'Progressing',
          status: 'True',
          reason: 'NewReplicaSetAvailable',
          message: 'ReplicaSet "new" has successfully progressed.',
        },
      ],
    });
    expect(status).not.toHaveProperty('unavailableReplicas');
  });

  it.each([
    { name: 'within the deadline', lastUpdate: -59, reason: 'ReplicaSetUpdated', wait: 1_001 },
    { name: 'after the deadline', lastUpdate: -61, reason: 'ProgressDeadlineExceeded', wait: undefined },
  ])('without progress, $name, is $reason', ({ lastUpdate, reason, wait }) => {
    const stuck = replicaSet('new', { replicas: 3, available: 0 });
    const before = { ...progressing('ReplicaSetUpdated', lastUpdate), replicas: 3, updatedReplicas: 3 };

    const planned = plan(revised(1, deployment({}, before)), [stuck]);

    const found = statusOf<DeploymentStatus>(planned).conditions?.find(({ type }) => type === 'Progressing');
    expect(found?.reason).toBe(reason);
    expect(planned.requeueAfter).toBe(wait);
  });

  it('starts the deadline anew with each Pod that gets ready', () => {
    const before = { ...progressing('ReplicaSetUpdated', -61), replicas: 3, updatedReplicas: 3, readyReplicas: 1 };
    const moving = replicaSet('new', { replicas: 3, available: 2 });

    const status = statusOf<DeploymentStatus>(plan(revised(1, deployment({}, before)), [moving]));

    expect(status.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      reason: 'ReplicaSetUpdated',
      lastUpdateTime: at(0),
      lastTransitionTime: at(-500),
    });
  });

  it.each([
    { paused: true, reason: 'DeploymentPaused', before: progressing('NewReplicaSetAvailable', -10) },
    { paused: false, reason: 'DeploymentResumed', before: progressing('DeploymentPaused', -10, 'Unknown') },
  ])('says $reason', ({ paused, reason, before }) => {
    const rolling = replicaSet('new', { replicas: 3, available: 0 });
    const counts = { replicas: 3, updatedReplicas: 3 };

    const status = statusOf<DeploymentStatus>(
      plan(revised(1, deployment({ paused }, { ...before, ...counts })), [rolling]),
    );

    expect(status.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({ status: 'Unknown', reason });
  });

  it('has no Progressing condition without a deadline', () => {
    const object = deployment({ progressDeadlineSeconds: 2_147_483_647 }, progressing('ReplicaSetUpdated', -61));

    const status = statusOf<DeploymentStatus>(plan(revised(1, object), [replicaSet('new', { replicas: 3 })]));

    expect(status.conditions?.map(({ type }) => type)).toEqual(['Available']);
  });

  it('passes on that Pods cannot be created', () => {
    const failing = replicaSet('new', { replicas: 3, available: 0, pods: 0 });
    const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }];

    const status = statusOf<DeploymentStatus>(
      plan(revised(1, deployment()), [{ ...failing, status: { replicas: 0, conditions } }]),
    );

    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: 'ReplicaFailure', reason: 'FailedCreate' }),
    );
  });
});

/** Applies sizes to ReplicaSets, and lets Pods come and become available at random. */
class RolloutModel {
  sets: ReplicaSet[];

  constructor(sets: ReplicaSet[]) {
    this.sets = sets;
  }

  step(object: Deployment): boolean {
    const actions = plan(object, this.sets).actions.filter(({ do: what }) => what === 'create' || what === 'patch');
    for (const action of actions) {
      if (action.do === 'create') {
        const created = action.object as ReplicaSet;
        created.metadata = { ...created.metadata, uid: created.metadata.name ?? '', creationTimestamp: at(0) };
        this.sets.push({ ...created, status: { replicas: 0 } });
      }
      if (action.do === 'patch') this.#patch(action.object.metadata.name ?? '', action.changes);
    }
    return actions.length > 0;
  }

  /** Pods that are surplus go, missing ones come, and some of `readiness` become available. */
  settle(readiness: number): void {
    this.sets = this.sets.map((set) => {
      const size = desiredReplicas(set);
      const available = Math.min(size, (set.status?.availableReplicas ?? 0) + readiness);
      return { ...set, status: { replicas: size, readyReplicas: available, availableReplicas: available } };
    });
  }

  total(of: (set: ReplicaSet) => number): number {
    return this.sets.reduce((sum, set) => sum + of(set), 0);
  }

  #patch(name: string, changes: Record<string, unknown>): void {
    this.sets = this.sets.map((set) => {
      if (set.metadata.name !== name) return set;
      const { annotations = {} } = (changes['metadata'] ?? {}) as { annotations?: Record<string, string> };
      const metadata = { ...set.metadata, annotations: { ...set.metadata.annotations, ...annotations } };
      return { ...set, metadata, spec: { ...set.spec, ...(changes['spec'] as object | undefined) } };
    });
  }
}

describe('a rolling update', () => {
  it('keeps to its surge and availability at every step, and comes to its end', () => {
    const bound = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('0%', '25%', '50%', '100%'));
    fc.assert(
      fc.property(
        fc.record({ replicas: fc.integer({ min: 0, max: 9 }), maxSurge: bound, maxUnavailable: bound }),
        fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
        ({ replicas, maxSurge, maxUnavailable }, readiness) => {
          const strategy = { rollingUpdate: { maxSurge, maxUnavailable } };
          const object = revised(2, deployment({ replicas, strategy, template: templateOf('repo/web:2') }));
          const budget = rolloutBudget(object);
          const max = replicas + budget.maxSurge;
          const model = new RolloutModel([replicaSet('old', { replicas, desired: replicas, max })]);
          let idle = 0;
          for (let round = 0; idle < 6; round++) {
            expect(round).toBeLessThan(200);
            idle = model.step(object) ? 0 : idle + 1;
            expect(model.total(desiredReplicas)).toBeLessThanOrEqual(max);
            const usable = model.total((set) => Math.min(desiredReplicas(set), set.status?.availableReplicas ?? 0));
            expect(usable).toBeGreaterThanOrEqual(replicas - budget.maxUnavailable);
            model.settle(idle > 2 ? 1 : (readiness.next().value as number));
          }
          expect(model.sets.map(desiredReplicas).toSorted()).toEqual([0, replicas]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
