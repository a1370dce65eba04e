import { afterEach, describe, expect, it } from 'vitest';
import { GitError } from '../../../src/git/index.ts';
import { GitopsWorld, application, configMap, configMapKey, project } from '../../support/gitops-world.ts';

describe('a broken commit', () => {
  let world: GitopsWorld;
  afterEach(() => world[Symbol.asyncDispose]());

  async function deployed(files: Readonly<Record<string, string>>): Promise<string> {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    const revision = world.push(files);
    await world.start();
    await world.hub.create(application('web'));
    await world.synced('web', revision);
    return revision;
  }

  async function condition(): Promise<string | undefined> {
    const { conditions } = await world.status('web');
    return conditions?.find(({ type }) => type === 'ComparisonError')?.message;
  }

  it('leaves the old version running, names file and line, and goes away with the next good commit', async () => {
    await deployed({ 'apps/web/a.yaml': configMap('a', { x: '1' }) });
    world.push({ 'apps/web/b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n data: [oops\n' });
    await world.until(async () => (await condition()) !== undefined);
    const { sync, health, operationState } = await world.status('web');
    expect(await condition()).toMatch(/apps\/web\/b\.yaml:5/);
    expect(sync?.status).toBe('Unknown');
    expect(health?.status).toBe('Healthy');
    expect(operationState?.phase).toBe('Succeeded');
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ x: '1' });

    const good = world.push({ 'apps/web/b.yaml': configMap('b', {}) });
    await world.synced('web', good);
    expect(await condition()).toBeUndefined();
  });

  it('is not rendered again and again', async () => {
    await deployed({ 'apps/web/a.yaml': configMap('a', { x: '1' }) });
    world.push({ 'apps/web/b.yaml': '{' });
    await world.until(async () => (await condition()) !== undefined);
    const version = (
      await world.hub.get({
        group: 'argoproj.io',
        version: 'v1alpha1',
        kind: 'Application',
        namespace: 'argocd',
        name: 'web',
      })
    )?.metadata.resourceVersion;
    const later = world.clock.now() + 600_000;
    await world.until(async () => world.clock.now() > later, 700_000);
    const after = await world.hub.get({
      group: 'argoproj.io',
      version: 'v1alpha1',
      kind: 'Application',
      namespace: 'argocd',
      name: 'web',
    });
    expect(after?.metadata.resourceVersion).toBe(version);
  });

  it('shows a kustomization that cannot be built', async () => {
    await deployed({
      'apps/web/kustomization.yaml': 'resources: [a.yaml]\n',
      'apps/web/a.yaml': configMap('a', { x: '1' }),
    });
    world.push({ 'apps/web/kustomization.yaml': 'resources: [a.yaml, missing.yaml]\n' });
    await world.until(async () => (await condition()) !== undefined);
    expect(await condition()).toContain('missing.yaml');
    expect(await world.hub.get(configMapKey('a'))).toBeDefined();
  });

  it('keeps the old version while the repository cannot be reached, and says so', async () => {
    await deployed({ 'apps/web/a.yaml': configMap('a', { x: '1' }) });
    world.remote.failure = new GitError('UNREACHABLE', 'no route to host');
    world.engine.repositoryChanged(world.remote.url);
    await world.until(async () => (await world.status('web')).conditions?.length === 1);
    const { conditions, sync } = await world.status('web');
    expect(conditions?.[0]).toMatchObject({
      type: 'UnknownError',
      message: expect.stringContaining('no route to host') as string,
    });
    expect(sync?.status).toBe('Synced');
    world.remote.failure = undefined;
    const next = world.push({ 'apps/web/a.yaml': configMap('a', { x: '2' }) });
    await world.synced('web', next);
    expect((await world.status('web')).conditions ?? []).toEqual([]);
  });
});
