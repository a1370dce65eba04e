import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  GitopsWorld,
  REPOSITORY,
  application,
  applicationKey,
  configMap,
  configMapKey,
  project,
} from '../../support/gitops-world.ts';
import type { KubeObject } from '../../../src/kube/index.ts';

describe('two Applications that want the same object', () => {
  let world: GitopsWorld;
  let revision: string;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    revision = world.push({
      'apps/web/a.yaml': configMap('a', { by: 'web' }),
      'apps/api/a.yaml': configMap('a', { by: 'api' }),
    });
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  function app(name: string, options: readonly string[] = ['FailOnSharedResource=true']): KubeObject {
    return application(name, {
      spec: {
        source: { repoURL: REPOSITORY, targetRevision: 'main', path: `apps/${name}` },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          syncOptions: ['CreateNamespace=true', ...options, 'PrunePropagationPolicy=background'],
        },
      },
    });
  }

  async function warning(name: string): Promise<string | undefined> {
    return (await world.status(name)).conditions?.find(({ type }) => type === 'SharedResourceWarning')?.message;
  }

  it('leaves it to the one that has it and tells the other', async () => {
    await world.hub.create(app('web'));
    await world.synced('web', revision);
    await world.hub.create(app('api'));
    await world.until(async () => (await warning('api')) !== undefined);
    expect(await warning('api')).toBe('ConfigMap/a is part of applications api and web');
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ by: 'web' });
    expect((await world.status('web')).sync?.status).toBe('Synced');
  });

  it('gives it to the other once the first is gone', async () => {
    await world.hub.create(app('web'));
    await world.synced('web', revision);
    await world.hub.create(app('api'));
    await world.until(async () => (await warning('api')) !== undefined);
    await world.hub.delete(applicationKey('web'));
    await world.synced('api', revision);
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ by: 'api' });
  });

  it('gives it to one only when both come at once', async () => {
    await world.hub.create(app('api'));
    await world.hub.create(app('web'));
    await world.until(async () => ((await warning('api')) ?? (await warning('web'))) !== undefined);
    const later = world.clock.now() + 120_000;
    await world.until(async () => world.clock.now() > later, 200_000);
    const statuses = [(await world.status('api')).sync?.status, (await world.status('web')).sync?.status];
    expect(statuses).toEqual(['Synced', 'OutOfSync']);
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ by: 'api' });
  });

  it('does not let them heal it back and forth where sharing is not forbidden', async () => {
    await world.hub.create(app('web', []));
    await world.synced('web', revision);
    await world.hub.create(app('api', []));
    await world.until(async () => (await world.status('api')).operationState?.phase === 'Succeeded');
    await world.until(async () => (await warning('web')) !== undefined);
    const before = (await world.hub.get(configMapKey('a')))?.metadata.resourceVersion;
    const later = world.clock.now() + 600_000;
    await world.until(async () => world.clock.now() > later, 700_000);
    const after = await world.hub.get(configMapKey('a'));
    expect(after?.['data']).toEqual({ by: 'api' });
    expect(after?.metadata.resourceVersion).toBe(before);
  });
});
