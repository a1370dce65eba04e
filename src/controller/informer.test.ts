import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock, silentLogger } from '../core/index.ts';
import { ApiError } from '../kube/index.ts';
import type { KubeList, KubeObject, WatchEvent, WatchOptions } from '../kube/index.ts';
import type { Change, IndexedInformer } from './contract.ts';
import { createInformer, withoutManagedFields } from './informer.ts';
import type { InformerOptions } from './informer.ts';

const gvk = { group: '', version: 'v1', kind: 'ConfigMap' };

function configMap(name: string, version: number, more: Partial<KubeObject['metadata']> = {}): KubeObject {
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: String(version), ...more };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

function listOf(version: number, ...items: KubeObject[]): KubeList {
  return { apiVersion: 'v1', kind: 'ConfigMapList', metadata: { resourceVersion: String(version) }, items };
}

const unreachable = new ApiError({ httpCode: 503, reason: 'ServiceUnavailable', message: 'refused' });
const expired = new ApiError({ httpCode: 410, reason: 'Expired', message: 'too old' });

/** Answers lists in order, the last for ever; a watch stays open until the test ends or breaks it. */
class ScriptedServer {
  readonly lists: (KubeList | Error)[];
  readonly watchedFrom: string[] = [];
  listed = 0;
  #emit: ((event: WatchEvent | Error | 'end') => void) | undefined;

  constructor(...lists: (KubeList | Error)[]) {
    this.lists = lists;
  }

  readonly list = async (): Promise<KubeList> => {
    const answer = this.lists[Math.min(this.listed++, this.lists.length - 1)];
    if (answer instanceof Error || answer === undefined) throw answer ?? unreachable;
    return answer;
  };

  readonly watch = async function* (
    this: ScriptedServer,
    _gvk: unknown,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent> {
    this.watchedFrom.push(options.resourceVersion);
    const events: (WatchEvent | Error | 'end')[] = [];
    let wake = Promise.withResolvers<undefined>();
    this.#emit = (event) => {
      events.push(event);
      wake.resolve(undefined);
    };
    options.signal?.addEventListener('abort', () => this.#emit?.('end'), { once: true });
    for (;;) {
      await wake.promise;
      wake = Promise.withResolvers<undefined>();
      for (const event of events.splice(0)) {
        if (event === 'end') return;
        if (event instanceof Error) throw event;
        yield event;
      }
    }
  }.bind(this);

  send(event: WatchEvent | Error | 'end'): void {
    this.#emit?.(event);
  }
}

interface World {
  readonly clock: VirtualClock;
  readonly server: ScriptedServer;
  readonly informer: IndexedInformer;
  readonly changes: string[];
}

function describeChange({ before, after }: Change): string {
  const at = (object: KubeObject | undefined): string =>
    object === undefined ? '-' : `${object.metadata.name ?? ''}@${object.metadata.resourceVersion ?? ''}`;
  return `${at(before)} > ${at(after)}`;
}

function setUp(server: ScriptedServer, options: Partial<InformerOptions> = {}): World {
  const clock = new VirtualClock(0);
  const informer = createInformer({ client: server, gvk, clock, logger: silentLogger, ...options });
  const changes: string[] = [];
  informer.onChange((change) => changes.push(describeChange(change)));
  onTestFinished(() => informer[Symbol.asyncDispose]());
  return { clock, server, informer, changes };
}

const until = (world: World, reached: () => boolean): Promise<void> => world.clock.advanceUntil(reached, 3_600_000);
const signal = new AbortController().signal;

describe(createInformer, () => {
  it('holds the list once started, and tells each object as new', async () => {
    const world = setUp(new ScriptedServer(listOf(7, configMap('a', 3), configMap('b', 5))));

    await world.informer.start(signal);

    expect(world.informer.synced).toBe(true);
    expect(world.changes).toEqual(['- > a@3', '- > b@5']);
    expect(world.informer.get({ namespace: 'shop', name: 'a' })?.metadata.uid).toBe('uid-a');
    expect(world.informer.list('other')).toEqual([]);
    expect(world.informer.list('shop')).toHaveLength(2);
  });

  it('keeps trying when the server is down at start', async () => {
    const world = setUp(new ScriptedServer(unreachable, unreachable, unreachable, listOf(1)));
    let started = false;
    void world.informer.start(signal).then(() => (started = true));

    await until(world, () => started);

    expect(world.server.listed).toBe(4);
  });

  it('rejects when it is stopped before the first list', async () => {
    const abort = new AbortController();
    const world = setUp(new ScriptedServer(unreachable));
    const started = world.informer.start(abort.signal);

    abort.abort(new RangeError('enough'));

    await expect(started).rejects.toBeInstanceOf(RangeError);
  });

  it('follows the watch, and gives the last state of what is deleted', async () => {
    const world = setUp(new ScriptedServer(listOf(5, configMap('a', 3))));
    await world.informer.start(signal);
    await until(world, () => world.server.watchedFrom.length === 1);

    world.server.send({ type: 'MODIFIED', object: configMap('a', 6) });
    world.server.send({ type: 'ADDED', object: configMap('b', 7) });
    world.server.send({ type: 'BOOKMARK', object: configMap('', 8) });
    world.server.send({ type: 'DELETED', object: configMap('a', 9) });
    await until(world, () => world.changes.length === 4);

    expect(world.changes.slice(1)).toEqual(['a@3 > a@6', '- > b@7', 'a@9 > -']);
  });

  it('reconnects from the last version, bookmarks counted, when the watch ends or breaks', async () => {
    const world = setUp(new ScriptedServer(listOf(5)));
    await world.informer.start(signal);
    await until(world, () => world.server.watchedFrom.length === 1);

    world.server.send({ type: 'BOOKMARK', object: configMap('', 40) });
    world.server.send('end');
    await until(world, () => world.server.watchedFrom.length === 2);
    world.server.send({ type: 'ADDED', object: configMap('b', 41) });
    world.server.send(unreachable);
    await until(world, () => world.server.watchedFrom.length === 3);

    expect(world.server.watchedFrom).toEqual(['5', '40', '41']);
    expect(world.server.listed).toBe(1);
  });

  it('lists again when the version has expired, and tells the difference', async () => {
    const later = listOf(50, configMap('a', 3), configMap('c', 45), configMap('d', 46, { uid: 'second' }));
    const world = setUp(
      new ScriptedServer(listOf(5, configMap('a', 3), configMap('b', 4), configMap('c', 5), configMap('d', 2)), later),
    );
    await world.informer.start(signal);
    await until(world, () => world.server.watchedFrom.length === 1);
    world.changes.splice(0);

    world.server.send(expired);
    await until(world, () => world.server.watchedFrom.length === 2);

    expect(world.changes).toEqual(['b@4 > -', 'c@5 > c@45', 'd@2 > -', '- > d@46']);
    expect(world.server.watchedFrom).toEqual(['5', '50']);
  });

  it('takes a silent watch for broken', async () => {
    const world = setUp(new ScriptedServer(listOf(5)), { silenceMs: 60_000 });
    await world.informer.start(signal);

    await until(world, () => world.server.watchedFrom.length === 2);

    expect(world.clock.now()).toBeGreaterThanOrEqual(60_000);
  });

  it('waits longer after each failure, and from the beginning after a watch that worked', async () => {
    const world = setUp(new ScriptedServer(listOf(5)));
    await world.informer.start(signal);
    const reconnect = async (): Promise<number> => {
      const count = world.server.watchedFrom.length;
      const from = world.clock.now();
      world.server.send('end');
      await until(world, () => world.server.watchedFrom.length > count);
      return world.clock.now() - from;
    };
    await until(world, () => world.server.watchedFrom.length === 1);
    for (let failures = 0; failures < 6; failures++) await reconnect();
    const late = await reconnect();
    world.server.send({ type: 'ADDED', object: configMap('b', 41) });
    await until(world, () => world.changes.length === 1);
    const early = await reconnect();

    expect(late).toBeGreaterThan(3_000);
    expect(early).toBeLessThan(2_000);
  });

  it('goes on when a handler throws', async () => {
    const world = setUp(new ScriptedServer(listOf(5, configMap('a', 1), configMap('b', 2))));
    world.informer.onChange(() => {
      throw new Error('a bug');
    });

    await world.informer.start(signal);

    expect(world.changes).toHaveLength(2);
  });

  it('stops telling a handler that was disposed', async () => {
    const world = setUp(new ScriptedServer(listOf(5, configMap('a', 1))));
    let told = 0;
    world.informer.onChange(() => told++)[Symbol.dispose]();

    await world.informer.start(signal);

    expect(told).toBe(0);
  });

  it('keeps what the transform gives', async () => {
    const managed = configMap('a', 1, { managedFields: [] });
    const world = setUp(new ScriptedServer(listOf(5, managed)), { transform: withoutManagedFields });

    await world.informer.start(signal);

    expect(world.informer.list()[0]?.metadata).not.toHaveProperty('managedFields');
    expect(managed.metadata).toHaveProperty('managedFields');
  });
});

describe('the indexes of an informer', () => {
  it('find objects by what they hold now', async () => {
    const world = setUp(new ScriptedServer(listOf(5, configMap('a', 1, { labels: { app: 'x' } }))));
    world.informer.index('app', (object) => Object.values(object.metadata.labels ?? {}));
    await world.informer.start(signal);
    await until(world, () => world.server.watchedFrom.length === 1);
    expect(world.informer.byIndex('app', 'x')).toHaveLength(1);

    world.server.send({ type: 'MODIFIED', object: configMap('a', 6, { labels: { app: 'y' } }) });
    await until(world, () => world.changes.length === 2);

    expect(world.informer.byIndex('app', 'x')).toEqual([]);
    expect(world.informer.byIndex('app', 'y')).toHaveLength(1);
    expect(() => world.informer.byIndex('none', 'x')).toThrow(RangeError);
  });
});

describe('observing a write of our own', () => {
  it('makes it visible at once, and the watch does not tell it again', async () => {
    const world = setUp(new ScriptedServer(listOf(5, configMap('a', 3))));
    await world.informer.start(signal);
    await until(world, () => world.server.watchedFrom.length === 1);

    world.informer.observe(configMap('a', 7));
    world.server.send({ type: 'MODIFIED', object: configMap('a', 6) });
    world.server.send({ type: 'MODIFIED', object: configMap('a', 7) });
    world.server.send({ type: 'ADDED', object: configMap('b', 8) });
    await until(world, () => world.informer.list().length === 2);

    expect(world.changes).toEqual(['- > a@3', 'a@3 > a@7', '- > b@8']);
  });

  it.each([
    { reason: 'an older version', object: configMap('a', 4) },
    { reason: 'a version that is no number', object: configMap('a', 0, { resourceVersion: 'x9' }) },
  ])('does nothing for $reason', async ({ object }) => {
    const world = setUp(new ScriptedServer(listOf(5, configMap('a', 3))));
    await world.informer.start(signal);

    world.informer.observe(object);

    expect(world.changes).toEqual(['- > a@3']);
  });

  it('does not bring back what was deleted since', async () => {
    const world = setUp(new ScriptedServer(listOf(5)));
    await world.informer.start(signal);
    await until(world, () => world.server.watchedFrom.length === 1);
    world.server.send({ type: 'ADDED', object: configMap('a', 6) });
    world.server.send({ type: 'DELETED', object: configMap('a', 8) });
    await until(world, () => world.changes.length === 2);

    world.informer.observe(configMap('a', 7));

    expect(world.informer.list()).toEqual([]);
  });
});
