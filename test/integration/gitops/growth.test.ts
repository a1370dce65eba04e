import { afterEach, describe, expect, it } from 'vitest';
import type { EngineWork } from '../../../src/gitops/index.ts';
import type { KubeClient } from '../../../src/kube/index.ts';
import { GitopsWorld, application, configMapKey, namespace, project, REPOSITORY } from '../../support/gitops-world.ts';

const WRITES = new Set(['create', 'update', 'patch', 'apply', 'delete']);
const SIZES = [3, 9] as const;

interface Work extends EngineWork {
  /** Calls that write, by name, events apart. */
  readonly writes: Readonly<Record<string, number>>;
}

const name = (index: number): string => `app-${index}`;

function kustomization(fields: object): string {
  return JSON.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields });
}

/** One base, and an overlay of its own for each application. */
function files(count: number): Record<string, string> {
  const data = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { release: '1' } };
  const found: Record<string, string> = {
    'README.md': 'one',
    'base/kustomization.yaml': kustomization({ resources: ['settings.yaml'] }),
    'base/settings.yaml': JSON.stringify(data),
  };
  for (let index = 0; index < count; index++) {
    const generated = { name: `own-${index}`, envs: ['own.env'] };
    found[`apps/${name(index)}/own.env`] = 'value=1';
    found[`apps/${name(index)}/kustomization.yaml`] = kustomization({
      resources: ['../../base'],
      nameSuffix: `-${name(index)}`,
      configMapGenerator: [generated],
      generatorOptions: { disableNameSuffixHash: true },
    });
  }
  return found;
}

describe('the work that the engine does', () => {
  let world: GitopsWorld;
  const writes: Record<string, number> = {};
  afterEach(() => world[Symbol.asyncDispose]());

  function counting(client: KubeClient): KubeClient {
    return new Proxy(client, {
      get(target, method) {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]): unknown => {
          const isEvent = (args[0] as { kind?: string } | undefined)?.kind === 'Event';
          const call = String(method);
          if (WRITES.has(call) && !isEvent) writes[call] = (writes[call] ?? 0) + 1;
          return Reflect.apply(value, target, args);
        };
      },
    });
  }

  async function start(count: number): Promise<void> {
    world = await GitopsWorld.create({ wrap: (_name, client) => counting(client) });
    await world.hub.create(project());
    await world.hub.create(namespace('web'));
    const revision = world.push(files(count));
    await world.start();
    for (let index = 0; index < count; index++) {
      const source = { repoURL: REPOSITORY, targetRevision: 'main', path: `apps/${name(index)}` };
      await world.hub.create(application(name(index), { spec: { source } }));
    }
    for (let index = 0; index < count; index++) await world.synced(name(index), revision);
    await pass(1_000);
  }

  async function pass(ms: number): Promise<void> {
    const later = world.clock.now() + ms;
    await world.until(async () => world.clock.now() > later, ms * 2);
    await world.engine.idle();
  }

  /** Everything that comes of itself, without any time passing. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
    await world.engine.idle();
  }

  /** What it does until `done`. */
  async function workOf(act: () => void, done: () => Promise<void>): Promise<Work> {
    for (const call of Object.keys(writes)) Reflect.deleteProperty(writes, call);
    const before = world.engine.work;
    act();
    await done();
    const { reconciled, rendered } = world.engine.work;
    return {
      writes: { ...writes },
      reconciled: reconciled - before.reconciled,
      rendered: rendered - before.rendered,
    };
  }

  it.each(SIZES)('is none right after a commit that changes nothing of %i applications', async (count) => {
    await start(count);
    const now = await workOf(() => world.push({ 'README.md': 'two' }), settle);
    expect(now).toEqual({ writes: {}, reconciled: 0, rendered: 0 });
    const later = await workOf(
      () => undefined,
      () => pass(5_000),
    );
    expect(later).toEqual({ writes: { patch: count }, reconciled: count, rendered: 0 });
  });

  it.each(SIZES)('is that of one where one of %i is changed', async (count) => {
    await start(count);
    const work = await workOf(() => world.push({ [`apps/${name(1)}/own.env`]: 'value=2' }), settle);
    // That it begins, and how it ended.
    expect(work).toMatchObject({ writes: { apply: 1, patch: 2 }, rendered: 1 });
    expect(work.reconciled).toBeLessThanOrEqual(2);
    expect((await world.hub.get(configMapKey('own-1-app-1')))?.['data']).toEqual({ value: '2' });
  });

  it.each(SIZES)('is in proportion where all of %i are changed', async (count) => {
    await start(count);
    const work = await workOf(
      () => world.push({ 'base/settings.yaml': files(0)['base/settings.yaml']?.replace('"1"', '"2"') ?? '' }),
      settle,
    );
    expect(work).toMatchObject({ writes: { apply: count, patch: 2 * count }, rendered: count });
    expect(work.reconciled).toBeLessThanOrEqual(2 * count);
  });

  it.each(SIZES)('is that of one where one of %i drifts', async (count) => {
    await start(count);
    const body = { data: { value: 'edited' } };
    const key = configMapKey('own-1-app-1');
    const work = await workOf(() => void world.hub.patch(key, { type: 'merge', body }), settle);
    expect((await world.hub.get(key))?.['data']).toEqual({ value: '1' });
    expect(work).toMatchObject({ rendered: 0 });
    expect(work.writes['patch']).toBe(1);
    expect(work.reconciled).toBeLessThanOrEqual(3);
  });

  it.each(SIZES)('is none where the status of an object of %i changes without its health', async (count) => {
    await start(count);
    const work = await workOf(
      () => void world.hub.patch(configMapKey('own-1-app-1'), { type: 'merge', body: { status: { seen: 'yes' } } }),
      settle,
    );
    expect(work).toEqual({ writes: {}, reconciled: 0, rendered: 0 });
  });
});
