import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createInformer } from '../../src/controller/index.ts';
import type { IndexedInformer } from '../../src/controller/index.ts';
import { VirtualClock, silentLogger } from '../../src/core/index.ts';
import { createKubeClient } from '../../src/kube/index.ts';
import type { KubeClient, KubeObject } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import { createFaultyFetch } from './faulty-fetch.ts';
import type { FaultyFetch } from './faulty-fetch.ts';

const gvk = { group: '', version: 'v1', kind: 'ConfigMap' };
const SERVER = 'http://cluster.local';
const { signal } = new AbortController();

interface World extends AsyncDisposable {
  readonly clock: VirtualClock;
  /** Always reaches the server. */
  readonly user: KubeClient;
  readonly network: FaultyFetch;
  readonly informer: IndexedInformer;
  /** What somebody knows who only listens to changes. */
  readonly heard: Map<string, KubeObject>;
  readonly start: () => Promise<void>;
  /** Until the informer holds what the server has. */
  readonly agree: () => Promise<void>;
}

async function createWorld(options: { readonly labelSelector?: string } = {}): Promise<World> {
  const clock = new VirtualClock();
  const api = await createApiServer({ name: 'test', clock });
  const network = createFaultyFetch(api.fetch);
  const user = createKubeClient({ server: SERVER, fetch: api.fetch, fieldManager: 'user', clock });
  const client = createKubeClient({ server: SERVER, fetch: network.fetch, fieldManager: 'informer', clock });
  const informer = createInformer({ client, gvk, namespace: 'default', clock, logger: silentLogger, ...options });
  const heard = new Map<string, KubeObject>();
  informer.onChange(({ before, after }) => {
    const name = (after ?? before)?.metadata.name ?? '';
    if (before === undefined) expect(heard.has(name), `${name} is told as new twice`).toBe(false);
    else expect(heard.has(name), `${name} is told as known before it was new`).toBe(true);
    if (after === undefined) heard.delete(name);
    else heard.set(name, after);
  });
  const versions = (objects: readonly KubeObject[]): string[] =>
    objects.map(({ metadata }) => `${metadata.name ?? ''}@${metadata.resourceVersion ?? ''}`).toSorted();
  return {
    clock,
    user,
    network,
    informer,
    heard,
    async start() {
      let started = false;
      void informer.start(signal).then(() => (started = true));
      await clock.advanceUntil(() => started, 600_000);
    },
    async agree() {
      const { items } = await user.list(gvk, { namespace: 'default', ...options });
      const wanted = versions(items);
      const agrees = (): boolean => JSON.stringify(versions(informer.list())) === JSON.stringify(wanted);
      await clock.advanceUntil(agrees, 3_600_000);
      expect(versions([...heard.values()])).toEqual(wanted);
    },
    async [Symbol.asyncDispose]() {
      await informer[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

async function setUp(options: { readonly labelSelector?: string } = {}): Promise<World> {
  const world = await createWorld(options);
  onTestFinished(() => world[Symbol.asyncDispose]());
  return world;
}

function configMap(name: string, text: string, labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels }, data: { text } };
}

async function put(user: KubeClient, object: KubeObject): Promise<void> {
  await user.apply(object, { force: true });
}

const remove = (user: KubeClient, name: string): Promise<void> => user.delete({ ...gvk, namespace: 'default', name });

describe('an informer against the API server', () => {
  it('lists every page, then follows', async () => {
    const { user, start, agree, informer, network } = await setUp();
    for (let index = 0; index < 1_100; index++) await put(user, configMap(`many-${index}`, 'x'));
    await start();
    expect(informer.list()).toHaveLength(informer.list('default').length);
    expect(informer.list().length).toBeGreaterThanOrEqual(1_100);
    const { lists } = network.opened;

    await put(user, configMap('many-7', 'changed'));
    await remove(user, 'many-8');
    await agree();

    expect(lists).toBeGreaterThanOrEqual(3);
    expect(network.opened.watches).toBe(1);
  });

  it.each([
    { fault: 'a watch that is cut', strike: (network: FaultyFetch) => network.cut() },
    { fault: 'a watch that ends', strike: (network: FaultyFetch) => network.end() },
  ])('goes on from where it was after $fault, without another list', async ({ strike }) => {
    const { user, network, start, agree } = await setUp();
    await put(user, configMap('a', '1'));
    await start();
    await agree();
    const { lists } = network.opened;

    strike(network);
    await put(user, configMap('a', '2'));
    await put(user, configMap('b', '1'));
    await agree();

    expect(network.opened.lists).toBe(lists);
  });

  it.each([
    { fault: 'an answer 410', strike: (network: FaultyFetch) => network.expireNext() },
    { fault: 'an ERROR event 410', strike: (network: FaultyFetch) => network.expireNextInStream() },
  ])('lists again after $fault, and tells also what was deleted meanwhile', async ({ strike }) => {
    const { user, network, start, agree, heard } = await setUp();
    for (const name of ['a', 'b']) await put(user, configMap(name, '1'));
    await start();
    await agree();

    strike(network);
    network.cut();
    await remove(user, 'a');
    await put(user, configMap('c', '1'));
    await agree();

    expect(heard.has('a')).toBe(false);
    expect(heard.has('c')).toBe(true);
  });

  it('tells a deletion and a creation when a name came again while it could not watch', async () => {
    const { user, network, start, agree, heard } = await setUp();
    await put(user, configMap('a', '1'));
    await start();
    await agree();
    const before = heard.get('a')?.metadata.uid;

    network.down = true;
    network.cut();
    network.expireNext();
    await remove(user, 'a');
    await put(user, configMap('a', '2'));
    network.down = false;
    await agree();

    expect(heard.get('a')?.metadata.uid).not.toBe(before);
  });

  it('waits for a server that is down at the start', async () => {
    const world = await setUp();
    await put(world.user, configMap('a', '1'));
    world.network.down = true;
    const started = world.start();
    await world.clock.advanceUntil(() => world.clock.now() > Date.UTC(2026, 0, 15, 9, 2), 300_000);
    expect(world.informer.synced).toBe(false);

    world.network.down = false;
    await started;
    await world.agree();
  });

  it('takes in a server that sends slowly, a few bytes at a time', async () => {
    const { user, network, start, agree } = await setUp();
    network.chunkBytes = 7;
    await start();

    for (let index = 0; index < 20; index++) await put(user, configMap(`slow-${index % 5}`, 'ä€😀'.repeat(index)));
    await agree();
  });

  it('sees objects come into its selection and leave it', async () => {
    const { user, start, agree, informer } = await setUp({ labelSelector: 'app=web' });
    await put(user, configMap('in', '1', { app: 'web' }));
    await put(user, configMap('out', '1', { app: 'other' }));
    await start();

    await put(user, configMap('in', '1', { app: 'other' }));
    await put(user, configMap('out', '1', { app: 'web' }));
    await agree();

    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(['out']);
  });

  it('shows a write of our own at once', async () => {
    const { user, start, agree, informer } = await setUp();
    await start();

    informer.observe(await user.create(configMap('mine', '1')));

    expect(informer.get({ namespace: 'default', name: 'mine' })).toBeDefined();
    await agree();
  });
});

type Deed =
  | { readonly do: 'put'; readonly name: string; readonly text: string }
  | { readonly do: 'remove'; readonly name: string }
  | { readonly do: 'cut' | 'end' | 'expireNext' | 'expireNextInStream' | 'down' | 'up' | 'slow' | 'pause' };

const name = fc.constantFrom('a', 'b', 'c');
const deeds = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('put' as const), name, text: fc.string({ maxLength: 3 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('cut', 'end', 'expireNext', 'expireNextInStream', 'down', 'up', 'slow', 'pause'),
      }),
    },
  ),
  { maxLength: 25 },
);

async function perform({ user, network, clock }: World, deed: Deed): Promise<void> {
  switch (deed.do) {
    case 'put':
      return put(user, configMap(deed.name, deed.text));
    case 'remove':
      return remove(user, deed.name);
    case 'down':
    case 'up':
      network.down = deed.do === 'down';
      return;
    case 'slow':
      network.chunkBytes = 11;
      return;
    case 'pause': {
      const until = clock.now() + 500;
      return clock.advanceUntil(() => clock.now() >= until, 1_000);
    }
    default:
      network[deed.do]();
  }
}

describe('an informer amid faults', () => {
  it('agrees with the server in the end, and has told each change in order', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (sequence) => {
        await using world = await createWorld();
        await world.start();
        for (const deed of sequence) await perform(world, deed);
        world.network.down = false;
        await world.agree();
      }),
      { numRuns: 40 },
    );
  });
});
