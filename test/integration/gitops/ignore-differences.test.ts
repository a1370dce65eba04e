import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitopsWorld, application, configMap, configMapKey, project } from '../../support/gitops-world.ts';

describe('ignored differences', () => {
  let world: GitopsWorld;
  let revision: string;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    revision = world.push({ 'apps/web/a.yaml': configMap('a', { x: '1', y: '1' }) });
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function data(): Promise<unknown> {
    return (await world.hub.get(configMapKey('a')))?.['data'];
  }

  it.each([
    { by: 'a JSON pointer', rule: { jsonPointers: ['/data/x'] } },
    { by: 'a jq path', rule: { jqPathExpressions: ['.data | select(.x == "mine") | .x', '.data.x'] } },
    { by: 'a field manager', rule: { managedFieldsManagers: ['test'] } },
  ])('by $by are not healed, others are', async ({ rule }) => {
    const ignoreDifferences = [{ group: '', kind: 'ConfigMap', ...rule }];
    await world.hub.create(application('web', { spec: { ignoreDifferences } }));
    await world.synced('web', revision);
    await world.hub.patch(configMapKey('a'), { type: 'merge', body: { data: { x: 'mine' } } });
    await world.clock.advanceUntil(() => world.clock.now() > Date.UTC(2026, 0, 15, 9, 0, 30), 60_000);
    expect(await data()).toEqual({ x: 'mine', y: '1' });
    expect((await world.status('web')).sync?.status).toBe('Synced');
  });

  it('are kept by a sync that respects them', async () => {
    const syncPolicy = {
      automated: { selfHeal: true },
      syncOptions: ['CreateNamespace=true', 'RespectIgnoreDifferences=true'],
    };
    const ignoreDifferences = [{ group: '', kind: 'ConfigMap', jsonPointers: ['/data/x'] }];
    await world.hub.create(application('web', { spec: { ignoreDifferences, syncPolicy } }));
    await world.synced('web', revision);
    await world.hub.patch(configMapKey('a'), { type: 'merge', body: { data: { x: 'mine' } } });
    const next = world.push({ 'apps/web/a.yaml': configMap('a', { x: '1', y: '2' }) });
    await world.synced('web', next);
    expect(await data()).toEqual({ x: 'mine', y: '2' });
  });

  it('that cannot be read are refused', async () => {
    const ignoreDifferences = [{ kind: 'ConfigMap', jqPathExpressions: ['this is not( valid jq'] }];
    await world.hub.create(application('web', { spec: { ignoreDifferences } }));
    await world.until(async () => (await world.status('web')).conditions?.[0]?.type === 'InvalidSpecError');
    expect(await data()).toBeUndefined();
  });
});
