import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  GitopsWorld,
  application,
  applicationKey,
  configMap,
  configMapKey,
  project,
} from '../../support/gitops-world.ts';

const FINALIZER = 'resources-finalizer.argocd.argoproj.io';
const OPTIONS = 'argocd.argoproj.io/sync-options';

describe('deleting an Application', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create({ clusters: ['dev'] });
    await world.hub.create(project());
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function deploy(
    finalizers: readonly string[],
    annotations: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const revision = world.push({
      'apps/web/a.yaml': configMap('a', {}),
      'apps/web/b.yaml': configMap('b', {}, annotations),
    });
    const destination = { name: 'dev', namespace: 'web' };
    await world.hub.create(application('web', { metadata: { finalizers }, spec: { destination } }));
    await world.synced('web', revision);
  }

  async function isGone(): Promise<boolean> {
    return (await world.hub.get(applicationKey('web'))) === undefined;
  }

  it('takes its objects along with the finalizer, and is then gone', async () => {
    await deploy([`${FINALIZER}/background`]);
    await world.hub.delete(applicationKey('web'));
    await world.until(isGone);
    expect(await world.client('dev').get(configMapKey('a'))).toBeUndefined();
    expect(await world.client('dev').get(configMapKey('b'))).toBeUndefined();
    expect(await world.client('dev').get({ group: '', version: 'v1', kind: 'Namespace', name: 'web' })).toBeDefined();
  });

  it('leaves its objects without the finalizer', async () => {
    await deploy([]);
    await world.hub.delete(applicationKey('web'));
    await world.until(isGone);
    expect(await world.client('dev').get(configMapKey('a'))).toBeDefined();
  });

  it('spares an object that says Delete=false', async () => {
    await deploy([`${FINALIZER}/background`], { [OPTIONS]: 'Delete=false' });
    await world.hub.delete(applicationKey('web'));
    await world.until(isGone);
    expect(await world.client('dev').get(configMapKey('a'))).toBeUndefined();
    expect(await world.client('dev').get(configMapKey('b'))).toBeDefined();
  });

  it('waits for approval where an object says Delete=confirm', async () => {
    await deploy([`${FINALIZER}/background`], { [OPTIONS]: 'Delete=confirm' });
    await world.hub.delete(applicationKey('web'));
    await world.until(
      async () => (await world.status('web')).conditions?.some(({ type }) => type === 'DeletionError') === true,
    );
    expect(await world.client('dev').get(configMapKey('b'))).toBeDefined();
    const approved = new Date(world.clock.now() + 1_000).toISOString();
    await world.hub.patch(applicationKey('web'), {
      type: 'merge',
      body: { metadata: { annotations: { 'argocd.argoproj.io/deletion-approved': approved } } },
    });
    await world.until(isGone);
    expect(await world.client('dev').get(configMapKey('b'))).toBeUndefined();
  });

  it('does not hang on a cluster that is no longer registered', async () => {
    await deploy([`${FINALIZER}/background`]);
    await world.hub.delete({ group: '', version: 'v1', kind: 'Secret', namespace: 'argocd', name: 'cluster-dev' });
    await world.hub.delete(applicationKey('web'));
    await world.until(isGone);
    expect(await world.client('dev').get(configMapKey('a'))).toBeDefined();
  });
});
