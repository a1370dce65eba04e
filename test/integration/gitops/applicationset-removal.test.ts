import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitopsWorld, applicationKey, configMapKey, project } from '../../support/gitops-world.ts';
import {
  SET_KEY,
  applicationNamed,
  applicationNames,
  condition,
  settled,
  tenant,
  tenantSet,
} from './applicationset-world.ts';
import type { SetParts } from './applicationset-world.ts';

const MINUTE = 60_000;
const REQUESTED = 'applicationset.stoa.dev/removal-requested';

describe('the removal of Applications by an ApplicationSet', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    world.push({ ...tenant('alpha'), ...tenant('beta'), ...tenant('gamma') });
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function create(parts: SetParts = {}): Promise<void> {
    await world.hub.create(tenantSet(parts));
    await settled(world);
    await world.until(async () => (await world.hub.get(configMapKey('settings', 'gamma'))) !== undefined);
  }

  async function annotate(annotations: Readonly<Record<string, string | null>>): Promise<void> {
    await world.hub.patch(SET_KEY, { type: 'merge', body: { metadata: { annotations } } });
  }

  async function isRequested(name: string): Promise<boolean> {
    return (await applicationNamed(world, name)).metadata.annotations?.[REQUESTED] !== undefined;
  }

  /** Longer than any grace. */
  async function later(): Promise<void> {
    world.clock.advance(60 * MINUTE);
    await world.engine.idle();
  }

  describe('deletes nothing', () => {
    it('when its repository cannot be reached', async () => {
      await create();
      world.remote.failure = new Error('403 Forbidden');
      world.engine.repositoryChanged('https://git.test/stoa/stoa-envs.git');
      await world.restart();
      await world.until(async () => (await condition(world, 'ErrorOccurred'))?.status === 'True');
      expect((await condition(world, 'ErrorOccurred'))?.message).toContain('403 Forbidden');
      await later();
      expect(await applicationNames(world)).toEqual(['alpha', 'beta', 'gamma']);
      expect(await isRequested('alpha')).toBe(false);
    });

    it('when its revision is gone', async () => {
      await create();
      const body = { spec: tenantSet({ spec: { generators: [gitFiles('tenants/*.yaml', 'nowhere')] } })['spec'] };
      await world.hub.patch(SET_KEY, { type: 'merge', body: body as never });
      await world.until(async () => (await condition(world, 'ErrorOccurred'))?.status === 'True');
      await later();
      expect(await applicationNames(world)).toEqual(['alpha', 'beta', 'gamma']);
    });

    it('when no file is left, until that is allowed', async () => {
      await create();
      world.push({ 'tenants/alpha.yaml': null, 'tenants/beta.yaml': null, 'tenants/gamma.yaml': null });
      await settled(world, 'RemovalHeld');
      await later();
      expect(await applicationNames(world)).toEqual(['alpha', 'beta', 'gamma']);

      await annotate({ 'applicationset.stoa.dev/allow-empty': 'true', 'applicationset.stoa.dev/removal-grace': '1m' });
      await settled(world, 'RemovalPending');
      await world.until(async () => (await applicationNames(world)).length === 0, 60 * MINUTE);
    });

    it('when one of two generators gives nothing', async () => {
      world.push({ 'more/delta.yaml': 'name: delta\n', 'apps/delta/x.yaml': '{}' });
      await create({ spec: { generators: [gitFiles('tenants/*.yaml'), gitFiles('more/*.yaml')] } });
      world.push({ 'more/delta.yaml': null });
      await settled(world, 'RemovalHeld');
      await later();
      expect(await applicationNames(world)).toContain('delta');
    });

    it('when an annotation of its own means nothing', async () => {
      await create();
      await annotate({ 'applicationset.stoa.dev/removal-grace': 'soon' });
      world.push({ 'tenants/alpha.yaml': null });
      await world.until(async () => (await condition(world, 'ErrorOccurred'))?.status === 'True');
      await later();
      expect(await applicationNames(world)).toContain('alpha');
    });
  });

  describe('removes in two steps', () => {
    it('first asks, then waits, then removes', async () => {
      await create();
      world.push({ 'tenants/alpha.yaml': null });
      await world.until(async () => isRequested('alpha'));
      world.clock.advance(9 * MINUTE);
      await world.engine.idle();
      expect(await applicationNames(world)).toContain('alpha');
      expect(await world.hub.get(configMapKey('settings', 'alpha'))).toBeDefined();
      await world.until(async () => !(await applicationNames(world)).includes('alpha'), 5 * MINUTE);
      expect(await world.hub.get(configMapKey('settings', 'alpha'))).toBeUndefined();
      expect(await applicationNames(world)).toEqual(['beta', 'gamma']);
    });

    it('takes the request back when the file comes back', async () => {
      await create();
      world.push({ 'tenants/alpha.yaml': null });
      await world.until(async () => isRequested('alpha'));
      world.push({ 'tenants/alpha.yaml': 'name: alpha\n' });
      await world.until(async () => !(await isRequested('alpha')));
      await later();
      expect(await applicationNames(world)).toEqual(['alpha', 'beta', 'gamma']);
    });

    it('removes no more at once than its budget', async () => {
      await create({
        metadata: {
          annotations: {
            'applicationset.stoa.dev/removal-budget': '1',
            'applicationset.stoa.dev/removal-grace': '1m',
          },
        },
      });
      world.push({ 'tenants/alpha.yaml': null, 'tenants/beta.yaml': null });
      await world.until(async () => (await applicationNames(world)).length === 2, 3 * MINUTE);
      world.clock.advance(MINUTE / 2);
      await world.engine.idle();
      expect(await applicationNames(world)).toEqual(['beta', 'gamma']);
      await world.until(async () => (await applicationNames(world)).length === 1, 3 * MINUTE);
    });

    it('waits for approval where data would go with it', async () => {
      const claim = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      };
      world.push({ 'apps/alpha/claim.yaml': JSON.stringify(claim) });
      await create();
      const hasClaim = async (): Promise<boolean> =>
        (await world.status('alpha')).resources?.some(({ kind }) => kind === 'PersistentVolumeClaim') === true;
      await world.until(hasClaim);
      world.push({ 'tenants/alpha.yaml': null });
      await world.until(async () => isRequested('alpha'));
      await later();
      expect(await applicationNames(world)).toContain('alpha');
      expect((await condition(world, 'ResourcesUpToDate'))?.reason).toBe('RemovalUnapproved');
      const approved = new Date(world.clock.now()).toISOString();
      const body = { metadata: { annotations: { 'argocd.argoproj.io/deletion-approved': approved } } };
      await world.hub.patch(applicationKey('alpha'), { type: 'merge', body });
      await world.until(async () => !(await applicationNames(world)).includes('alpha'), 5 * MINUTE);
    });

    it('keeps what was deployed when an Application is only renamed', async () => {
      const template = {
        source: { repoURL: 'https://git.test/stoa/stoa-envs.git', targetRevision: 'main', path: 'apps/{{ .app }}' },
        destination: { server: 'https://kubernetes.default.svc', namespace: '{{ .app }}' },
      };
      const file = (name: string): string => `name: ${name}\napp: alpha\n`;
      world.push({ 'tenants/alpha.yaml': file('alpha'), 'tenants/beta.yaml': null, 'tenants/gamma.yaml': null });
      await world.hub.create(
        tenantSet({ template, metadata: { annotations: { 'applicationset.stoa.dev/removal-grace': '1m' } } }),
      );
      await world.until(async () => (await world.hub.get(configMapKey('settings', 'alpha'))) !== undefined);
      const before = await world.hub.get(configMapKey('settings', 'alpha'));
      world.push({ 'tenants/alpha.yaml': file('renamed') });
      await world.until(async () => !(await applicationNames(world)).includes('alpha'), 30 * MINUTE);
      await world.until(async () => (await world.status('renamed')).sync?.status === 'Synced', 5 * MINUTE);
      const after = await world.hub.get(configMapKey('settings', 'alpha'));
      expect(after?.metadata.uid).toBe(before?.metadata.uid);
    });
  });
});

function gitFiles(path: string, revision = 'main'): Readonly<Record<string, unknown>> {
  return { git: { repoURL: 'https://git.test/stoa/stoa-envs.git', revision, files: [{ path }] } };
}
