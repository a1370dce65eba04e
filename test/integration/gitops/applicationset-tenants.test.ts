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

  /** Longer than any grace. */
  async function later(): Promise<void> {
    world.clock.advance(60 * MINUTE);
    await world.engine.idle();
  }

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
    const specs = await Promise.all(names.map(async (name) => (await applicationNamed(world, name)).spec));
    world.push({ 'tenants/t042.yaml': 'name: t042\nsize: l\n' });
    await world.until(async () => {
      const { spec } = await applicationNamed(world, 't042');
      return JSON.stringify(spec['info']) === '[{"name":"size","value":"l"}]';
    });
    const after = await Promise.all(names.map(async (name) => (await applicationNamed(world, name)).spec));
    expect(names.filter((_, index) => JSON.stringify(after[index]) !== JSON.stringify(specs[index]))).toEqual(['t042']);
  });
});
