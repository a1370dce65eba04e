import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/index.ts';
import {
  GitopsWorld,
  application,
  applicationKey,
  configMap,
  configMapKey,
  job,
  jobKey,
  project,
} from '../../support/gitops-world.ts';

const HOOK = 'argocd.argoproj.io/hook';

describe('an operation that somebody asks for', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function create(files: Readonly<Record<string, string>>): Promise<string> {
    const revision = world.push(files);
    await world.hub.create(
      application('web', {
        spec: { syncPolicy: { syncOptions: ['CreateNamespace=true', 'PrunePropagationPolicy=background'] } },
      }),
    );
    await world.until(async () => (await world.status('web')).sync?.status === 'OutOfSync');
    return revision;
  }

  async function ask(sync: JsonObject): Promise<void> {
    const body = { operation: { initiatedBy: { username: 'alice' }, sync } };
    await world.hub.patch(applicationKey('web'), { type: 'merge', body });
    await world.until(async () => (await world.status('web')).operationState?.finishedAt !== undefined);
  }

  it('syncs, and nothing is done without it', async () => {
    const revision = await create({ 'apps/web/a.yaml': configMap('a', {}) });
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
    await ask({ revision });
    await world.synced('web', revision);
    const object = await world.hub.get(applicationKey('web'));
    expect(object?.['operation']).toBeUndefined();
    expect((await world.status('web')).history?.[0]).toMatchObject({ revision, initiatedBy: { username: 'alice' } });
  });

  it('takes an older revision when it names one', async () => {
    const old = await create({ 'apps/web/a.yaml': configMap('a', { x: 'old' }) });
    world.push({ 'apps/web/a.yaml': configMap('a', { x: 'new' }) });
    await ask({ revision: old });
    expect((await world.hub.get(configMapKey('a')))?.['data']).toEqual({ x: 'old' });
    await world.until(async () => (await world.status('web')).sync?.status === 'OutOfSync');
    expect((await world.status('web')).operationState?.syncResult?.revision).toBe(old);
  });

  it('only tries with dryRun', async () => {
    await create({ 'apps/web/a.yaml': configMap('a', {}) });
    await world.hub.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } });
    await ask({ dryRun: true });
    const { operationState, history } = await world.status('web');
    expect(operationState).toMatchObject({
      phase: 'Succeeded',
      syncResult: { resources: [{ name: 'a', status: 'Synced' }] },
    });
    expect(history).toBeUndefined();
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
  });

  it('touches only the objects that it names, and runs no hooks', async () => {
    await create({
      'apps/web/a.yaml': configMap('a', {}),
      'apps/web/b.yaml': configMap('b', {}),
      'apps/web/hook.yaml': job('hook', { [HOOK]: 'PreSync' }),
    });
    await ask({ resources: [{ kind: 'ConfigMap', name: 'b' }] });
    expect(await world.hub.get(configMapKey('b'))).toBeDefined();
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
    expect(await world.hub.get(jobKey('hook'))).toBeUndefined();
    expect((await world.status('web')).sync?.status).toBe('OutOfSync');
  });

  it('is ended when somebody terminates it', async () => {
    const revision = await create({
      'apps/web/a.yaml': configMap('a', {}),
      'apps/web/hook.yaml': job('hook', { [HOOK]: 'PreSync' }),
    });
    await world.hub.patch(applicationKey('web'), { type: 'merge', body: { operation: { sync: { revision } } } });
    await world.until(async () => (await world.hub.get(jobKey('hook'))) !== undefined);
    await world.hub.patch(applicationKey('web'), {
      type: 'merge',
      body: { status: { operationState: { phase: 'Terminating' } } },
    });
    await world.until(async () => (await world.status('web')).operationState?.finishedAt !== undefined);
    expect((await world.status('web')).operationState).toMatchObject({
      phase: 'Failed',
      message: 'Operation terminated',
    });
    expect(await world.hub.get(jobKey('hook'))).toBeUndefined();
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
  });

  it('with local manifests is refused', async () => {
    await create({ 'apps/web/a.yaml': configMap('a', {}) });
    await ask({ manifests: [configMap('local', {})] });
    expect((await world.status('web')).operationState?.phase).toBe('Error');
    expect(await world.hub.get(configMapKey('local'))).toBeUndefined();
  });

  it('may be to look again: the annotation is taken away', async () => {
    await create({ 'apps/web/a.yaml': configMap('a', {}) });
    const revision = world.remote.commit({ 'apps/web/a.yaml': configMap('a', { x: '2' }) });
    await world.hub.patch(applicationKey('web'), {
      type: 'merge',
      body: { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } },
    });
    await world.until(async () => (await world.status('web')).sync?.revision === revision);
    expect(
      (await world.hub.get(applicationKey('web')))?.metadata.annotations?.['argocd.argoproj.io/refresh'],
    ).toBeUndefined();
  });
});
