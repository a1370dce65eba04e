import { afterEach, describe, expect, it } from 'vitest';
import { GitopsWorld, application, configMap, configMapKey, project } from '../../support/gitops-world.ts';

describe('an automated Application', () => {
  let world: GitopsWorld;
  afterEach(() => world[Symbol.asyncDispose]());

  it('deploys what Git says, follows it and prunes what it drops', async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    const first = world.push({ 'apps/web/a.yaml': configMap('a', { x: '1' }), 'apps/web/b.yaml': configMap('b', {}) });
    await world.start();
    await world.hub.create(application('web'));
    await world.synced('web', first);
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ x: '1' });

    const second = world.push({ 'apps/web/a.yaml': configMap('a', { x: '2' }), 'apps/web/b.yaml': null });
    await world.synced('web', second);
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ x: '2' });
    expect(await world.hub.get(configMapKey('b'))).toBeUndefined();

    const status = await world.status('web');
    expect(status.health?.status).toBe('Healthy');
    expect(status.history?.map(({ revision }) => revision)).toEqual([first, second]);
    expect(status.operationState).toMatchObject({
      phase: 'Succeeded',
      operation: { initiatedBy: { automated: true } },
    });
  });
});
