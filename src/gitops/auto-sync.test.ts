import { describe, expect, it } from 'vitest';
import { parseApplication } from './application.ts';
import type { Application, ApplicationStatus } from './application.ts';
import { HealHistory, decideAutoSync } from './auto-sync.ts';
import type { AutoSyncInput } from './auto-sync.ts';
import type { ComparedResource } from './comparison.ts';

const SOURCE = { repoURL: 'https://git/a', path: 'web', targetRevision: 'main' };

function app(automated: unknown, status: ApplicationStatus = {}, options: readonly string[] = []): Application {
  return parseApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd' },
    spec: {
      project: 'p',
      source: SOURCE,
      destination: { name: 'dev' },
      syncPolicy: { automated, syncOptions: options },
    },
    status,
  });
}

function resource(
  name: string,
  parts: Partial<ComparedResource> & { readonly pruned?: boolean } = {},
): ComparedResource {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'web' } };
  const { pruned = false, ...rest } = parts;
  return {
    key: name,
    differences: [],
    status: 'OutOfSync',
    extraneous: false,
    ...(pruned ? { live: object } : { target: object }),
    ...rest,
  };
}

/** The key of `resource('a')`. */
const SHARED: ReadonlySet<string> = new Set(['/ConfigMap/web/a']);

function decide(
  application: Application,
  resources: readonly ComparedResource[],
  more: Partial<AutoSyncInput> = {},
): ReturnType<typeof decideAutoSync> {
  const status = resources.some((one) => one.status === 'OutOfSync' && !one.extraneous) ? 'OutOfSync' : 'Synced';
  const comparison = { resources, status, health: { status: 'Healthy' }, conditions: [] } as const;
  return decideAutoSync({
    application,
    comparison,
    revisions: ['r1'],
    shared: new Set(),
    healNotBefore: 0,
    now: 1_000_000,
    ...more,
  });
}

function attempted(
  phase: 'Succeeded' | 'Failed',
  more: Partial<ApplicationStatus> = {},
  sync: Record<string, unknown> = {},
): ApplicationStatus {
  return {
    operationState: {
      operation: { sync },
      phase,
      message: 'no',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '1970-01-01T00:16:39Z',
      syncResult: { revision: 'r1', source: SOURCE },
    },
    ...more,
  };
}

const HISTORY = { history: [{ id: 0, revision: 'r1', deployedAt: '2026-01-01T00:00:00Z' }] };

describe('decideAutoSync', () => {
  it.each<{
    reason: string;
    application: Application;
    resources?: readonly ComparedResource[];
    more?: Partial<AutoSyncInput>;
    kind: string;
  }>([
    { reason: 'is not automated', application: app(undefined), kind: 'none' },
    { reason: 'is switched off', application: app({ enabled: false }), kind: 'none' },
    { reason: 'is synced', application: app({}), resources: [resource('a', { status: 'Synced' })], kind: 'none' },
    { reason: 'differs', application: app({}), kind: 'sync' },
    {
      reason: 'only has too much and may not prune',
      application: app({}),
      resources: [resource('a', { pruned: true }), resource('b', { status: 'Synced' })],
      kind: 'none',
    },
    {
      reason: 'only has too much and may prune',
      application: app({ prune: true }),
      resources: [resource('a', { pruned: true }), resource('b', { status: 'Synced' })],
      kind: 'sync',
    },
    {
      reason: 'would be emptied',
      application: app({ prune: true }),
      resources: [resource('a', { pruned: true })],
      kind: 'refuse',
    },
    {
      reason: 'may be emptied',
      application: app({ prune: true, allowEmpty: true }),
      resources: [resource('a', { pruned: true })],
      kind: 'sync',
    },
    { reason: 'failed at this commit', application: app({ selfHeal: true }, attempted('Failed')), kind: 'refuse' },
    {
      reason: 'failed at another commit',
      application: app({}, attempted('Failed')),
      more: { revisions: ['r2'] },
      kind: 'sync',
    },
    { reason: 'drifted and does not heal', application: app({}, attempted('Succeeded')), kind: 'none' },
    { reason: 'drifted and heals', application: app({ selfHeal: true }, attempted('Succeeded')), kind: 'sync' },
    {
      reason: 'drifted again too soon',
      application: app({ selfHeal: true }, attempted('Succeeded')),
      more: { healNotBefore: 1_005_000 },
      kind: 'wait',
    },
    {
      reason: 'could not be healed just now',
      application: app({ selfHeal: true }, attempted('Failed', HISTORY, { selfHealAttemptsCount: 1 })),
      kind: 'wait',
    },
    {
      reason: 'could not be healed a minute ago',
      application: app({ selfHeal: true }, attempted('Failed', HISTORY, { selfHealAttemptsCount: 1 })),
      more: { now: 1_060_000 },
      kind: 'sync',
    },
    {
      reason: 'shares objects and must not',
      application: app({}, {}, ['FailOnSharedResource=true']),
      more: { shared: SHARED },
      kind: 'refuse',
    },
    { reason: 'shares objects and may', application: app({}), more: { shared: SHARED }, kind: 'sync' },
    {
      reason: 'would heal what another one has',
      application: app({ selfHeal: true }, attempted('Succeeded')),
      more: { shared: SHARED },
      kind: 'none',
    },
  ])('says $kind to an Application that $reason', ({ application, resources = [resource('a')], more = {}, kind }) => {
    expect(decide(application, resources, more).kind).toBe(kind);
  });

  it('heals only what differs, and counts', () => {
    const resources = [resource('a'), resource('b', { status: 'Synced' })];
    const decision = decide(
      app({ selfHeal: true }, attempted('Succeeded', {}, { selfHealAttemptsCount: 2 })),
      resources,
    );
    expect(decision).toMatchObject({
      heals: true,
      operation: {
        sync: {
          revision: 'r1',
          resources: [{ kind: 'ConfigMap', namespace: 'web', name: 'a' }],
          selfHealAttemptsCount: 3,
        },
        initiatedBy: { automated: true },
      },
    });
  });
});

describe('HealHistory', () => {
  it('lets a burst through at once, then one heal an interval, and a burst again after a calm time', () => {
    const heals = new HealHistory({ burst: 3, interval: 1_000 });
    let now = 100_000;
    const burst = (count: number): number[] =>
      Array.from({ length: count }, () => {
        const wait = Math.max(0, heals.notBefore - now);
        now += wait;
        heals.healed(now);
        return wait;
      });

    expect(burst(5)).toEqual([0, 0, 0, 1_000, 1_000]);
    now += 10_000;
    expect(burst(4)).toEqual([0, 0, 0, 1_000]);
  });
});
