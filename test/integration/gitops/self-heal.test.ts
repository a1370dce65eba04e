import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitopsWorld, application, configMap, configMapKey, project } from '../../support/gitops-world.ts';

describe('self-heal', () => {
  let world: GitopsWorld;
  let revision: string;

  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    revision = world.push({ 'apps/web/a.yaml': configMap('a', { x: '1' }) });
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function data(): Promise<unknown> {
    return (await world.hub.get(configMapKey('a')))?.['data'];
  }

  it('takes back an edit at once and says who asked for it', async () => {
    await world.hub.create(application('web'));
    await world.synced('web', revision);
    const edited = world.clock.now();
    await world.hub.patch(configMapKey('a'), { type: 'merge', body: { data: { x: 'drift' } } });
    await world.until(async () => JSON.stringify(await data()) === '{"x":"1"}');
    expect(world.clock.now() - edited).toBeLessThanOrEqual(1_000);
    await world.until(async () => (await world.status('web')).operationState?.phase === 'Succeeded');
    const { operationState, history } = await world.status('web');
    expect(operationState?.operation).toMatchObject({
      initiatedBy: { automated: true },
      sync: { resources: [{ kind: 'ConfigMap', namespace: 'web', name: 'a' }], selfHealAttemptsCount: 1 },
    });
    expect(history).toHaveLength(1);
  });

  it('makes again what was deleted', async () => {
    await world.hub.create(application('web'));
    await world.synced('web', revision);
    await world.hub.delete(configMapKey('a'));
    await world.until(async () => JSON.stringify(await data()) === '{"x":"1"}');
  });

  it('leaves alone what Git does not set', async () => {
    await world.hub.create(application('web'));
    await world.synced('web', revision);
    await world.hub.patch(configMapKey('a'), { type: 'merge', body: { data: { other: 'mine' } } });
    await world.clock.advanceUntil(async () => world.clock.now() > Date.UTC(2026, 0, 15, 9, 1), 120_000);
    expect(await data()).toEqual({ x: '1', other: 'mine' });
    expect((await world.status('web')).sync?.status).toBe('Synced');
  });

  it('shows drift and leaves it when it is off', async () => {
    await world.hub.create(
      application('web', {
        spec: { syncPolicy: { automated: { prune: true }, syncOptions: ['CreateNamespace=true'] } },
      }),
    );
    await world.synced('web', revision);
    await world.hub.patch(configMapKey('a'), { type: 'merge', body: { data: { x: 'drift' } } });
    await world.until(async () => (await world.status('web')).sync?.status === 'OutOfSync');
    expect(await data()).toEqual({ x: 'drift' });
  });

  it('heals no more than once a second against somebody who keeps on', async () => {
    await world.hub.create(application('web'));
    await world.synced('web', revision);
    const healedAt: number[] = [];
    for (let round = 0; round < 20; round++) {
      await world.hub.patch(configMapKey('a'), { type: 'merge', body: { data: { x: `fight ${round}` } } });
      await world.until(async () => JSON.stringify(await data()) === '{"x":"1"}');
      healedAt.push(world.clock.now());
    }
    const [tenth = 0, last = 0] = [healedAt[9], healedAt.at(-1)];
    expect(last - tenth).toBeGreaterThanOrEqual(9_000);
  });
});
