import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/kube/index.ts';
import type { KubeClient } from '../../../src/kube/index.ts';
import { GitopsWorld, application, configMap, configMapKey, project } from '../../support/gitops-world.ts';

/** A client whose calls fail while `isDown` says so. */
function fragile(client: KubeClient, isDown: () => boolean): KubeClient {
  const check = (): void => {
    if (isDown()) throw new ApiError({ httpCode: 503, reason: 'ServiceUnavailable', message: 'connection refused' });
  };
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        check();
        return Reflect.apply(value, target, args);
      };
    },
  });
}

describe('a cluster that does not answer', () => {
  let world: GitopsWorld;
  let down = false;
  afterEach(() => world[Symbol.asyncDispose]());

  it('degrades its own Applications only, and they recover with it', async () => {
    down = false;
    world = await GitopsWorld.create({
      clusters: ['dev', 'staging'],
      wrap: (name, client) => (name === 'dev' ? fragile(client, () => down) : client),
    });
    await world.hub.create(project());
    const revision = world.push({ 'apps/web/a.yaml': configMap('a', { x: '1' }) });
    await world.start();
    for (const name of ['dev', 'staging'])
      await world.hub.create(application(name, { spec: { destination: { name, namespace: 'web' } } }));
    await world.synced('dev', revision);
    await world.synced('staging', revision);

    down = true;
    await world.until(async () => (await world.status('dev')).health?.status === 'Unknown');
    const { sync, conditions } = await world.status('dev');
    expect(sync?.status).toBe('Unknown');
    expect(conditions?.find(({ type }) => type === 'ComparisonError')?.message).toContain(
      'Cluster dev does not answer',
    );
    const next = world.push({ 'apps/web/a.yaml': configMap('a', { x: '2' }) });
    await world.synced('staging', next);
    expect((await world.client('dev').get(configMapKey('a')))?.['data']).toEqual({ x: '1' });

    down = false;
    await world.synced('dev', next);
    expect((await world.client('dev').get(configMapKey('a')))?.['data']).toEqual({ x: '2' });
    expect((await world.status('dev')).conditions ?? []).toEqual([]);
  });

  it('at the start does not keep the others from starting', async () => {
    down = true;
    world = await GitopsWorld.create({
      clusters: ['dev', 'staging'],
      wrap: (name, client) => (name === 'dev' ? fragile(client, () => down) : client),
    });
    await world.hub.create(project());
    const revision = world.push({ 'apps/web/a.yaml': configMap('a', {}) });
    for (const name of ['dev', 'staging'])
      await world.hub.create(application(name, { spec: { destination: { name, namespace: 'web' } } }));
    await world.start();
    await world.synced('staging', revision);
    down = false;
    await world.synced('dev', revision);
  });
});
