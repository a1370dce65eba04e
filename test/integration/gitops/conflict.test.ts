import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  GitopsWorld,
  application,
  configMap,
  configMapKey,
  manifest,
  namespace,
  project,
} from '../../support/gitops-world.ts';

const OPTIONS = 'argocd.argoproj.io/sync-options';

describe('fields that somebody else holds', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    await world.hub.create(namespace('web'));
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function applied(by: string): Promise<void> {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'web' },
      data: { x: 'theirs' },
    };
    await world.hub.apply(object, { fieldManager: by });
  }

  function once(): ReturnType<typeof application> {
    return application('web', { spec: { syncPolicy: { automated: {}, retry: { limit: 0 } } } });
  }

  it('by applying stay theirs: the sync fails and names manager and field', async () => {
    await applied('other-team');
    world.push({ 'apps/web/a.yaml': configMap('a', { x: 'ours' }), 'apps/web/b.yaml': configMap('b', {}) });
    await world.hub.create(once());
    await world.until(async () => (await world.status('web')).operationState?.phase === 'Failed');
    const { operationState } = await world.status('web');
    const result = operationState?.syncResult?.resources?.find(({ name }) => name === 'a');
    expect(result?.status).toBe('SyncFailed');
    expect(result?.message).toContain('other-team');
    expect(result?.message).toContain('.data.x');
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ x: 'theirs' });
    expect(await world.hub.get(configMapKey('b'))).toBeUndefined();
  });

  it('by applying are taken where the object says Force=true', async () => {
    await applied('other-team');
    const revision = world.push({ 'apps/web/a.yaml': configMap('a', { x: 'ours' }, { [OPTIONS]: 'Force=true' }) });
    await world.hub.create(once());
    await world.synced('web', revision);
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ x: 'ours' });
  });

  it('by editing are taken back: that is drift', async () => {
    await world.hub.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'web' },
      data: { x: 'by hand' },
    });
    const revision = world.push({ 'apps/web/a.yaml': configMap('a', { x: 'ours' }) });
    await world.hub.create(once());
    await world.synced('web', revision);
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ x: 'ours' });
  });

  it('are not asked for when a broken object stops the sync first', async () => {
    const broken = manifest('Service', 'broken', { spec: { ports: [{ port: 'not a number' }] } });
    world.push({ 'apps/web/a.yaml': configMap('a', { x: 'ours' }), 'apps/web/broken.yaml': broken });
    await world.hub.create(once());
    await world.until(async () => (await world.status('web')).operationState?.phase === 'Failed');
    const { operationState } = await world.status('web');
    expect(operationState?.message).toBe('one or more objects failed to apply (dry run)');
    expect(operationState?.syncResult?.resources?.map(({ name, status }) => `${name} ${status ?? ''}`)).toEqual([
      'broken SyncFailed',
    ]);
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
  });
});
