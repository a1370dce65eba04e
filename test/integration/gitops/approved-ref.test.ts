import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitopsWorld, REPOSITORY, application, configMap, configMapKey, project } from '../../support/gitops-world.ts';

const BRANCH = 'approved/prod';

describe('an Application that follows an approved ref', () => {
  let world: GitopsWorld;
  let approved: string;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    approved = world.push({ 'apps/web/a.yaml': configMap('a', { version: '1' }) });
    world.remote.move(BRANCH, approved);
    await world.start();
    await world.hub.create(
      application('web', { spec: { source: { repoURL: REPOSITORY, targetRevision: BRANCH, path: 'apps/web' } } }),
    );
    await world.synced('web', approved);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function version(): Promise<unknown> {
    return (await world.hub.get(configMapKey('a')))?.['data'];
  }

  it('takes no commit that nobody approved', async () => {
    world.push({ 'apps/web/a.yaml': configMap('a', { version: '2' }) });
    world.clock.advance(600_000);
    await world.engine.idle();
    expect(await version()).toEqual({ version: '1' });
    expect((await world.status('web')).sync).toMatchObject({ status: 'Synced', revision: approved });
  });

  it('heals to what is approved while newer commits wait', async () => {
    world.push({ 'apps/web/a.yaml': configMap('a', { version: '2' }) });
    await world.hub.patch(configMapKey('a'), { type: 'merge', body: { data: { version: 'drifted' } } });
    await world.until(async () => JSON.stringify(await version()) === '{"version":"1"}');
  });

  it('takes the commit once the ref moves, and the old one when it moves back', async () => {
    const next = world.push({ 'apps/web/a.yaml': configMap('a', { version: '2' }) });
    world.remote.move(BRANCH, next);
    world.engine.repositoryChanged(REPOSITORY);
    await world.synced('web', next);
    expect(await version()).toEqual({ version: '2' });
    world.remote.move(BRANCH, approved);
    world.engine.repositoryChanged(REPOSITORY);
    await world.synced('web', approved);
    expect(await version()).toEqual({ version: '1' });
  });
});
