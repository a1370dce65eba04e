import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configMap, testCluster } from '../testing/test-cluster.ts';
import type { TestCluster, WatchLine } from '../testing/test-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

function names(lines: readonly WatchLine[]): readonly string[] {
  return lines.map((line) => `${line.type} ${line.object.metadata.name ?? ''}`.trim());
}

async function version(cluster: TestCluster): Promise<string> {
  const { body } = await cluster.call('GET', MAPS);
  return body.metadata.resourceVersion ?? '';
}

describe('watchObjects()', () => {
  it('starts with the state when no version is given, and replays what came after a version', async () => {
    await using cluster = await testCluster();
    await cluster.client.create(configMap('a'));
    expect(names(await cluster.lines(`${MAPS}?watch=true`, 2))).toEqual(['ADDED a', 'ADDED kube-root-ca.crt']);
    const from = await version(cluster);
    await cluster.client.create(configMap('b'));
    await cluster.call('DELETE', `${MAPS}/a`);
    const replayed = await cluster.lines(`${MAPS}?watch=1&resourceVersion=${from}`, 2);
    expect(names(replayed)).toEqual(['ADDED b', 'DELETED a']);
    expect(Number(replayed[1]?.object.metadata.resourceVersion)).toBe(Number(await version(cluster)));
  });

  it('marks the end of the initial events when asked for them', async () => {
    await using cluster = await testCluster();
    await cluster.client.create(configMap('a'));
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const [, , end] = await cluster.lines(`${MAPS}?${query}`, 3);
    expect(end).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    expect(end?.object.metadata.resourceVersion).toBe(await version(cluster));
    const { code } = await cluster.call('GET', `${MAPS}?watch=true&sendInitialEvents=true`);
    expect(code).toBe(400);
  });

  it('sends bookmarks every minute and ends in time', async () => {
    await using cluster = await testCluster();
    const from = await version(cluster);
    const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=100&resourceVersion=${from}`;
    const watching = cluster.server.fetch(`https://test${MAPS}?${query}`).then((response) => response.text());
    await new Promise((resolve) => setImmediate(resolve));
    cluster.clock.advance(100_000);
    const lines = (await watching).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as WatchLine).type)).toEqual(['BOOKMARK', 'BOOKMARK']);
  });

  it('shows an object that enters or leaves the selection as added or deleted', async () => {
    await using cluster = await testCluster();
    const from = await version(cluster);
    const label = (value: string): unknown => ({ metadata: { labels: { tier: value } } });
    const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
    await cluster.client.create(configMap('a'));
    await cluster.call('PATCH', `${MAPS}/a`, { ...patch, body: label('front') });
    await cluster.call('PATCH', `${MAPS}/a`, { ...patch, body: { data: { x: '1' } } });
    await cluster.call('PATCH', `${MAPS}/a`, { ...patch, body: label('back') });
    const lines = await cluster.lines(`${MAPS}?watch=true&labelSelector=tier%3Dfront&resourceVersion=${from}`, 3);
    expect(names(lines)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(lines[2]?.object).toMatchObject({ metadata: { labels: { tier: 'front' } }, data: { x: '1' } });
    expect(lines[2]?.object.metadata.resourceVersion).toBe(await version(cluster));
  });

  it('refuses a version that has not come yet', async () => {
    await using cluster = await testCluster();
    const { code, body } = await cluster.call('GET', `${MAPS}?watch=true&resourceVersion=999999`);
    expect(code).toBe(504);
    expect(body).toMatchObject({ reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } });
  });

  it('tells of a version that is forgotten within the stream', async () => {
    await using cluster = await testCluster();
    const [error] = await cluster.lines(`${MAPS}?watch=true&resourceVersion=1`, 1);
    expect(error?.type).toBe('ADDED');
    const data = { big: 'x'.repeat(1_000_000) };
    for (let count = 0; count < 40; count++) await cluster.client.create(configMap(`big-${count}`, data));
    const [expired] = await cluster.lines(`${MAPS}?watch=true&resourceVersion=1`, 1);
    expect(expired).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  });

  it('ends a watcher that does not keep up, and nobody else', async () => {
    await using cluster = await testCluster();
    const from = await version(cluster);
    const slow = await cluster.server.fetch(`https://test${MAPS}?watch=true&resourceVersion=${from}`);
    const quick = cluster.lines(`${MAPS}?watch=true&resourceVersion=${from}&fieldSelector=metadata.name%3Dlast`, 1);
    const data = { big: 'x'.repeat(900_000) };
    for (let count = 0; count < 12; count++) await cluster.client.create(configMap(`big-${count}`, data));
    await cluster.client.create(configMap('last'));
    expect(names(await quick)).toEqual(['ADDED last']);
    expect(await slow.text()).not.toContain('"name":"last"');
  });

  it('sends a state and a replay of any size', async () => {
    await using cluster = await testCluster();
    const from = await version(cluster);
    const data = { big: 'x'.repeat(900_000) };
    for (let count = 10; count < 22; count++) await cluster.client.create(configMap(`big-${count}`, data));
    const state = await cluster.lines(`${MAPS}?watch=true`, 13);
    expect(names(state)).toContain('ADDED big-21');
    const replayed = await cluster.lines(`${MAPS}?watch=true&resourceVersion=${from}`, 12);
    expect(names(replayed)).toEqual(Array.from({ length: 12 }, (_none, index) => `ADDED big-${index + 10}`));
  });

  const step = fc.record({ name: fc.constantFrom('a', 'b', 'c'), action: fc.constantFrom('put', 'label', 'delete') });

  it('replays from every version to what a list shows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await using cluster = await testCluster();
        const states = new Map<string, ReadonlyMap<string, string>>();
        const snapshot = async (): Promise<void> => {
          const { body } = await cluster.call('GET', MAPS);
          states.set(body.metadata.resourceVersion ?? '', contents(body['items'] as WatchLine['object'][]));
        };
        await snapshot();
        for (const { name, action } of steps) {
          const body =
            action === 'label' ? { metadata: { labels: { x: String(states.size) } } } : { data: { n: name } };
          if (action === 'delete') await cluster.call('DELETE', `${MAPS}/${name}`);
          else {
            const document = { apiVersion: 'v1', kind: 'ConfigMap', ...body };
            const headers = { 'content-type': 'application/apply-patch+yaml' };
            await cluster.call('PATCH', `${MAPS}/${name}?fieldManager=t&force=true`, { body: document, headers });
          }
          await snapshot();
        }
        const last = [...states.values()].at(-1);
        const total = Number([...states.keys()].at(-1));
        for (const [from, state] of states) {
          const replayed = new Map(state);
          if (Number(from) < total) await replay(cluster, { from, total }, replayed);
          expect(replayed).toEqual(last);
          const { body } = await cluster.call('GET', `${MAPS}?resourceVersion=${from}&resourceVersionMatch=Exact`);
          expect(contents(body['items'] as WatchLine['object'][])).toEqual(state);
        }
      }),
      { numRuns: 25 },
    );
  });
});

function contents(items: readonly WatchLine['object'][]): ReadonlyMap<string, string> {
  return new Map(items.map((item) => [item.metadata.name ?? '', item.metadata.resourceVersion ?? '']));
}

async function replay(
  cluster: TestCluster,
  span: { readonly from: string; readonly total: number },
  state: Map<string, string>,
): Promise<void> {
  const response = await cluster.server.fetch(`https://test${MAPS}?watch=true&resourceVersion=${span.from}`);
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    if (!text.endsWith('\n')) continue;
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as WatchLine);
    if (Number(lines.at(-1)?.object.metadata.resourceVersion) < span.total) continue;
    for (const { type, object } of lines) {
      const { name = '', resourceVersion = '' } = object.metadata;
      if (type === 'DELETED') state.delete(name);
      else state.set(name, resourceVersion);
    }
    return;
  }
}
