import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../src/kube/index.ts';
import { configMap, configMapKey, manifest } from '../../support/gitops-world.ts';
import { DriftWorld, exception } from './drift-world.ts';

const LABELS = { app: 'web' };
const CONTAINER = { name: 'main', image: 'web:1', env: [{ name: 'A', value: '1' }] };
const deployment = manifest('Deployment', 'web', {
  apiVersion: 'apps/v1',
  metadata: { labels: LABELS },
  spec: {
    selector: { matchLabels: LABELS },
    template: { metadata: { labels: LABELS }, spec: { containers: [CONTAINER] } },
  },
});
const binding = manifest('RoleBinding', 'readers', {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
  subjects: [{ kind: 'User', name: 'alice', apiGroup: 'rbac.authorization.k8s.io' }],
});
const DEPLOYMENT: ObjectKey = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'web', name: 'web' };
const BINDING: ObjectKey = {
  ...{ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleBinding' },
  ...{ namespace: 'web', name: 'readers' },
};
const CONFIG = configMapKey('a');
const FILES = { 'a.yaml': configMap('a', { x: '1' }), 'web.yaml': deployment, 'rbac.yaml': binding };
const MAIN = 'spec.template.spec.containers[name=main]';

type Injection = (world: DriftWorld) => Promise<unknown>;

interface Row {
  /** As in docs/spec/drift.md. */
  readonly row: string;
  readonly inject: Injection;
  readonly key: ObjectKey;
  readonly fields: readonly string[];
  readonly kind: string;
  readonly healedBy: string;
  readonly actor?: string;
}

const strategic =
  (body: object): Injection =>
  async (world) =>
    world.hub.patch(DEPLOYMENT, { type: 'strategic', body: body as never }, { fieldManager: 'kubectl-edit' });

const containers = (...items: readonly object[]): object => ({ spec: { template: { spec: { containers: items } } } });

const ROWS: readonly Row[] = [
  {
    ...{ row: 'a field of Git is modified', key: CONFIG, fields: ['data.x'], kind: 'Changed' },
    inject: (world) => world.edit(CONFIG, { data: { x: 'edited' } }),
    healedBy: 'argocd-controller',
  },
  {
    ...{ row: 'the image is patched', key: DEPLOYMENT, fields: [`${MAIN}.image`], kind: 'Changed' },
    inject: strategic(containers({ name: 'main', image: 'evil:1' })),
    healedBy: 'argocd-controller',
  },
  {
    ...{ row: 'a field of Git is removed', key: CONFIG, fields: ['data.x'], kind: 'Removed', actor: '' },
    inject: (world) => world.edit(CONFIG, { data: { x: null, y: null } }),
    healedBy: 'argocd-controller',
  },
  {
    ...{ row: 'a field is added', key: CONFIG, fields: ['data.added'], kind: 'Added' },
    inject: (world) => world.edit(CONFIG, { data: { added: 'x' } }),
    healedBy: 'stoa-drift-guard',
  },
  {
    ...{
      row: 'a variable is added to a container',
      key: DEPLOYMENT,
      fields: [`${MAIN}.env[name=DEBUG]`],
      kind: 'Added',
    },
    inject: strategic(containers({ name: 'main', env: [{ name: 'DEBUG', value: '1' }] })),
    healedBy: 'stoa-drift-guard',
  },
  {
    ...{ row: 'a container is added', key: DEPLOYMENT, kind: 'Added' },
    fields: ['spec.template.spec.containers[name=sidecar]'],
    inject: strategic(containers({ name: 'sidecar', image: 'evil:1' })),
    healedBy: 'stoa-drift-guard',
  },
  {
    ...{ row: 'an annotation or label is added', key: DEPLOYMENT, fields: ['metadata.annotations["x.example.com/a"]'] },
    ...{ kind: 'Added', healedBy: 'stoa-drift-guard' },
    inject: (world) => world.edit(DEPLOYMENT, { metadata: { annotations: { 'x.example.com/a': '1' } } }),
  },
  {
    ...{ row: 'it is scaled by hand', key: DEPLOYMENT, fields: ['spec.replicas'], kind: 'Changed', actor: 'kubectl' },
    inject: (world) =>
      world.edit(DEPLOYMENT, { spec: { replicas: 7 } }, { subresource: 'scale', fieldManager: 'kubectl' }),
    healedBy: 'stoa-drift-guard',
  },
  {
    ...{ row: 'a default of the server is changed', key: DEPLOYMENT, kind: 'Changed' },
    fields: ['spec.strategy.rollingUpdate.maxSurge'],
    inject: (world) => world.edit(DEPLOYMENT, { spec: { strategy: { rollingUpdate: { maxSurge: 9 } } } }),
    healedBy: 'stoa-drift-guard',
  },
  {
    ...{ row: 'a subject is added to a binding', key: BINDING, fields: ['subjects'], kind: 'Changed' },
    inject: (world) =>
      world.edit(BINDING, {
        subjects: ['alice', 'mallory'].map((name) => ({ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' })),
      }),
    healedBy: 'argocd-controller',
  },
  {
    ...{ row: 'a co-owner writes beyond its fields', key: DEPLOYMENT, fields: [`${MAIN}.image`], kind: 'Changed' },
    actor: 'horizontal-pod-autoscaler',
    inject: (world) =>
      world.hub.patch(
        DEPLOYMENT,
        { type: 'strategic', body: containers({ name: 'main', image: 'evil:1' }) as never },
        { fieldManager: 'horizontal-pod-autoscaler' },
      ),
    healedBy: 'argocd-controller',
  },
];

async function settings(world: DriftWorld, key: ObjectKey): Promise<string> {
  const object = await world.get(key);
  if (object === undefined) return '';
  const { metadata, status: _status, ...rest } = object;
  return JSON.stringify([rest, metadata.labels, metadata.annotations]);
}

describe('drift of one object', () => {
  it.each(ROWS)('$row', async ({ inject, key, fields, kind, healedBy, actor = 'kubectl-edit' }) => {
    await using world = await DriftWorld.create({ files: FILES });
    const before = await settings(world, key);
    const injected = world.gitops.clock.now();
    await inject(world);
    expect(await settings(world, key)).not.toBe(before);
    await world.until(async () => world.facts.length > 0 && (await settings(world, key)) === before);

    const changes = fields.map((field) => ({ field, kind, actor }));
    expect(world.facts).toMatchObject([{ application: 'web', kind: 'Fields', fields, actor, changes, healedBy }]);
    expect(Date.parse(world.facts[0]?.healedAt ?? '') - injected).toBeLessThanOrEqual(1_000);
    await world.until(async () => (await world.events())[0]?.phase === 'Healed');
    await world.until(() => world.alerts().includes('StoaDrift over'));
    expect(world.alerts()).toEqual(['StoaDrift', 'StoaDrift over']);
  });

  it('an object is deleted', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    await world.hub.delete(CONFIG);
    await world.until(() => world.facts.length > 0);

    expect(world.facts).toMatchObject([{ kind: 'Deleted', object: 'ConfigMap web/a', healedBy: 'argocd-controller' }]);
    expect((await world.get(CONFIG))?.['data']).toEqual({ x: '1' });
  });

  it('an object leaves Git', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    await world.gitops.synced('web', world.push({ 'rbac.yaml': null }));
    await world.pass(5_000);

    expect(await world.get(BINDING)).toBeUndefined();
    expect([world.facts, world.alerts()]).toEqual([[], []]);
  });

  it('Git changes', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    const revision = world.push({ 'a.yaml': configMap('a', { y: '2' }), 'b.yaml': configMap('b', {}) });
    await world.gitops.synced('web', revision);
    await world.pass(5_000);

    expect((await world.get(CONFIG))?.['data']).toEqual({ y: '2' });
    expect([world.facts, world.alerts()]).toEqual([[], []]);
  });

  it('a field of a custom kind is changed or added', async () => {
    await using world = await DriftWorld.create({ files: { ...FILES, ...CUSTOM } });
    await world.edit(THING, { spec: { size: 9, mine: { deep: true } } });
    await world.until(() => world.facts.length > 0);

    expect((await world.get(THING))?.['spec']).toEqual({ size: 1 });
    expect(world.facts).toMatchObject([{ fields: ['spec.mine.deep', 'spec.size'] }]);
  });

  it('an ignored field is changed', async () => {
    const ignoreDifferences = [
      { kind: 'ConfigMap', jsonPointers: ['/data/x'] },
      { group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.template.spec.containers[].image'] },
      { kind: 'ConfigMap', managedFieldsManagers: ['my-operator'] },
    ];
    const syncPolicy = { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] };
    await using world = await DriftWorld.create({
      files: FILES,
      application: { spec: { ignoreDifferences, syncPolicy } },
    });
    await world.edit(CONFIG, { data: { x: 'theirs' } });
    await strategic(containers({ name: 'main', image: 'theirs:1' }))(world);
    await world.edit(CONFIG, { data: { operated: 'theirs' } }, { fieldManager: 'my-operator' });
    await world.pass(60_000);

    expect((await world.get(CONFIG))?.['data']).toEqual({ x: 'theirs', operated: 'theirs' });
    expect([world.facts, world.alerts()]).toEqual([[], []]);
  });

  it('a Secret is changed', async () => {
    const secret = manifest('Secret', 's', { stringData: { password: 'hunter2' } });
    const key: ObjectKey = { group: '', version: 'v1', kind: 'Secret', namespace: 'web', name: 's' };
    await using world = await DriftWorld.create({ files: { 's.yaml': secret } });
    await world.edit(key, { stringData: { password: 'mallory', more: 'mallory' } });
    await world.until(() => world.facts.length > 0);

    const text = JSON.stringify([world.facts, await world.events()]);
    for (const value of ['hunter2', 'mallory']) {
      expect(text).not.toContain(value);
      expect(text).not.toContain(Buffer.from(value).toString('base64'));
    }
    expect(world.facts[0]?.changes?.[0]?.after).toMatch(/^hmac:/);
  });
});

const THING: ObjectKey = { group: 'example.com', version: 'v1', kind: 'Thing', namespace: 'web', name: 't' };
const CUSTOM = {
  't.yaml': manifest('Thing', 't', { apiVersion: 'example.com/v1', spec: { size: 1 } }),
  'crd.yaml': JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' },
      versions: [
        {
          ...{ name: 'v1', served: true, storage: true },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  }),
};

describe('drift that somebody answers for', () => {
  const about = { object: { kind: 'ConfigMap', name: 'a' }, fields: ['data.added'] };

  it('an exception covers it', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    await world.hub.create(exception(world.gitops.clock.now(), 3_600_000, about));
    await world.pass(2_000);
    await world.edit(CONFIG, { data: { added: 'x' } });
    await world.pass(60_000);

    expect((await world.get(CONFIG))?.['data']).toEqual({ x: '1', added: 'x' });
    expect([world.facts, world.alerts()]).toEqual([[], []]);
  });

  it('the exception expires', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    await world.hub.create(exception(world.gitops.clock.now(), 120_000, about));
    await world.pass(2_000);
    await world.edit(CONFIG, { data: { added: 'x' } });
    await world.pass(60_000);
    expect((await world.get(CONFIG))?.['data']).toEqual({ x: '1', added: 'x' });
    await world.until(() => world.facts.length > 0, 120_000);

    expect((await world.get(CONFIG))?.['data']).toEqual({ x: '1' });
    expect(world.facts).toMatchObject([{ fields: ['data.added'], actor: 'kubectl-edit' }]);
  });

  it('an exception lacks owner, reason or end', async () => {
    await using world = await DriftWorld.create({ files: FILES });
    for (const field of ['owner', 'reason', 'expires']) {
      const object = exception(world.gitops.clock.now(), 1_000, about);
      const { [field]: _absent, ...spec } = object['spec'] as Readonly<Record<string, unknown>>;

      await expect(world.hub.create({ ...object, spec })).rejects.toMatchObject({ status: { httpCode: 422 } });
    }
  });
});
