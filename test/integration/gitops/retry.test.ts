import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitopsWorld, application, configMap, configMapKey, manifest, project } from '../../support/gitops-world.ts';

const BROKEN = manifest('Service', 'broken', { spec: { ports: [{ port: 'not a number' }] } });

describe('a sync that fails', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function create(limit: number): Promise<void> {
    const retry = { limit, backoff: { duration: '10s', factor: 2, maxDuration: '1m' } };
    const syncPolicy = { automated: { selfHeal: true }, syncOptions: ['CreateNamespace=true'], retry };
    await world.hub.create(application('web', { spec: { syncPolicy } }));
  }

  it('is tried again with growing delays, as often as it may be', async () => {
    world.push({ 'apps/web/broken.yaml': BROKEN });
    const start = world.clock.now();
    await create(2);
    await world.until(async () => (await world.status('web')).operationState?.retryCount === 1);
    expect((await world.status('web')).operationState).toMatchObject({
      phase: 'Running',
      message: expect.stringContaining('Retrying attempt #1') as string,
    });
    await world.until(async () => (await world.status('web')).operationState?.phase === 'Failed', 120_000);
    const { operationState, conditions } = await world.status('web');
    expect(operationState?.retryCount).toBe(2);
    expect(world.clock.now() - start).toBeGreaterThanOrEqual(30_000);
    await world.until(async () => (await world.status('web')).conditions?.[0]?.type === 'SyncError');
    expect(conditions?.[0]?.message ?? (await world.status('web')).conditions?.[0]?.message).toContain(
      'retried 2 times',
    );
  });

  it('is attempted once for each commit', async () => {
    world.push({ 'apps/web/broken.yaml': BROKEN });
    await create(0);
    await world.until(async () => (await world.status('web')).operationState?.phase === 'Failed');
    const first = (await world.status('web')).operationState?.startedAt;
    const later = world.clock.now() + 300_000;
    await world.until(async () => world.clock.now() > later, 400_000);
    expect((await world.status('web')).operationState?.startedAt).toBe(first);

    const good = world.push({ 'apps/web/broken.yaml': null, 'apps/web/a.yaml': configMap('a', {}) });
    await world.synced('web', good);
    expect(await world.hub.get(configMapKey('a'))).toBeDefined();
    expect((await world.status('web')).conditions ?? []).toEqual([]);
  });

  it('is given up for a commit that Git has left', async () => {
    world.push({ 'apps/web/broken.yaml': BROKEN });
    await create(5);
    await world.until(async () => (await world.status('web')).operationState?.retryCount === 1);
    const good = world.push({ 'apps/web/broken.yaml': null, 'apps/web/a.yaml': configMap('a', {}) });
    const start = world.clock.now();
    await world.synced('web', good);
    expect(world.clock.now() - start).toBeLessThan(10_000);
  });
});
