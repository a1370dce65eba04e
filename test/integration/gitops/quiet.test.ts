import { afterEach, describe, expect, it } from 'vitest';
import type { KubeClient } from '../../../src/kube/index.ts';
import {
  GitopsWorld,
  application,
  applicationKey,
  configMap,
  configMapKey,
  namespace,
  project,
} from '../../support/gitops-world.ts';

const WRITES = new Set(['create', 'update', 'patch', 'apply', 'delete']);

/** Counts what the engine writes. */
function counting(client: KubeClient, onWrite: (call: string) => void): KubeClient {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        if (WRITES.has(String(name))) onWrite(String(name));
        return Reflect.apply(value, target, args);
      };
    },
  });
}

describe('an engine with nothing to do', () => {
  let world: GitopsWorld;
  let writes: string[] = [];
  afterEach(() => world[Symbol.asyncDispose]());

  async function settled(): Promise<string> {
    writes = [];
    world = await GitopsWorld.create({ wrap: (_name, client) => counting(client, (call) => writes.push(call)) });
    await world.hub.create(project());
    await world.hub.create(namespace('web'));
    const revision = world.push({ 'apps/web/a.yaml': configMap('a', { x: '1' }), 'README.md': 'one' });
    await world.start();
    await world.hub.create(application('web'));
    await world.synced('web', revision);
    await world.engine.idle();
    writes = [];
    return revision;
  }

  async function pass(ms: number): Promise<void> {
    const later = world.clock.now() + ms;
    await world.until(async () => world.clock.now() > later, ms * 2);
  }

  it('writes nothing in ten minutes', async () => {
    await settled();
    await pass(600_000);
    expect(writes).toEqual([]);
  });

  it('writes nothing after a restart', async () => {
    await settled();
    await world.restart();
    await world.engine.idle();
    await pass(5_000);
    expect(writes).toEqual([]);
  });

  it('writes only the new revision after a commit that changes nothing of the Application', async () => {
    await settled();
    const revision = world.push({ 'README.md': 'two' });
    await world.until(async () => (await world.status('web')).sync?.revision === revision);
    await world.engine.idle();
    expect(writes).toEqual(['patch']);
  });

  it('writes nothing for changes that nobody compares', async () => {
    await settled();
    for (let round = 0; round < 5; round++) {
      const body = { metadata: { labels: { round: String(round) } } };
      await world.hub.patch(configMapKey('a'), { type: 'merge', body });
    }
    await world.hub.patch(applicationKey('web'), { type: 'merge', body: { metadata: { labels: { seen: 'yes' } } } });
    await pass(5_000);
    expect(writes).toEqual([]);
  });

  it('finds a push that nobody told of by polling', async () => {
    await settled();
    const revision = world.remote.commit({ 'apps/web/a.yaml': configMap('a', { x: '2' }) });
    const start = world.clock.now();
    await world.until(async () => (await world.status('web')).sync?.revision === revision, 300_000);
    expect(world.clock.now() - start).toBeLessThanOrEqual(125_000);
  });
});
