import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitopsWorld, configMapKey, project } from '../../support/gitops-world.ts';
import {
  SET_KEY,
  applicationNamed,
  applicationNames,
  condition,
  setStatus,
  settled,
  tenant,
  tenantSet,
} from './applicationset-world.ts';
import type { SetParts } from './applicationset-world.ts';

describe('an ApplicationSet', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    world.push({ ...tenant('alpha'), ...tenant('beta') });
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function create(parts: SetParts = {}): Promise<void> {
    await world.hub.create(tenantSet(parts));
    await settled(world);
  }

  it('makes an Application of each file, which then deploys', async () => {
    await create();
    expect(await applicationNames(world)).toEqual(['alpha', 'beta']);
    await world.until(async () => (await world.hub.get(configMapKey('settings', 'beta'))) !== undefined);
    const { metadata } = await applicationNamed(world, 'alpha');
    const set = await world.hub.get(SET_KEY);
    expect(metadata.ownerReferences).toEqual([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'ApplicationSet',
        name: 'tenants',
        uid: set?.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
    expect(metadata.finalizers).toEqual(['resources-finalizer.argocd.argoproj.io']);
  });

  it('says in its status what upstream says', async () => {
    await create();
    await world.until(
      async () => (await setStatus(world)).resources?.every(({ status }) => status === 'Synced') === true,
    );
    const { conditions, resources } = await setStatus(world);
    expect(conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['ErrorOccurred', 'False', 'ApplicationSetUpToDate'],
      ['ParametersGenerated', 'True', 'ParametersGenerated'],
      ['ResourcesUpToDate', 'True', 'ApplicationSetUpToDate'],
    ]);
    expect(resources?.map(({ kind, name, namespace }) => [kind, name, namespace])).toEqual([
      ['Application', 'alpha', 'argocd'],
      ['Application', 'beta', 'argocd'],
    ]);
  });

  it('makes the Application of a file that is added', async () => {
    await create();
    world.push(tenant('gamma'));
    await world.until(async () => (await applicationNames(world)).includes('gamma'));
    await world.until(async () => (await world.hub.get(configMapKey('settings', 'gamma'))) !== undefined);
  });

  it('changes Applications with its template, and puts back what somebody changed', async () => {
    await create();
    const spec = { template: { spec: { info: [{ name: 'team', value: 'x' }] } } };
    await world.hub.patch(SET_KEY, { type: 'merge', body: { spec } });
    await world.until(async () => (await applicationNamed(world, 'alpha')).spec['info'] !== undefined);
    const key = { ...SET_KEY, kind: 'Application', name: 'alpha' };
    await world.hub.patch(key, { type: 'merge', body: { spec: { project: 'other' } } });
    await world.until(async () => (await applicationNamed(world, 'alpha')).spec['project'] === 'team');
  });

  it('leaves alone what ignoreApplicationDifferences and preservedFields leave to others', async () => {
    await create({
      spec: {
        ignoreApplicationDifferences: [{ jsonPointers: ['/spec/syncPolicy/automated/selfHeal'] }],
        preservedFields: { annotations: ['mine'] },
      },
    });
    const key = { ...SET_KEY, kind: 'Application', name: 'alpha' };
    const body = {
      metadata: { annotations: { mine: 'kept', other: 'lost' } },
      spec: { syncPolicy: { automated: { selfHeal: false } } },
    };
    await world.hub.patch(key, { type: 'merge', body });
    await world.until(
      async () => (await applicationNamed(world, 'alpha')).metadata.annotations?.['other'] === undefined,
    );
    const { metadata, spec } = await applicationNamed(world, 'alpha');
    expect(metadata.annotations).toEqual({ mine: 'kept' });
    expect(spec).toMatchObject({ syncPolicy: { automated: { selfHeal: false } } });
  });

  it.each([
    ['create-only', 'kept'],
    ['create-delete', 'kept'],
    ['create-update', 'changed'],
    ['sync', 'changed'],
  ])('with the policy %s leaves an existing Application %s', async (applicationsSync, expected) => {
    await create({ spec: { syncPolicy: { applicationsSync } } });
    const body = { spec: { template: { spec: { info: [{ name: 'x', value: 'y' }] } } } };
    await world.hub.patch(SET_KEY, { type: 'merge', body });
    world.push(tenant('gamma'));
    await world.until(async () => (await applicationNames(world)).includes('gamma'));
    await world.engine.idle();
    const { spec } = await applicationNamed(world, 'alpha');
    expect(spec['info'] === undefined ? 'kept' : 'changed').toBe(expected);
  });

  it('takes its Applications and what they deployed with it', async () => {
    await create();
    await world.until(async () => (await world.hub.get(configMapKey('settings', 'beta'))) !== undefined);
    await world.hub.delete(SET_KEY);
    await world.until(async () => (await world.hub.get(SET_KEY)) === undefined);
    expect(await applicationNames(world)).toEqual([]);
    expect(await world.hub.get(configMapKey('settings', 'beta'))).toBeUndefined();
  });

  it('leaves what was deployed where resources are preserved on deletion', async () => {
    await create({ spec: { syncPolicy: { preserveResourcesOnDeletion: true } } });
    await world.until(async () => (await world.hub.get(configMapKey('settings', 'beta'))) !== undefined);
    expect((await applicationNamed(world, 'beta')).metadata.finalizers).toBeUndefined();
    await world.hub.delete(SET_KEY);
    await world.until(async () => (await applicationNames(world)).length === 0);
    await world.engine.idle();
    expect(await world.hub.get(configMapKey('settings', 'beta'))).toBeDefined();
  });

  it('lets its Applications go when it is deleted with a policy that deletes none', async () => {
    await create({ spec: { syncPolicy: { applicationsSync: 'create-update' } } });
    await world.hub.delete(SET_KEY);
    await world.until(async () => (await world.hub.get(SET_KEY)) === undefined);
    await world.engine.idle();
    expect(await applicationNames(world)).toEqual(['alpha', 'beta']);
    expect((await applicationNamed(world, 'alpha')).metadata.ownerReferences ?? []).toEqual([]);
  });

  it('refuses a plugin generator, saying so', async () => {
    await world.hub.create(tenantSet({ spec: { generators: [{ plugin: { configMapRef: { name: 'x' } } }] } }));
    await world.until(async () => (await condition(world, 'ErrorOccurred'))?.status === 'True');
    expect((await condition(world, 'ErrorOccurred'))?.message).toContain('plugins are not supported');
    expect(await applicationNames(world)).toEqual([]);
  });

  it('says in a dry run what it would do, and does nothing', async () => {
    await world.hub.create(tenantSet({ metadata: { annotations: { 'applicationset.stoa.dev/dry-run': 'true' } } }));
    await settled(world, 'DryRun');
    expect((await condition(world, 'ResourcesUpToDate'))?.message).toBe('would create 2 (alpha, beta)');
    expect(await applicationNames(world)).toEqual([]);
  });

  it('makes one Application for each cluster that a selector takes', async () => {
    const generators = [{ clusters: {} }];
    const metadata = { name: 'on-{{ .nameNormalized }}' };
    const template = {
      metadata,
      spec: {
        project: 'team',
        source: { repoURL: 'https://git.test/stoa/stoa-envs.git', targetRevision: 'main', path: 'apps/alpha' },
        destination: { server: '{{ .server }}', namespace: 'alpha' },
      },
    };
    await create({ spec: { generators, template } });
    expect(await applicationNames(world)).toEqual(['on-in-cluster']);
    await world.hub.patch(SET_KEY, {
      type: 'merge',
      body: { spec: { generators: [{ clusters: { selector: { matchLabels: { env: 'prod' } } } }] } },
    });
    await settled(world, 'RemovalHeld');
    expect(await applicationNames(world)).toEqual(['on-in-cluster']);
  });
});
