import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitopsWorld, application, applicationKey, configMapKey, project } from '../../support/gitops-world.ts';
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

describe('an ApplicationSet of tenants', () => {
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

      await annotate({ 'applicationset.stoa.dev/allow-empty': 'true' });
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
      await world.hub.create(tenantSet({ template }));
      await world.until(async () => (await world.hub.get(configMapKey('settings', 'alpha'))) !== undefined);
      const before = await world.hub.get(configMapKey('settings', 'alpha'));
      world.push({ 'tenants/alpha.yaml': file('renamed') });
      await world.until(async () => !(await applicationNames(world)).includes('alpha'), 30 * MINUTE);
      await world.until(async () => (await world.status('renamed')).sync?.status === 'Synced', 5 * MINUTE);
      const after = await world.hub.get(configMapKey('settings', 'alpha'));
      expect(after?.metadata.uid).toBe(before?.metadata.uid);
    });
  });

  describe('lets a bad file stop only its tenant', () => {
    it.each([
      ['that is no YAML', 'name: [', 'unable to process file'],
      ['that lacks what the template needs', 'title: beta\n', 'map has no entry for key "name"'],
      ['that is a text', 'just words\n', 'unable to process file'],
    ])('%s', async (...[, content, message]) => {
      await create();
      world.push({ 'tenants/beta.yaml': content, ...tenant('delta') });
      await world.until(async () => (await condition(world, 'ErrorOccurred'))?.status === 'True');
      expect((await condition(world, 'ErrorOccurred'))?.message).toContain(message);
      await world.until(async () => (await world.hub.get(configMapKey('settings', 'delta'))) !== undefined);
      await later();
      expect(await applicationNames(world)).toEqual(['alpha', 'beta', 'delta', 'gamma']);

      world.push({ 'tenants/beta.yaml': 'name: beta\n' });
      await settled(world);
    });

    it.each([
      ['too long', `name: ${'x'.repeat(254)}\n`],
      ['not of ASCII', 'name: bêta\n'],
      ['a way out of its folder', 'name: ../../alpha\n'],
      ['upper case', 'name: Beta\n'],
      ['empty', 'name: ""\n'],
      ['another tenant', 'name: gamma\n'],
    ])('whose name is %s', async (_, content) => {
      await create();
      const before = await applicationNamed(world, 'gamma');
      world.push({ 'tenants/evil.yaml': content, ...tenant('delta') });
      await settled(world, 'ApplicationValidationError');
      await world.until(async () => (await world.hub.get(configMapKey('settings', 'delta'))) !== undefined);
      expect(await applicationNames(world)).toEqual(['alpha', 'beta', 'delta', 'gamma']);
      expect((await applicationNamed(world, 'gamma')).spec).toEqual(before.spec);
    });
  });

  describe('keeps tenants within their bounds', () => {
    const templated = { project: '{{ .project }}' };

    it('takes no project from what tenants write, unless it is allowed by name', async () => {
      await world.hub.create(project({}, 'tenant-alpha'));
      await world.hub.create(project({}, 'platform'));
      world.push({
        'tenants/alpha.yaml': 'name: alpha\nproject: tenant-alpha\n',
        'tenants/beta.yaml': 'name: beta\nproject: platform\n',
        'tenants/gamma.yaml': null,
      });
      await world.hub.create(tenantSet({ template: templated }));
      await settled(world, 'ApplicationValidationError');
      expect(await applicationNames(world)).toEqual([]);
      expect((await condition(world, 'ErrorOccurred'))?.message).toContain('comes from what tenants can write');

      await annotate({ 'applicationset.stoa.dev/allowed-projects': 'tenant-*' });
      await world.until(async () => (await applicationNames(world)).length > 0);
      await world.engine.idle();
      expect(await applicationNames(world)).toEqual(['alpha']);
    });

    it('does not let a patch change the project, the name or the place', async () => {
      const templatePatch = '{{ dig "patch" "{}" . }}';
      const patch = '{"metadata":{"name":"root","namespace":"kube-system"},"spec":{"project":"default"}}';
      world.push({ 'tenants/alpha.yaml': `name: alpha\npatch: '${patch}'\n` });
      await world.hub.create(tenantSet({ spec: { templatePatch } }));
      await world.until(async () => (await applicationNames(world)).includes('alpha'));
      const { metadata, spec } = await applicationNamed(world, 'alpha');
      expect(metadata.namespace).toBe('argocd');
      expect(spec['project']).toBe('team');
    });

    it('does not take an Application over that it did not make, unless it is given away', async () => {
      await world.hub.create(application('root'));
      world.push({ 'tenants/root.yaml': 'name: root\n' });
      await world.hub.create(tenantSet());
      await settled(world, 'ApplicationValidationError');
      expect((await condition(world, 'ErrorOccurred'))?.message).toContain('exists already and was not generated');
      expect((await applicationNamed(world, 'root')).metadata.ownerReferences).toBeUndefined();

      const body = { metadata: { annotations: { 'applicationset.stoa.dev/adopted-by': 'tenants' } } };
      await world.hub.patch(applicationKey('root'), { type: 'merge', body });
      await annotate({ 'argocd.argoproj.io/application-set-refresh': 'true' });
      await settled(world);
      expect((await applicationNamed(world, 'root')).metadata.ownerReferences).toHaveLength(1);
    });

    it('refuses a project that does not exist, and goes on once it does', async () => {
      await world.hub.create(tenantSet({ template: { project: 'later' } }));
      await settled(world, 'ApplicationValidationError');
      await world.hub.create(project({}, 'later'));
      await settled(world);
      expect(await applicationNames(world)).toEqual(['alpha', 'beta', 'gamma']);
    });

    it('leaves objects that a project does not allow to the project', async () => {
      await world.hub.create(
        project({ destinations: [{ server: '*', namespace: 'alpha' }], clusterResourceWhitelist: [] }, 'narrow'),
      );
      const role = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'all' },
        rules: [],
      };
      const foreign = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'beta' } };
      world.push({
        'apps/alpha/role.yaml': JSON.stringify(role),
        'apps/beta/x.yaml': JSON.stringify({ ...foreign, metadata: { name: 'x', namespace: 'alpha' } }),
      });
      await world.hub.create(tenantSet({ template: { project: 'narrow' } }));
      await world.until(async () => (await world.status('beta')).conditions?.[0]?.type === 'InvalidSpecError');
      const key = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', name: 'all' };
      await world.until(async () => (await world.status('alpha')).operationState?.finishedAt !== undefined);
      expect(await world.hub.get(key)).toBeUndefined();
      expect(await world.hub.get(configMapKey('x', 'alpha'))).toBeUndefined();
    });
  });

  it('touches only the changed Application of a hundred', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `t${String(index).padStart(3, '0')}`);
    world.push(Object.assign({}, ...names.map((name) => tenant(name))) as Record<string, string>);
    await world.hub.create(tenantSet({ template: { info: [{ name: 'size', value: '{{ dig "size" "s" . }}' }] } }));
    await world.until(async () => (await world.hub.get(configMapKey('settings', 't099'))) !== undefined);
    world.clock.advance(10 * MINUTE);
    await world.engine.idle();
    const generations = async (): Promise<readonly unknown[]> => {
      const apps = await Promise.all(names.map(async (name) => applicationNamed(world, name)));
      return apps.map(({ metadata }) => metadata.generation);
    };
    const before = await generations();
    const specs = await Promise.all(names.map(async (name) => (await applicationNamed(world, name)).spec));
    world.push({ 'tenants/t042.yaml': 'name: t042\nsize: l\n' });
    await world.until(async () => {
      const { spec } = await applicationNamed(world, 't042');
      return JSON.stringify(spec['info']) === '[{"name":"size","value":"l"}]';
    });
    const after = await Promise.all(names.map(async (name) => (await applicationNamed(world, name)).spec));
    expect(names.filter((_, index) => JSON.stringify(after[index]) !== JSON.stringify(specs[index]))).toEqual(['t042']);
    expect(before).toHaveLength(100);
  });
});

function gitFiles(path: string, revision = 'main'): Readonly<Record<string, unknown>> {
  return { git: { repoURL: 'https://git.test/stoa/stoa-envs.git', revision, files: [{ path }] } };
}
