import { describe, expect, it } from 'vitest';
import type { Pod } from '../model/pod.ts';
import { NOW, inShort, pod, statusOf } from '../testing/builders.ts';
import { planObstacle, schedulingOf } from './scheduler-reconciler.ts';

function unscheduled(spec: Partial<Pod['spec']> = {}): Pod {
  const base = pod('web', { phase: 'Pending' });
  const { nodeName: _, ...rest } = base.spec;
  return { ...base, spec: { ...rest, ...spec } };
}

const withClaim = unscheduled({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] });

describe(schedulingOf, () => {
  it.each([
    { reason: 'it has a node', of: pod('web'), phase: undefined, expected: 'settled' },
    { reason: 'it is free', of: unscheduled(), phase: undefined, expected: 'ready' },
    { reason: 'its claim is bound', of: withClaim, phase: 'Bound', expected: 'ready' },
  ])('is $expected when $reason', ({ of, phase, expected }) => {
    expect(schedulingOf(of, () => phase)).toBe(expected);
  });

  it.each([
    {
      reason: 'SchedulingGated',
      of: unscheduled({ schedulingGates: [{ name: 'g' }] }),
      phase: undefined,
      text: 'gates',
    },
    { reason: 'Unschedulable', of: withClaim, phase: undefined, text: '"data" not found' },
    { reason: 'Unschedulable', of: withClaim, phase: 'Pending', text: 'unbound immediate' },
  ])('is $reason because of $text', ({ reason, of, phase, text }) => {
    expect(schedulingOf(of, () => phase)).toEqual({ reason, message: expect.stringContaining(text) as string });
  });
});

describe(planObstacle, () => {
  it('says it once', () => {
    const obstacle = { reason: 'Unschedulable', message: 'no claim' } as const;
    const first = planObstacle(withClaim, obstacle, NOW);
    const again = planObstacle({ ...withClaim, status: statusOf(first) }, obstacle, NOW + 1_000);

    expect(inShort(first)).toEqual(['status', 'FailedScheduling: no claim']);
    expect(again.actions).toEqual([]);
  });
});
