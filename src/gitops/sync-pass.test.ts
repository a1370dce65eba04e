import { describe, expect, it } from 'vitest';
import { healthOf } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { ResourceResult } from './application.ts';
import { settingsFor } from './sync-options.ts';
import { runSyncPass } from './sync-pass.ts';
import type { SyncPorts } from './sync-pass.ts';

function hook(more: object = {}): KubeObject {
  const annotations = {
    'argocd.argoproj.io/hook': 'PreSync',
    'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded',
  };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'before', namespace: 'web', annotations }, ...more };
}

const DONE = hook({ status: { conditions: [{ type: 'Complete', status: 'True' }] } });
const RUNNING: ResourceResult = {
  ...{ group: 'batch', version: 'v1', kind: 'Job', namespace: 'web', name: 'before', message: '' },
  ...{ hookType: 'PreSync', hookPhase: 'Running', syncPhase: 'PreSync' },
};
const SETTINGS = settingsFor(
  { metadata: { name: 'web', namespace: 'argocd' }, spec: { project: '', destination: {} }, status: {} },
  {},
);

describe(runSyncPass, () => {
  it('has it written down that a hook is over before it deletes it', async () => {
    const removed: string[] = [];
    const ports: SyncPorts = {
      resourceFor: async () => ({ group: 'batch', version: 'v1', kind: 'Job', resource: 'jobs', namespaced: true }),
      refusal: () => undefined,
      live: () => DONE,
      health: healthOf,
      isUnchanged: () => true,
      isOutOfSync: () => false,
      apply: async () => '',
      releaseHook: async () => undefined,
      remove: async ({ metadata }) => void removed.push(metadata.name ?? ''),
    };
    const input = {
      ...{ resources: [], hooks: [hook()], namespace: 'web', revision: 'a', startedAt: 0, settings: SETTINGS },
      results: [RUNNING],
    };

    const first = await runSyncPass(input, ports);
    expect(first).toMatchObject({ phase: 'Running', toBeNoted: true, resources: [{ hookPhase: 'Succeeded' }] });
    expect(removed).toEqual([]);

    const second = await runSyncPass({ ...input, results: first.resources }, ports);
    expect(second).toMatchObject({ phase: 'Succeeded' });
    expect(removed).toEqual(['before']);
  });
});
