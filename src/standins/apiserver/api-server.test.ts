import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../core/index.ts';
import { createKubeClient } from '../../kube/index.ts';
import type { KubeClient, KubeObject, WatchEvent } from '../../kube/index.ts';
import { createApiServer } from './index.ts';
import type { ApiServer } from './index.ts';

const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

async function start(): Promise<{ server: ApiServer; client: KubeClient }> {
  const server = await createApiServer({ name: 'dev', clock: new VirtualClock() });
  const client = createKubeClient({ server: 'https://dev.test', fetch: server.fetch, fieldManager: 'tester' });
  return { server, client };
}

function configMap(name: string, data: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

async function take(events: AsyncIterable<WatchEvent>, count: number): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(`${event.type} ${event.object.metadata.name ?? ''}`);
    if (seen.length === count) break;
  }
  return seen;
}

describe('createApiServer', () => {
  it('creates, reads, changes, lists and removes an object', async () => {
    const { client } = await start();
    const created = await client.create(configMap('a', { x: '1' }));
    expect(created.metadata).toMatchObject({
      name: 'a',
      namespace: 'default',
      creationTimestamp: '2026-01-15T09:00:00Z',
    });

    const updated = await client.update({ ...created, data: { x: '2' } });
    expect(Number(updated.metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
    await expect(client.update({ ...created, data: {} })).rejects.toMatchObject({ reason: 'Conflict' });

    const key = { ...CONFIG_MAP, namespace: 'default', name: 'a' };
    const merged = await client.patch(key, { type: 'merge', body: { data: { y: '3' } } });
    expect(merged['data']).toEqual({ x: '2', y: '3' });
    const list = await client.list(CONFIG_MAP, { namespace: 'default', fieldSelector: 'metadata.name=a' });
    expect(list.items.map((item) => item.metadata.name)).toEqual(['a']);

    await client.delete(key);
    expect(await client.get(key)).toBeUndefined();
  });

  it('streams changes after a list', async () => {
    const { client } = await start();
    await client.create(configMap('a'));
    const { metadata } = await client.list(CONFIG_MAP, { namespace: 'default' });
    const events = take(
      client.watch(CONFIG_MAP, { namespace: 'default', resourceVersion: metadata.resourceVersion }),
      3,
    );
    await client.create(configMap('b'));
    await client.patch(
      { ...CONFIG_MAP, namespace: 'default', name: 'a' },
      { type: 'merge', body: { data: { x: '1' } } },
    );
    await client.delete({ ...CONFIG_MAP, namespace: 'default', name: 'b' });
    expect(await events).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b']);
  });

  it('applies, and tells managers of their conflicts', async () => {
    const { client } = await start();
    await client.apply(configMap('a', { x: '1' }), { fieldManager: 'one' });
    const other = client.apply(configMap('a', { x: '2' }), { fieldManager: 'two' });
    await expect(other).rejects.toMatchObject({ reason: 'Conflict', status: { causes: [{ field: '.data.x' }] } });
    const forced = await client.apply(configMap('a', { x: '2' }), { fieldManager: 'two', force: true });
    expect(forced['data']).toEqual({ x: '2' });
  });
});
