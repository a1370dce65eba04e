import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitopsWorld, application, configMap, configMapKey, project } from '../../support/gitops-world.ts';

describe('the limits of a project', () => {
  let world: GitopsWorld;
  let revision: string;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    revision = world.push({ 'apps/web/a.yaml': configMap('a', {}) });
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function invalid(): Promise<string | undefined> {
    const { conditions } = await world.status('web');
    return conditions?.find(({ type }) => type === 'InvalidSpecError')?.message;
  }

  it.each([
    { reason: 'a foreign repository', spec: { sourceRepos: ['https://git.test/other/*'] }, names: 'stoa-envs' },
    { reason: 'a foreign namespace', spec: { destinations: [{ server: '*', namespace: 'other' }] }, names: "'web'" },
    {
      reason: 'a denied namespace',
      spec: {
        destinations: [
          { server: '*', namespace: '*' },
          { server: '*', namespace: '!web' },
        ],
      },
      names: "'web'",
    },
  ])('refuse $reason and change nothing', async ({ spec, names }) => {
    await world.hub.create(project(spec));
    await world.hub.create(application('web'));
    await world.until(async () => (await invalid()) !== undefined);
    expect(await invalid()).toContain(names);
    expect((await world.status('web')).sync?.status).toBe('Unknown');
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
  });

  it('are needed at all: an Application waits for its project', async () => {
    await world.hub.create(application('web'));
    await world.until(async () => (await invalid()) !== undefined);
    expect(await invalid()).toContain('team');
    await world.hub.create(project());
    await world.synced('web', revision);
    expect(await invalid()).toBeUndefined();
  });

  it('refuse a kind as a whole, object by object, before anything is applied', async () => {
    await world.hub.create(project({ namespaceResourceBlacklist: [{ group: '', kind: 'Secret' }] }));
    const next = world.push({
      'apps/web/s.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }),
    });
    await world.hub.create(
      application('web', { spec: { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] } } }),
    );
    await world.until(async () => (await world.status('web')).operationState?.finishedAt !== undefined);
    const { operationState } = await world.status('web');
    expect(operationState?.syncResult?.revision).toBe(next);
    expect(operationState?.syncResult?.resources).toEqual([
      expect.objectContaining({
        kind: 'Secret',
        name: 's',
        status: 'SyncFailed',
        message: expect.stringContaining('not permitted') as string,
      }),
    ]);
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
  });

  it('refuse cluster-scoped kinds that are not listed', async () => {
    await world.hub.create(project({ clusterResourceWhitelist: [] }));
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'all' },
      rules: [],
    };
    world.push({ 'apps/web/role.yaml': JSON.stringify(role) });
    await world.hub.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } });
    await world.hub.create(application('web', { spec: { syncPolicy: { automated: {} } } }));
    await world.until(async () => (await world.status('web')).operationState?.finishedAt !== undefined);
    expect((await world.status('web')).operationState?.message).toContain('ClusterRole is not permitted');
  });
});
