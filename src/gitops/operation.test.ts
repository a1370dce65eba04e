import { describe, expect, it } from 'vitest';
import type { Application, OperationState } from './application.ts';
import {
  addHistory,
  afterPass,
  beginOperation,
  currentOperation,
  isDeployment,
  retryDelay,
  retryWait,
} from './operation.ts';

const NOW = Date.UTC(2026, 0, 1);
const APP: Application = {
  metadata: { name: 'web', namespace: 'argocd' },
  spec: { project: 'p', destination: {} },
  status: {},
};

describe('retryDelay', () => {
  it.each([
    { retry: undefined, count: 0, delay: 5_000 },
    { retry: undefined, count: 20, delay: 180_000 },
    { retry: { backoff: { duration: '10s', factor: 3, maxDuration: '1m' } }, count: 1, delay: 30_000 },
    { retry: { backoff: { duration: '10s', factor: 3, maxDuration: '1m' } }, count: 2, delay: 60_000 },
    { retry: { backoff: { duration: '7' } }, count: 0, delay: 7_000 },
  ])('after $count failures of $retry is $delay', ({ retry, count, delay }) => {
    expect(retryDelay(retry, count)).toBe(delay);
  });
});

describe('afterPass', () => {
  const state = beginOperation({ sync: {}, retry: { limit: 1 } }, NOW);
  const end = (phase: OperationState['phase']): Parameters<typeof afterPass>[1] => ({
    outcome: { phase, message: phase, resources: [] },
    result: { revision: 'r1' },
    now: NOW + 1_000,
  });

  it('ends with a success', () => {
    expect(afterPass(state, end('Succeeded'))).toMatchObject({
      phase: 'Succeeded',
      finishedAt: '2026-01-01T00:00:01Z',
      syncResult: { revision: 'r1' },
    });
  });

  it('waits for the next try after a failure, as often as it may', () => {
    const failed = afterPass(state, end('Failed'));
    expect(failed).toMatchObject({ phase: 'Running', retryCount: 1 });
    expect(retryWait(failed, NOW + 2_000)).toBe(4_000);
    expect(afterPass(failed, end('Failed'))).toMatchObject({ phase: 'Failed', retryCount: 1 });
  });

  it('does not try again what somebody terminated', () => {
    expect(afterPass({ ...state, phase: 'Terminating' }, end('Failed')).phase).toBe('Failed');
  });

  it('goes on while it runs', () => {
    const running = afterPass(state, end('Running'));
    expect(running.finishedAt).toBeUndefined();
    expect(retryWait(running, NOW)).toBeUndefined();
  });
});

describe('currentOperation', () => {
  it('carries on with what runs rather than begin what is asked for', () => {
    const running = beginOperation({ sync: { revision: 'old' } }, NOW);
    const application = { ...APP, operation: { sync: { revision: 'new' } }, status: { operationState: running } };
    expect(currentOperation(application, NOW)).toBe(running);
    const done: OperationState = { ...running, phase: 'Succeeded' };
    expect(currentOperation({ ...application, status: { operationState: done } }, NOW)?.operation.sync?.revision).toBe(
      'new',
    );
    expect(currentOperation({ ...APP, status: { operationState: done } }, NOW)).toBeUndefined();
  });
});

describe('addHistory', () => {
  it('numbers on and keeps the last ones', () => {
    const history = Array.from({ length: 10 }, (_, id) => ({ id, revision: `r${id}`, deployedAt: '' }));
    const state: OperationState = {
      ...beginOperation({ initiatedBy: { username: 'alice' } }, NOW),
      phase: 'Succeeded',
    };
    const next = addHistory({ ...APP, status: { history } }, { state, sources: [], revisions: ['r10'] });
    expect(next).toHaveLength(10);
    expect(next.at(-1)).toMatchObject({ id: 10, revision: 'r10', initiatedBy: { username: 'alice' } });
    expect(
      addHistory({ ...APP, spec: { ...APP.spec, revisionHistoryLimit: 0 } }, { state, sources: [], revisions: [] }),
    ).toEqual([]);
  });

  it.each([
    { reason: 'a whole sync', sync: {}, deploys: true },
    { reason: 'a trial', sync: { dryRun: true }, deploys: false },
    { reason: 'a part of the objects', sync: { resources: [{ kind: 'ConfigMap', name: 'a' }] }, deploys: false },
  ])('knows whether $reason is a deployment', ({ sync, deploys }) => {
    expect(isDeployment({ ...beginOperation({ sync }, NOW), phase: 'Succeeded' })).toBe(deploys);
  });
});
