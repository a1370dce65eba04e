import { describe, expect, it } from 'vitest';
import type { KubeClient, KubeObject, ObjectKey } from '../../../src/kube/index.ts';
import { configMap, configMapKey, manifest } from '../../support/gitops-world.ts';
import { DriftWorld, delivery } from './drift-world.ts';

const FILES = { 'a.yaml': configMap('a', { x: '1' }) };
const CONFIG = configMapKey('a');
const AUTOMATED = { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] };

async function data(world: DriftWorld): Promise<string> {
  return JSON.stringify((await world.get(CONFIG))?.['data']);
}

const both = { data: { x: 'edited', added: 'x' } };

describe('circumstances', () => {
  it('the environment is frozen', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    await world.hub.create(delivery('Freeze', 'all', { environment: 'dev', by: 'carol', reason: 'month end' }));
    await world.edit(CONFIG, both);
    await world.until(async () => (await data(world)) === '{"x":"1"}' && world.facts.length > 0);

    expect(world.facts[0]?.fields).toEqual(['data.added', 'data.x']);
  });

  it('a sync window is closed', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    const kind = { kind: 'deny', schedule: '0 9 * * *', duration: '1h', applications: ['*'] };
    await world.hub.patch(
      { group: 'argoproj.io', version: 'v1alpha1', kind: 'AppProject', namespace: 'argocd', name: 'team' },
      { type: 'merge', body: { spec: { syncWindows: [kind] } } },
    );
    await world.pass(2_000);
    await world.edit(CONFIG, both);
    await world.until(async () => (await data(world)) === '{"x":"1"}' && world.facts.length > 0);

    expect(world.gitops.clock.now()).toBeLessThan(Date.UTC(2026, 0, 15, 10));
    expect(world.facts[0]?.fields).toEqual(['data.added', 'data.x']);
  });

  it.each([
    { row: 'the Application is synced by hand', syncPolicy: { automated: null } },
    {
      row: 'the Application syncs, but does not heal itself',
      syncPolicy: { automated: { prune: true, selfHeal: false } },
    },
  ])('$row', async ({ syncPolicy }) => {
    await using world = await DriftWorld.create({ files: FILES, application: { spec: { syncPolicy: AUTOMATED } } });
    await world.hub.patch(
      { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' },
      { type: 'merge', body: { spec: { syncPolicy } } },
    );
    await world.pass(5_000);
    await world.edit(CONFIG, both);
    await world.until(() => world.alerts().includes('StoaDriftPersists'), 120_000);

    expect(await data(world)).toBe('{"x":"edited","added":"x"}');
    expect(world.facts).toEqual([]);
    expect(await world.events()).toMatchObject([{ phase: 'Open', actor: 'kubectl-edit' }]);
    await world.edit(CONFIG, { data: { x: '1', added: null } }, { fieldManager: 'kubectl-repent' });
    await world.until(() => world.facts.length > 0);
    expect(world.facts[0]).toMatchObject({ healedBy: 'kubectl-repent' });
  });

  it('the guard was down', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    await world.stopGuard();
    const edited = world.gitops.clock.now();
    await world.edit(CONFIG, both);
    await world.pass(20_000);
    expect(await data(world)).toBe('{"x":"1","added":"x"}');
    await world.startGuard();
    await world.until(() => world.facts.length > 0);

    expect(await data(world)).toBe('{"x":"1"}');
    expect(world.facts).toMatchObject([
      {
        fields: ['data.added'],
        actor: 'kubectl-edit',
        // managedFields know whole seconds.
        since: new Date(Math.floor(edited / 1000) * 1000).toISOString(),
        healedBy: 'stoa-drift-guard',
      },
    ]);
  });

  it('the guard restarts while drift is open', async () => {
    await using world = await DriftWorld.create({
      files: FILES,
      application: { spec: { syncPolicy: AUTOMATED } },
    });
    await setAutomated(world, null);
    await world.edit(CONFIG, { data: { added: 'x' } });
    await world.until(async () => (await world.events()).length > 0);
    const [before] = await world.events();
    await world.stopGuard();
    await world.startGuard();
    expect(await world.events()).toMatchObject([{ id: before?.id, phase: 'Open', foundAt: before?.foundAt }]);
    await world.stopGuard();
    await world.edit(CONFIG, { data: { added: null } });
    await world.startGuard();
    await world.until(() => world.facts.length > 0);

    expect(world.facts).toMatchObject([{ fields: ['data.added'], foundAt: before?.foundAt }]);
    await world.until(async () => (await world.events())[0]?.phase === 'Healed');
  });

  it('the engine restarts', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    await world.gitops.engine[Symbol.asyncDispose]();
    await world.edit(CONFIG, both);
    await world.until(async () => (await data(world)) === '{"x":"edited"}');
    await world.gitops.start();
    await world.until(async () => (await data(world)) === '{"x":"1"}' && world.facts.length > 0);

    expect(world.facts[0]?.changes?.map(({ field }) => field)).toEqual(['data.added', 'data.x']);
  });

  it('the cluster cannot be reached', async () => {
    const cut = { on: false };
    await using world = await DriftWorld.create({ files: FILES });
    await world.stopGuard();
    await world.startGuard({ hub: cuttable(world.hub, () => cut.on) });
    cut.on = true;
    await world.until(() => world.alerts().includes('StoaDriftBlind'), 120_000);
    await world.edit(CONFIG, { data: { added: 'x' } });
    await world.pass(60_000);
    expect([await data(world), world.facts]).toEqual(['{"x":"1","added":"x"}', []]);
    cut.on = false;
    await world.until(() => world.facts.length > 0, 120_000);

    expect(await data(world)).toBe('{"x":"1"}');
    expect(world.facts).toMatchObject([{ fields: ['data.added'], actor: 'kubectl-edit' }]);
    await world.until(() => world.alerts().includes('StoaDriftBlind over'), 60_000);
  });

  it('somebody keeps on changing it', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    let rounds = 0;
    for (; rounds < 20 && !world.alerts().includes('StoaDriftLoop'); rounds++) {
      await world.edit(CONFIG, { data: { added: `fight ${rounds}` } }, { fieldManager: 'rogue-operator' });
      await world.until(async () => (await data(world)) === '{"x":"1"}' || world.alerts().includes('StoaDriftLoop'));
      await world.pass(1_000);
    }
    expect(rounds).toBeLessThan(10);
    const recorded = world.facts.length;
    await world.edit(CONFIG, { data: { added: 'held' } }, { fieldManager: 'rogue-operator' });
    const held = world.gitops.clock.now();
    await world.until(async () => (await data(world)) === '{"x":"1"}', 300_000);
    expect(world.gitops.clock.now() - held).toBeGreaterThanOrEqual(40_000);
    await world.until(() => world.alerts().includes('StoaDriftLoop over'), 600_000);

    expect(world.facts).toHaveLength(recorded + 1);
    expect(world.facts.at(-1)).toMatchObject({ actor: 'rogue-operator', repeats: rounds + 1 });
    expect(world.alerts().filter((name) => name === 'StoaDriftLoop')).toHaveLength(1);
  });

  it('somebody fights the engine over a field of Git', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    for (let round = 0; round < 10; round++) {
      await world.edit(CONFIG, { data: { x: `fight ${round}` } }, { fieldManager: 'rogue-operator' });
      await world.until(async () => (await data(world)) === '{"x":"1"}');
    }
    await world.until(() => world.alerts().includes('StoaDriftLoop'));
    expect(world.facts.length).toBeLessThan(5);
    await world.until(() => world.alerts().includes('StoaDriftLoop over'), 600_000);

    expect(world.facts.at(-1)).toMatchObject({ fields: ['data.x'], healedBy: 'argocd-controller' });
    expect(world.facts.at(-1)?.repeats).toBeGreaterThan(5);
  });

  it('the guard stops', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    await world.pass(60_000);
    expect(world.gitops.clock.now() - world.lastBeat()).toBeLessThanOrEqual(15_000);
    await world.stopGuard();
    const stopped = world.lastBeat();
    await world.pass(60_000);

    expect(world.lastBeat()).toBe(stopped);
  });
});

async function setAutomated(world: DriftWorld, automated: null): Promise<void> {
  const key = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' };
  await world.hub.patch(key, { type: 'merge', body: { spec: { syncPolicy: { automated } } } });
  await world.pass(5_000);
}

/** The client of a cluster that can be cut off: calls fail, watches break. */
function cuttable(client: KubeClient, isCut: () => boolean): KubeClient {
  const check = (): void => {
    if (isCut()) throw new Error('cut off');
  };
  return new Proxy(client, {
    get: (target, name: keyof KubeClient) => {
      // A promise of a client asks it for `then`.
      if (!(name in target)) return undefined;
      if (name === 'server' || name === 'discovery') return target[name];
      if (name === 'watch') {
        return (...call: Parameters<KubeClient['watch']>) => checked(target.watch(...call), check);
      }
      const member = target[name].bind(target) as (...all: readonly unknown[]) => Promise<unknown>;
      return async (...call: readonly unknown[]) => {
        check();
        return member(...call);
      };
    },
  });
}

async function* checked<T>(events: AsyncIterable<T>, check: () => void): AsyncGenerator<T> {
  check();
  for await (const event of events) {
    check();
    yield event;
  }
}

const KINDS = [
  { version: 'v1', kind: 'ConfigMap' },
  { version: 'v1', kind: 'ServiceAccount' },
  { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleBinding' },
];

describe('added objects', () => {
  const policy = (action: 'Alert' | 'Remove') => ({ addedObjects: [{ namespaces: ['web'], kinds: KINDS, action }] });
  const ROGUE: ObjectKey = {
    ...{ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleBinding' },
    ...{ namespace: 'web', name: 'rogue' },
  };
  const rogue = (parts: object = {}) => ({
    ...(JSON.parse(
      manifest('RoleBinding', 'rogue', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
        subjects: [{ kind: 'User', name: 'mallory', apiGroup: 'rbac.authorization.k8s.io' }],
      }),
    ) as KubeObject),
    metadata: { name: 'rogue', namespace: 'web', ...parts },
  });

  it('an object is added, and the policy removes such', async () => {
    await using world = await DriftWorld.create({ files: FILES, policy: policy('Remove') });
    await world.hub.create(rogue(), { fieldManager: 'kubectl-create' });
    await world.until(() => world.facts.length > 0);

    expect(await world.get(ROGUE)).toBeUndefined();
    expect(world.facts).toMatchObject([
      { kind: 'AddedObject', object: 'RoleBinding web/rogue', actor: 'kubectl-create', healedBy: 'stoa-drift-guard' },
    ]);
    expect(
      (await world.hub.list({ group: '', version: 'v1', kind: 'ServiceAccount' }, { namespace: 'web' })).items,
    ).toHaveLength(1);
  });

  it('an object is added, and the policy only tells of such', async () => {
    await using world = await DriftWorld.create({ files: FILES, policy: policy('Alert') });
    await world.hub.create(rogue(), { fieldManager: 'kubectl-create' });
    await world.until(() => world.alerts().includes('StoaDriftPersists'), 120_000);

    expect(await world.get(ROGUE)).toBeDefined();
    expect(world.alerts()).toEqual(['StoaDrift', 'StoaDriftPersists']);
  });

  it('an object is added with the mark of the Application', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    const annotations = { 'argocd.argoproj.io/tracking-id': 'web:/ConfigMap:web/extra' };
    const extra = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra', namespace: 'web', annotations } };
    await world.hub.create(extra, { fieldManager: 'kubectl-create' });
    await world.until(() => world.facts.length > 0);

    expect(await world.get(configMapKey('extra'))).toBeUndefined();
    expect(world.facts.at(-1)).toMatchObject({ kind: 'AddedObject', actor: 'kubectl-create' });
  });

  it('an object is added with an invented mark', async () => {
    await using world = await DriftWorld.create({ files: FILES, policy: policy('Remove') });
    const id = 'nobody:rbac.authorization.k8s.io/RoleBinding:web/rogue';
    const annotations = { 'argocd.argoproj.io/tracking-id': id };
    await world.hub.create(rogue({ annotations }), { fieldManager: 'kubectl-create' });
    await world.until(() => world.facts.length > 0);

    expect(await world.get(ROGUE)).toBeUndefined();
  });
});
