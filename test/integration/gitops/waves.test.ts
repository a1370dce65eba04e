import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../src/kube/index.ts';
import {
  GitopsWorld,
  application,
  configMap,
  configMapKey,
  finishJob,
  job,
  jobKey,
  manifest,
  project,
} from '../../support/gitops-world.ts';

const WAVE = 'argocd.argoproj.io/sync-wave';

describe('waves', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    await world.hub.create(project());
    await world.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it('wait for the health of the one before', async () => {
    const revision = world.push({
      'apps/web/first.yaml': job('first', { [WAVE]: '-1' }),
      'apps/web/second.yaml': configMap('second', {}, { [WAVE]: '1' }),
    });
    await world.hub.create(application('web'));
    await world.until(
      async () =>
        (await world.status('web')).operationState?.message === 'waiting for healthy state of batch/Job/first',
    );
    expect(await world.hub.get(configMapKey('second'))).toBeUndefined();
    await finishJob(world.hub, 'first');
    await world.synced('web', revision);
    expect(await world.hub.get(configMapKey('second'))).toBeDefined();
  });

  it('stop at a wave that turns out bad', async () => {
    world.push({
      'apps/web/first.yaml': job('first', { [WAVE]: '-1' }),
      'apps/web/second.yaml': configMap('second', {}, { [WAVE]: '1' }),
    });
    await world.hub.create(
      application('web', {
        spec: { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'], retry: { limit: 0 } } },
      }),
    );
    await world.until(async () => (await world.hub.get(jobKey('first'))) !== undefined);
    await finishJob(world.hub, 'first', 'Failed');
    await world.until(async () => (await world.status('web')).operationState?.phase === 'Failed');
    expect(await world.hub.get(configMapKey('second'))).toBeUndefined();
  });

  it('bring a definition before its objects', async () => {
    const definition = manifest('CustomResourceDefinition', 'toys.example.com', {
      apiVersion: 'apiextensions.k8s.io/v1',
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Toy', plural: 'toys', singular: 'toy', listKind: 'ToyList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
              },
            },
          },
        ],
      },
    });
    const revision = world.push({
      'apps/web/toy.yaml': manifest('Toy', 'bear', { apiVersion: 'example.com/v1', spec: { size: 3 } }),
      'apps/web/zz.yaml': definition,
    });
    await world.hub.create(application('web'));
    await world.synced('web', revision);
    const key: ObjectKey = { group: 'example.com', version: 'v1', kind: 'Toy', namespace: 'web', name: 'bear' };
    world.hub.discovery.invalidate();
    expect((await world.hub.get(key))?.['spec']).toEqual({ size: 3 });
    await world.hub.patch(key, { type: 'merge', body: { spec: { size: 4 } } });
    await world.until(async () => JSON.stringify((await world.hub.get(key))?.['spec']) === '{"size":3}');
  });

  it('bring a namespace before what lives in it', async () => {
    const revision = world.push({
      'apps/web/a.yaml': manifest('ConfigMap', 'a', {
        metadata: { namespace: 'extra', annotations: { [WAVE]: '-5' } },
      }),
      'apps/web/ns.yaml': manifest('Namespace', 'extra'),
    });
    await world.hub.create(application('web'));
    await world.synced('web', revision);
    expect(await world.hub.get(configMapKey('a', 'extra'))).toBeDefined();
  });
});
