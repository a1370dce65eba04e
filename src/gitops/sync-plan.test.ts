import { describe, expect, it } from 'vitest';
import type { ApiResource, KubeObject } from '../kube/index.ts';
import { planSync } from './sync-plan.ts';
import type { PlanLookup, SyncInput } from './sync-plan.ts';
import { settingsFor } from './sync-options.ts';
import { kindOf, objectOf } from './sync-task.ts';
import type { ResourcePair } from './sync-task.ts';

const WAVE = 'argocd.argoproj.io/sync-wave';
const CLUSTER_KINDS = new Set(['Namespace', 'ClusterRole', 'CustomResourceDefinition']);

const LOOKUP: PlanLookup = {
  resourceFor: async ({ kind, apiVersion }): Promise<ApiResource | undefined> =>
    kind === 'Toy'
      ? undefined
      : { group: '', version: apiVersion, kind, resource: kind.toLowerCase(), namespaced: !CLUSTER_KINDS.has(kind) },
  refusal: ({ kind }) => (kind === 'Secret' ? 'no secrets here' : undefined),
  live: () => undefined,
};

function object(
  kind: string,
  name: string,
  parts: { annotations?: Record<string, string>; namespace?: string; spec?: unknown } = {},
): KubeObject {
  const { annotations, namespace, spec } = parts;
  return {
    apiVersion: 'v1',
    kind,
    metadata: {
      name,
      ...(annotations === undefined ? {} : { annotations }),
      ...(namespace === undefined ? {} : { namespace }),
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

const target = (...args: Parameters<typeof object>): ResourcePair => ({ target: object(...args) });
const prune = (name: string, wave: number, options = ''): ResourcePair => ({
  live: object('ConfigMap', name, {
    namespace: 'web',
    annotations: { [WAVE]: String(wave), 'argocd.argoproj.io/sync-options': options },
  }),
});

const SETTINGS = settingsFor(
  { metadata: { name: 'web', namespace: 'argocd' }, spec: { project: '', destination: {} }, status: {} },
  { sync: { prune: true } },
);

function input(resources: readonly ResourcePair[], more: Partial<SyncInput> = {}): SyncInput {
  return {
    resources,
    hooks: [],
    namespace: 'web',
    revision: 'abcdef1234',
    startedAt: 1_700_000_000_000,
    settings: SETTINGS,
    results: [],
    ...more,
  };
}

async function order(resources: readonly ResourcePair[], more: Partial<SyncInput> = {}): Promise<readonly string[]> {
  const { tasks } = await planSync(input(resources, more), LOOKUP);
  return tasks.map((task) => `${task.phase} ${task.wave} ${kindOf(task)}/${objectOf(task).metadata.name ?? ''}`);
}

describe('planSync', () => {
  it('orders by phase, wave, kind and name', async () => {
    const hooks = [
      object('Job', 'after', { annotations: { 'argocd.argoproj.io/hook': 'PostSync' } }),
      object('Job', 'before', { annotations: { 'argocd.argoproj.io/hook': 'PreSync' } }),
    ];
    const resources = [
      target('Deployment', 'b'),
      target('Deployment', 'a'),
      target('ConfigMap', 'late', { annotations: { [WAVE]: '2' } }),
      target('Service', 'z'),
      target('ConfigMap', 'early', { annotations: { [WAVE]: '-1' } }),
    ];
    expect(await order(resources, { hooks })).toEqual([
      'PreSync 0 Job/before',
      'Sync -1 ConfigMap/early',
      'Sync 0 Service/z',
      'Sync 0 Deployment/a',
      'Sync 0 Deployment/b',
      'Sync 2 ConfigMap/late',
      'PostSync 0 Job/after',
    ]);
  });

  it('brings a namespace and a definition before what needs them, whatever their waves', async () => {
    const spec = { group: '', names: { kind: 'Toy' }, scope: 'Namespaced' };
    const resources = [
      target('ConfigMap', 'early', { namespace: 'extra', annotations: { [WAVE]: '-5' } }),
      target('Namespace', 'extra', { annotations: { [WAVE]: '3' } }),
      target('Toy', 'bear', { annotations: { [WAVE]: '-9' } }),
      target('CustomResourceDefinition', 'toys', { spec }),
    ];
    expect(await order(resources)).toEqual([
      'Sync -9 CustomResourceDefinition/toys',
      'Sync -9 Toy/bear',
      'Sync -5 Namespace/extra',
      'Sync -5 ConfigMap/early',
    ]);
  });

  it('prunes in the reverse order of waves, and last of all what says so', async () => {
    expect(
      await order([
        prune('one', 1),
        prune('five', 5),
        prune('last', 0, 'PruneLast=true'),
        target('ConfigMap', 'kept', { annotations: { [WAVE]: '7' } }),
      ]),
    ).toEqual(['Sync 0 ConfigMap/five', 'Sync 1 ConfigMap/one', 'Sync 7 ConfigMap/kept', 'Sync 8 ConfigMap/last']);
  });

  it('puts namespaced objects into the destination namespace and no others', async () => {
    const { tasks } = await planSync(
      input([target('ConfigMap', 'a'), target('ClusterRole', 'b'), target('ConfigMap', 'c', { namespace: 'own' })]),
      LOOKUP,
    );
    expect(tasks.map((task) => objectOf(task).metadata.namespace)).toEqual(
      expect.arrayContaining(['web', undefined, 'own']),
    );
  });

  it.each([
    { reason: 'a kind that nobody serves', resources: [target('Toy', 'bear')], invalid: ['bear'] },
    {
      reason: 'an object that the project refuses',
      resources: [target('Secret', 's'), target('ConfigMap', 'a')],
      invalid: ['s'],
    },
    {
      reason: 'nothing when the missing kind may be missing',
      resources: [
        target('Toy', 'bear', {
          annotations: { 'argocd.argoproj.io/sync-options': 'SkipDryRunOnMissingResource=true' },
        }),
      ],
      invalid: [],
    },
  ])('refuses $reason', async ({ resources, invalid }) => {
    const plan = await planSync(input(resources), LOOKUP);
    expect(plan.invalid.map(({ task }) => objectOf(task).metadata.name)).toEqual(invalid);
  });

  it('names generated hooks alike in every pass', async () => {
    const hook: KubeObject = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { generateName: 'smoke-', annotations: { 'argocd.argoproj.io/hook': 'PreSync,PostSync' } },
    };
    const first = await order([], { hooks: [hook] });
    expect(first).toEqual([
      'PreSync 0 Job/smoke-abcdef1-presync-1700000000',
      'PostSync 0 Job/smoke-abcdef1-postsync-1700000000',
    ]);
    expect(await order([], { hooks: [hook] })).toEqual(first);
  });

  it('leaves hooks and unnamed objects out of a selective sync', async () => {
    const hooks = [object('Job', 'before', { annotations: { 'argocd.argoproj.io/hook': 'PreSync' } })];
    const settings = settingsFor(
      { metadata: { name: 'web', namespace: 'argocd' }, spec: { project: '', destination: {} }, status: {} },
      { sync: { resources: [{ kind: 'ConfigMap', name: 'b' }] } },
    );
    expect(await order([target('ConfigMap', 'a'), target('ConfigMap', 'b')], { hooks, settings })).toEqual([
      'Sync 0 ConfigMap/b',
    ]);
  });
});
