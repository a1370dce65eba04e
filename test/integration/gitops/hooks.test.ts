import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/kube/index.ts';
import type { ApplyOptions, KubeClient, KubeObject } from '../../../src/kube/index.ts';
import {
  GitopsWorld,
  application,
  configMap,
  configMapKey,
  finishJob,
  job,
  jobKey,
  project,
} from '../../support/gitops-world.ts';

const HOOK = 'argocd.argoproj.io/hook';
const POLICY = 'argocd.argoproj.io/hook-delete-policy';

describe('hooks', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create({ engine: { hookTimeoutSeconds: 300 } });
    await world.hub.create(project());
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function exists(name: string): Promise<boolean> {
    return (await world.hub.get(jobKey(name))) !== undefined;
  }

  async function finished(): Promise<boolean> {
    return (await world.status('web')).operationState?.finishedAt !== undefined;
  }

  it('run before, with and after the objects, each once', async () => {
    const revision = world.push({
      'apps/web/a.yaml': configMap('a', {}),
      'apps/web/before.yaml': job('before', { [HOOK]: 'PreSync' }),
      'apps/web/after.yaml': job('after', { [HOOK]: 'PostSync' }),
    });
    await world.hub.create(application('web'));
    await world.until(() => exists('before'));
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
    expect((await world.status('web')).operationState?.message).toBe('waiting for completion of hook batch/Job/before');

    await finishJob(world.hub, 'before');
    await world.until(() => exists('after'));
    expect(await world.hub.get(configMapKey('a'))).toBeDefined();
    expect((await world.status('web')).operationState?.phase).toBe('Running');

    await finishJob(world.hub, 'after');
    await world.until(finished);
    const { operationState, resources } = await world.status('web');
    expect(operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision } });
    expect(operationState?.syncResult?.resources?.map(({ name, hookPhase }) => `${name} ${hookPhase ?? ''}`)).toEqual([
      'web Succeeded',
      'before Succeeded',
      'a Succeeded',
      'after Succeeded',
    ]);
    expect(resources?.map(({ name }) => name)).toEqual(['a']);
  });

  it('stop the sync when one before it fails', async () => {
    world.push({ 'apps/web/a.yaml': configMap('a', {}), 'apps/web/before.yaml': job('before', { [HOOK]: 'PreSync' }) });
    await world.hub.create(
      application('web', {
        spec: { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'], retry: { limit: 0 } } },
      }),
    );
    await world.until(() => exists('before'));
    await finishJob(world.hub, 'before', 'Failed');
    await world.until(finished);
    expect((await world.status('web')).operationState?.phase).toBe('Failed');
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
  });

  it('are deleted as their policy says', async () => {
    world.push({
      'apps/web/a.yaml': configMap('a', {}),
      'apps/web/kept.yaml': job('kept', { [HOOK]: 'PostSync' }),
      'apps/web/gone.yaml': job('gone', { [HOOK]: 'PostSync', [POLICY]: 'HookSucceeded' }),
    });
    await world.hub.create(application('web'));
    await world.until(async () => (await exists('kept')) && (await exists('gone')));
    await finishJob(world.hub, 'kept');
    await finishJob(world.hub, 'gone');
    await world.until(finished);
    await world.until(async () => !(await exists('gone')));
    expect((await world.hub.get(jobKey('kept')))?.metadata.finalizers ?? []).toEqual([]);
  });

  it('of an earlier sync make way for those of the next', async () => {
    world.push({ 'apps/web/a.yaml': configMap('a', {}), 'apps/web/before.yaml': job('before', { [HOOK]: 'PreSync' }) });
    await world.hub.create(application('web'));
    await world.until(() => exists('before'));
    const first = await world.hub.get(jobKey('before'));
    await finishJob(world.hub, 'before');
    await world.until(finished);

    const next = world.push({ 'apps/web/a.yaml': configMap('a', { x: '2' }) });
    await world.until(async () => {
      const hook = await world.hub.get(jobKey('before'));
      return hook !== undefined && hook.metadata.uid !== first?.metadata.uid;
    });
    await finishJob(world.hub, 'before');
    await world.synced('web', next);
  });

  it('for failures run once when the sync fails, and the sync stays failed', async () => {
    world.push({
      'apps/web/a.yaml': configMap('a', {}),
      'apps/web/main.yaml': job('main', { [HOOK]: 'Sync' }),
      'apps/web/fail.yaml': job('fail', { [HOOK]: 'SyncFail' }),
    });
    await world.hub.create(
      application('web', {
        spec: { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'], retry: { limit: 0 } } },
      }),
    );
    await world.until(() => exists('main'));
    expect(await exists('fail')).toBe(false);
    await finishJob(world.hub, 'main', 'Failed');
    await world.until(() => exists('fail'));
    await finishJob(world.hub, 'fail');
    await world.until(finished);
    expect((await world.status('web')).operationState?.phase).toBe('Failed');
  });

  it('that hang end the sync after their time', async () => {
    world.push({ 'apps/web/a.yaml': configMap('a', {}), 'apps/web/before.yaml': job('before', { [HOOK]: 'PreSync' }) });
    await world.hub.create(
      application('web', {
        spec: { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'], retry: { limit: 0 } } },
      }),
    );
    await world.until(() => exists('before'));
    await world.until(finished, 400_000);
    const { operationState } = await world.status('web');
    expect(operationState?.phase).toBe('Failed');
    expect(operationState?.message).toContain('300 s');
    expect(await exists('before')).toBe(false);
    expect(await world.hub.get(configMapKey('a'))).toBeUndefined();
  });

  it('are carried on with, not started again, after a restart', async () => {
    world.push({ 'apps/web/a.yaml': configMap('a', {}), 'apps/web/before.yaml': job('before', { [HOOK]: 'PreSync' }) });
    await world.hub.create(application('web'));
    await world.until(
      async () =>
        (await world.status('web')).operationState?.message === 'waiting for completion of hook batch/Job/before',
    );
    const first = await world.hub.get(jobKey('before'));
    await world.restart();
    await finishJob(world.hub, 'before');
    await world.until(finished);
    expect((await world.hub.get(jobKey('before')))?.metadata.uid).toBe(first?.metadata.uid);
    expect((await world.status('web')).operationState?.phase).toBe('Succeeded');
  });

  it('run once even if the answer to their creation is lost', async () => {
    await world[Symbol.asyncDispose]();
    const jobs: (string | undefined)[] = [];
    world = await GitopsWorld.create({
      wrap: (_name, client) => losing(client, ({ metadata }) => jobs.push(metadata.uid) === 1),
    });
    await world.hub.create(project());
    await world.start();
    world.push({ 'apps/web/a.yaml': configMap('a', {}), 'apps/web/before.yaml': job('before', { [HOOK]: 'PreSync' }) });
    await world.hub.create(application('web'));
    await world.until(() => exists('before'));
    await world.until(async () => {
      const { message } = (await world.status('web')).operationState ?? {};
      return message === 'waiting for completion of hook batch/Job/before';
    });
    await finishJob(world.hub, 'before');
    await world.until(finished);
    expect(jobs.length).toBeGreaterThan(1);
    expect(new Set(jobs).size).toBe(1);
    expect((await world.status('web')).operationState?.phase).toBe('Succeeded');
  });
});

/** A client that applies Jobs, but does not learn of it when `isLost` says so. */
function losing(client: KubeClient, isLost: (job: KubeObject) => boolean): KubeClient {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name !== 'apply') {
        return typeof value === 'function'
          ? (...args: unknown[]): unknown => Reflect.apply(value, target, args)
          : value;
      }
      return async (object: KubeObject, options?: ApplyOptions): Promise<KubeObject> => {
        const applied = await target.apply(object, options);
        if (object.kind !== 'Job' || options?.dryRun === true || !isLost(applied)) return applied;
        throw new ApiError({ httpCode: 504, reason: 'Timeout', message: 'the answer was lost' });
      };
    },
  });
}
