import { describe, expect, it } from 'vitest';
import type { Environment, OpenPromotion, Overview } from '../../lib/contract.ts';
import { awaitsPeople, boardRow, decisionsOf, environmentRules, isMoving } from './board-row.ts';

const freeze = { allowed: false };
const ENVIRONMENTS: Environment[] = [
  { name: 'dev', ref: 'main', sync: 'auto', freeze },
  { name: 'prod', ref: 'approved/prod', sync: 'manual', freeze, approvals: { quorum: 2, groups: ['leads', 'owners'] } },
];

function open(change: Partial<OpenPromotion> = {}): OpenPromotion {
  return {
    name: 'gateway-1-prod',
    service: 'gateway',
    environment: 'prod',
    target: { version: '1.0.0', digest: 'sha256:ab' },
    release: 'gateway-1',
    phase: 'Waiting',
    rollback: false,
    requestedBy: 'alice',
    approvers: [],
    mergeRequest: { iid: 1, url: 'http://forge/1', diff: 'http://forge/1/diffs' },
    gates: [],
    ...change,
  };
}

function overview(promotions: OpenPromotion[]): Overview {
  const user = { name: 'alice', displayName: 'Alice', groups: [] };
  return {
    ...{ user, ready: true, environments: ENVIRONMENTS, services: [], promotions, deployments: [], applications: [] },
    ...{ freezes: [], quarantines: [], reviews: [] },
  };
}

describe('boardRow', () => {
  it('puts each cell and each promotion of the service under its environment', () => {
    const cell = { environment: 'prod', application: 'p', sync: 'Synced', health: 'Healthy', syncing: false } as const;
    const service = { name: 'gateway', cells: [{ ...cell, rollback: { allowed: false } }] };
    const row = boardRow(service, overview([open(), open({ service: 'other' })]));
    expect(row.map(({ environment }) => environment.name)).toEqual(['dev', 'prod']);
    expect(row[0]?.cell).toBeUndefined();
    expect(row[1]?.cell?.application).toBe('p');
    expect(row[1]?.arriving).toHaveLength(1);
  });
});

describe('decisionsOf', () => {
  it.each([
    { name: 'nothing', change: { approve: { allowed: false, reason: 'x' } }, expected: [] },
    { name: 'an approval', change: { approve: { allowed: true } }, expected: ['Approve gateway 1.0.0 for prod'] },
    {
      name: 'a deployment before an approval',
      change: { approve: { allowed: true }, deploy: { allowed: true } },
      expected: ['Deploy gateway 1.0.0 to prod'],
    },
  ])('finds $name', ({ change, expected }) => {
    expect(decisionsOf(overview([open(change)])).map(({ text }) => text)).toEqual(expected);
  });
});

describe('words of the board', () => {
  it('say how changes get into an environment', () => {
    expect(ENVIRONMENTS.map(environmentRules)).toEqual([
      'follows main · merges by policy',
      'follows approved/prod · 2 approvals by leads or owners · deployed by hand',
    ]);
  });

  it('say what moves and what waits', () => {
    expect(isMoving({ health: 'Healthy', syncing: false })).toBe(false);
    expect(isMoving({ health: 'Progressing', syncing: false })).toBe(true);
    expect(isMoving({ health: 'Healthy', syncing: true })).toBe(true);
    expect(awaitsPeople({ phase: 'AwaitingDeploy' })).toBe(true);
    expect(awaitsPeople({ phase: 'Verifying' })).toBe(false);
  });
});
