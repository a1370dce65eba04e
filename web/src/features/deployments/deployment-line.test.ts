import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../lib/contract.ts';
import { byDay, peopleOf } from './deployment-line.ts';

function deployment(change: Partial<Deployment>): Deployment {
  return {
    promotion: 'p',
    service: 'gateway',
    environment: 'prod',
    target: { version: '1.0.0', digest: 'sha256:ab' },
    phase: 'Deployed',
    rollback: false,
    requestedBy: 'alice',
    approvers: [],
    at: '2026-01-15T12:00:00Z',
    mergeRequest: { iid: 1, url: 'http://forge/1' },
    ...change,
  };
}

describe('peopleOf', () => {
  it('names everybody once for each part', () => {
    expect(peopleOf(deployment({}))).toBe('asked for by alice');
    expect(peopleOf(deployment({ approvers: ['bob', 'carol'], deployedBy: 'carol' }))).toBe(
      'asked for by alice, approved by bob and carol, deployed by carol',
    );
  });
});

describe('byDay', () => {
  it('groups by day, newest first as given', () => {
    const now = new Date(2026, 0, 15, 18).getTime();
    const at = (day: number, hour: number): string => new Date(2026, 0, day, hour).toISOString();
    const times = [at(15, 12), at(15, 1), at(14, 23), at(9, 9)];
    const days = byDay(
      times.map((time) => deployment({ at: time })),
      now,
    );
    expect(days.map(({ name, deployments }) => [name, deployments.length])).toEqual([
      ['Today', 2],
      ['Yesterday', 1],
      ['Friday, January 9', 1],
    ]);
  });
});
