import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  GitopsWorld,
  application,
  applicationKey,
  configMap,
  configMapKey,
  project,
} from '../../support/gitops-world.ts';

const OPTIONS = 'argocd.argoproj.io/sync-options';

describe('pruning', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function deploy(
    files: Readonly<Record<string, string>>,
    automated: Readonly<Record<string, boolean>> = { prune: true, selfHeal: true },
  ): Promise<void> {
    const revision = world.push(files);
    const syncOptions = ['CreateNamespace=true', 'PrunePropagationPolicy=background'];
    await world.hub.create(application('web', { spec: { syncPolicy: { automated, syncOptions } } }));
    await world.synced('web', revision);
  }

  async function settledAt(revision: string): Promise<void> {
    await world.until(async () => {
      const { operationState } = await world.status('web');
      return operationState?.syncResult?.revision === revision && operationState.finishedAt !== undefined;
    });
  }

  it('happens only where it is allowed', async () => {
    await deploy({ 'apps/web/a.yaml': configMap('a', {}), 'apps/web/b.yaml': configMap('b', {}) }, { prune: false });
    const revision = world.push({ 'apps/web/a.yaml': configMap('a', { x: '1' }), 'apps/web/b.yaml': null });
    await settledAt(revision);
    const { sync, resources } = await world.status('web');
    expect(await world.hub.get(configMapKey('b'))).toBeDefined();
    expect(sync?.status).toBe('OutOfSync');
    expect(resources?.find(({ name }) => name === 'b')).toMatchObject({ status: 'OutOfSync', requiresPruning: true });
  });

  it('spares an object that says Prune=false', async () => {
    await deploy({
      'apps/web/a.yaml': configMap('a', {}),
      'apps/web/b.yaml': configMap('b', {}, { [OPTIONS]: 'Prune=false' }),
    });
    const revision = world.push({ 'apps/web/b.yaml': null, 'apps/web/a.yaml': configMap('a', { x: '1' }) });
    await settledAt(revision);
    expect(await world.hub.get(configMapKey('b'))).toBeDefined();
    const results = (await world.status('web')).operationState?.syncResult?.resources;
    expect(results?.find(({ name }) => name === 'b')).toMatchObject({
      status: 'PruneSkipped',
      message: 'ignored (no prune)',
    });
  });

  it('waits for a person where an object says Prune=confirm', async () => {
    await deploy({
      'apps/web/a.yaml': configMap('a', {}),
      'apps/web/b.yaml': configMap('b', {}, { [OPTIONS]: 'Prune=confirm' }),
    });
    const revision = world.push({ 'apps/web/b.yaml': null });
    await world.until(
      async () =>
        (await world.status('web')).operationState?.message === 'waiting for pruning confirmation of /ConfigMap/b',
    );
    expect(await world.hub.get(configMapKey('b'))).toBeDefined();
    const approved = new Date(world.clock.now() + 1_000).toISOString();
    await world.hub.patch(applicationKey('web'), {
      type: 'merge',
      body: { metadata: { annotations: { 'argocd.argoproj.io/deletion-approved': approved } } },
    });
    await world.synced('web', revision);
    expect(await world.hub.get(configMapKey('b'))).toBeUndefined();
  });

  it('never empties an Application, unless that is allowed', async () => {
    await deploy({ 'apps/web/a.yaml': configMap('a', {}), 'apps/other/x.yaml': configMap('x', {}) });
    world.push({ 'apps/web/a.yaml': null, 'apps/web/README.md': 'nothing here' });
    await world.until(
      async () => (await world.status('web')).conditions?.some(({ type }) => type === 'SyncError') === true,
    );
    expect((await world.status('web')).conditions?.[0]?.message).toContain('wipe out all resources');
    expect(await world.hub.get(configMapKey('a'))).toBeDefined();

    await world.hub.patch(applicationKey('web'), {
      type: 'merge',
      body: { spec: { syncPolicy: { automated: { allowEmpty: true } } } },
    });
    await world.until(async () => (await world.hub.get(configMapKey('a'))) === undefined);
  });

  it('leaves alone what only copied the tracking annotation', async () => {
    await deploy({ 'apps/web/a.yaml': configMap('a', {}) });
    const live = await world.hub.get(configMapKey('a'));
    await world.hub.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'copy', namespace: 'web', annotations: live?.metadata.annotations ?? {} },
    });
    const revision = world.push({ 'apps/web/a.yaml': configMap('a', { x: '1' }) });
    await world.synced('web', revision);
    expect(await world.hub.get(configMapKey('copy'))).toBeDefined();
  });
});
