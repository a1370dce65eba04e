import { describe, expect, it } from 'vitest';
import { deployment, replicaSet } from '../testing/builders.ts';
import { isScalingEvent, planScaling } from './proportional-scaling.ts';
import { rolloutBudget } from './rollout-budget.ts';

describe(rolloutBudget, () => {
  it.each([
    { replicas: 3, maxSurge: undefined, maxUnavailable: undefined, surge: 1, unavailable: 0 },
    { replicas: 10, maxSurge: '25%', maxUnavailable: '25%', surge: 3, unavailable: 2 },
    { replicas: 4, maxSurge: 0, maxUnavailable: 0, surge: 0, unavailable: 1 },
    { replicas: 1, maxSurge: '0%', maxUnavailable: '50%', surge: 0, unavailable: 1 },
    { replicas: 2, maxSurge: 1, maxUnavailable: 5, surge: 1, unavailable: 2 },
  ])('of $replicas with $maxSurge and $maxUnavailable is $surge and $unavailable', (row) => {
    const { replicas, maxSurge, maxUnavailable, surge, unavailable } = row;
    const rollingUpdate = {
      ...(maxSurge === undefined ? {} : { maxSurge }),
      ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
    };

    const budget = rolloutBudget(deployment({ replicas, strategy: { rollingUpdate } }));

    expect(budget).toEqual({ maxSurge: surge, maxUnavailable: unavailable });
  });
});

describe(planScaling, () => {
  const strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
  const sized = (name: string, replicas: number, age: number): ReturnType<typeof replicaSet> =>
    replicaSet(name, { replicas, age, desired: 10, max: 10, available: replicas === 10 ? 10 : 0 });

  it.each([
    { reason: 'the only active one takes it all', to: 12, newSize: 10, olds: [0], sizes: [['new', 12]] },
    { reason: 'each grows in proportion', to: 20, newSize: 5, olds: [5], sizes: [['new', 10], ['old0', 10]] }, // prettier-ignore
    { reason: 'each shrinks in proportion', to: 5, newSize: 5, olds: [5], sizes: [['old0', 2], ['new', 3]] }, // prettier-ignore
    { reason: 'what is left over goes to the largest', to: 12, newSize: 3, olds: [6, 1], sizes: [['old0', 7], ['new', 4], ['old1', 1]] }, // prettier-ignore
    { reason: 'to none', to: 0, newSize: 5, olds: [5], sizes: [['old0', 0], ['new', 0]] }, // prettier-ignore
  ])('$reason', ({ to, newSize, olds, sizes }) => {
    const object = deployment({ replicas: to, strategy });
    const newSet = sized('new', newSize, 10);
    const oldSets = olds.map((size, index) => sized(`old${index}`, size, 100 + index));

    const planned = planScaling(object, { newSet, oldSets });

    expect(planned.map(({ set, to: size }) => [set.metadata.name, size])).toEqual(sizes);
    expect(isScalingEvent(object, [newSet, ...oldSets])).toBe(to !== 10);
  });

  it('empties the old ones when the new one is saturated', () => {
    const object = deployment({ replicas: 10, strategy });

    const planned = planScaling(object, { newSet: sized('new', 10, 10), oldSets: [sized('old', 2, 100)] });

    expect(planned.map(({ set, to }) => [set.metadata.name, to])).toEqual([['old', 0]]);
  });
});
