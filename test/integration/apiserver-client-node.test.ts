import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  V1ConfigMap,
  V1ObjectMeta,
  makeInformer,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';
import { eventually } from '../support/tools.ts';

const NAMESPACE = 'default';
const PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

describe('@kubernetes/client-node against the embedded Kubernetes API', () => {
  let directory: string;
  let server: ApiServer;
  let port: number;
  let config: KubeConfig;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stoa-apiserver-'));
    server = await createApiServer({ name: 'dev', clock: systemClock, directory });
    port = Number(new URL((await server.listen()).url).port);
    config = new KubeConfig();
    config.loadFromString(server.kubeconfig());
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  function create(name: string): Promise<V1ConfigMap> {
    const metadata = Object.assign(new V1ObjectMeta(), { name });
    const body = Object.assign(new V1ConfigMap(), { metadata });
    return config.makeApiClient(CoreV1Api).createNamespacedConfigMap({ namespace: NAMESPACE, body });
  }

  it('creates, reads, patches, applies and deletes', async () => {
    const core = config.makeApiClient(CoreV1Api);
    await create('typed');
    const list = await core.listNamespacedConfigMap({ namespace: NAMESPACE, limit: 1 });
    expect(list.items).toHaveLength(1);
    expect(list.metadata?._continue).toBeTypeOf('string');
    const objects = KubernetesObjectApi.makeApiClient(config);
    const spec = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'typed', namespace: NAMESPACE },
      data: { a: '1' },
    };
    expect(await objects.patch(spec)).toMatchObject({ data: { a: '1' } });
    await core.deleteNamespacedConfigMap({ name: 'typed', namespace: NAMESPACE });
    await expect(core.readNamespacedConfigMap({ name: 'typed', namespace: NAMESPACE })).rejects.toMatchObject({
      code: 404,
    });
  });

  it('keeps an informer going through a restart of the server', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const informer = makeInformer(config, PATH, () => core.listNamespacedConfigMap({ namespace: NAMESPACE }));
    const seen = new Set<string>();
    informer.on('add', (object) => seen.add(object.metadata?.name ?? ''));
    informer.on('delete', (object) => seen.delete(object.metadata?.name ?? ''));
    // the client leaves it to its user to start again
    informer.on('error', () => void eventually('the informer', () => informer.start().then(() => true)));
    await informer.start();
    await create('before');
    await eventually('the first event', () => Promise.resolve(seen.has('before') ? true : undefined));

    await server[Symbol.asyncDispose]();
    server = await createApiServer({ name: 'dev', clock: systemClock, directory });
    await server.listen({ port });
    await eventually('a write after the restart', () => create('after'));
    await eventually('an event after the restart', () => Promise.resolve(seen.has('after') ? true : undefined));
    await core.deleteNamespacedConfigMap({ name: 'before', namespace: NAMESPACE });
    await eventually('the deletion', () => Promise.resolve(seen.has('before') ? undefined : true));
    await informer.stop();
  });
});
