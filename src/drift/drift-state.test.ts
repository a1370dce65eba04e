import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../core/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../kube/index.ts';
import { DEFAULT_CO_OWNERS } from './co-owners.ts';
import { observe } from './drift-state.ts';
import type { Observed, Sighting, Transition } from './drift-state.ts';
import { compileCoOwner } from './rules.ts';
import type { Rules } from './rules.ts';

const NOW = Date.parse('2026-01-01T12:00:30Z');
const EARLIER = '2026-01-01T12:00:00Z';
const LATER = '2026-01-01T12:00:10Z';
const LAST = '2026-01-01T12:00:20Z';

const RULES: Rules = {
  coOwners: DEFAULT_CO_OWNERS.map(compileCoOwner),
  exceptions: [],
  ignored: { fields: [], managers: [] },
  isDefault: () => false,
};

function container(fields: JsonObject): JsonObject {
  return { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"main"}': fields } } } } };
}

function labels(...names: readonly string[]): JsonObject {
  return { 'f:metadata': { 'f:labels': Object.fromEntries(names.map((name) => [`f:${name}`, {}])) } };
}

function entry(manager: string, time: string, fieldsV1: JsonObject): ManagedFieldsEntry {
  return { manager, operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', time, fieldsV1 };
}

const IMAGE = container({ 'f:image': {} });
const ALL = { ...container({ '.': {}, 'f:image': {}, 'f:name': {} }), ...labels('app') };
const WITHOUT_IMAGE = { ...container({ '.': {}, 'f:name': {} }), ...labels('app') };

function git(time = EARLIER, fields: JsonObject = ALL): ManagedFieldsEntry {
  return { ...entry('argocd-controller', time, fields), operation: 'Apply' };
}

interface Shape {
  readonly image?: string;
  readonly version?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly managers?: readonly ManagedFieldsEntry[];
  readonly ready?: number;
  readonly replicas?: number;
}

function deployment(shape: Shape = {}): KubeObject {
  const { image = 'a:1', version = '1', managers = [git()], ready = 0, replicas = 1 } = shape;
  const template = { spec: { containers: [{ name: 'main', image }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...{ name: 'web', uid: 'u', resourceVersion: version, creationTimestamp: EARLIER },
      labels: { app: 'web', ...shape.labels },
      managedFields: [...managers],
    },
    spec: { replicas, template },
    status: { readyReplicas: ready },
  };
}

function see(known: Observed | undefined, after: KubeObject | undefined, change: Partial<Sighting> = {}): Transition {
  return observe(known, { after, now: NOW, syncing: false, added: false, rules: RULES, ...change });
}

const calm: Observed = { approved: deployment(), current: deployment() };
const edited = deployment({
  ...{ image: 'b:2', version: '2' },
  managers: [git(EARLIER, WITHOUT_IMAGE), entry('kubectl-set', LATER, IMAGE)],
});
const FIELD = 'spec.template.spec.containers[name=main].image';

function labelled(manager: string): KubeObject {
  return deployment({
    labels: { added: 'x' },
    version: '2',
    managers: [git(), entry(manager, LATER, labels('added'))],
  });
}

describe('what counts as drift', () => {
  it('is what an unknown manager changes: field, before, after, actor and time', () => {
    const { found, healed } = see(calm, edited);

    expect(healed).toBeUndefined();
    expect(found).toMatchObject({ id: 'u/2', kind: 'Fields', actor: 'kubectl-set', since: Date.parse(LATER) });
    expect(found?.changes).toMatchObject([{ field: FIELD, kind: 'Changed', before: 'a:1', after: 'b:2', ofGit: true }]);
  });

  it('is also a field that Git never set', () => {
    const { found } = see(calm, labelled('kubectl-label'));

    expect(found?.changes).toMatchObject([{ field: 'metadata.labels.added', kind: 'Added', after: 'x', ofGit: false }]);
  });

  it('is there at first sight, too: what happened while nobody looked', () => {
    expect(see(undefined, labelled('kubectl-label')).found?.changes).toMatchObject([
      { field: 'metadata.labels.added', kind: 'Found', actor: 'kubectl-label', since: Date.parse(LATER) },
    ]);
  });

  it('is what a declared co-owner changes beyond the fields that are declared', () => {
    const tampered = deployment({
      ...{ image: 'b:2', version: '2' },
      managers: [git(EARLIER, WITHOUT_IMAGE), entry('horizontal-pod-autoscaler', LATER, IMAGE)],
    });

    expect(see(calm, tampered).found).toMatchObject({
      actor: 'horizontal-pod-autoscaler',
      changes: [{ field: FIELD }],
    });
  });

  it('is a field of Git that is gone, though nobody owns that', () => {
    const after = deployment({
      version: '2',
      managers: [git(EARLIER, container({ '.': {}, 'f:name': {}, 'f:image': {} }))],
    });
    const { app: _app, ...rest } = after.metadata.labels ?? {};
    const cut = { ...after, metadata: { ...after.metadata, labels: rest } };

    expect(see(calm, cut).found?.changes).toMatchObject([
      { field: 'metadata.labels.app', kind: 'Removed', before: 'web' },
    ]);
  });

  it('is a change whose bookkeeping was wiped', () => {
    const wiped = deployment({ labels: { added: 'x' }, version: '2', managers: [] });

    expect(see(calm, wiped).found?.changes).toMatchObject([
      { field: 'metadata.labels.added', kind: 'Added', actor: '' },
    ]);
  });

  it.each<{ what: string; known: Observed | undefined; after: KubeObject }>([
    { what: 'the first sight of what Git wants', known: undefined, after: deployment() },
    {
      what: 'a status',
      known: calm,
      after: deployment({
        ...{ ready: 1, version: '2' },
        managers: [git(), { ...entry('x', LATER, { 'f:status': {} }), subresource: 'status' }],
      }),
    },
    { what: 'a sync', known: calm, after: deployment({ image: 'c:3', version: '2', managers: [git(LATER)] }) },
    {
      what: 'a declared co-owner',
      known: calm,
      after: deployment({
        ...{ replicas: 5, version: '2' },
        managers: [git(), entry('horizontal-pod-autoscaler', LATER, { 'f:spec': { 'f:replicas': {} } })],
      }),
    },
    {
      what: 'the same value by somebody else',
      known: calm,
      after: deployment({
        version: '2',
        managers: [git(), entry('kubectl', LATER, { 'f:spec': { 'f:replicas': {} } })],
      }),
    },
  ])('is not $what', ({ known, after }) => {
    const { found, next } = see(known, after);

    expect(found).toBeUndefined();
    expect(next).toEqual({ approved: after, current: after });
  });

  it('is a deletion, unless the engine is at work', () => {
    expect(see(calm, undefined).found).toMatchObject({ kind: 'Deleted', actor: '', changes: [], since: NOW });
    expect(see(calm, undefined, { syncing: true })).toEqual({ next: undefined });
  });

  it('is an object that somebody brought, until it goes', () => {
    const stranger = deployment({ managers: [entry('kubectl-create', EARLIER, ALL)] });
    const { found, next } = see(undefined, stranger, { added: true });

    expect(found).toMatchObject({ kind: 'AddedObject', actor: 'kubectl-create', since: Date.parse(EARLIER) });
    expect(see(next, undefined)).toMatchObject({ next: undefined, healed: { drift: { id: 'u/1' } } });
  });
});

describe('healing', () => {
  const drifted = see(calm, edited).next;

  it('is done when the engine writes, and says so', () => {
    const healed = deployment({ version: '3', managers: [git(LAST)] });

    expect(see(drifted, healed)).toMatchObject({
      healed: { drift: { id: 'u/2', actor: 'kubectl-set' }, by: 'argocd-controller' },
      next: { approved: healed },
    });
  });

  it('is done when everything is as it was, whoever did it', () => {
    const back = deployment({
      version: '3',
      managers: [git(EARLIER, WITHOUT_IMAGE), entry('kubectl-edit', LAST, IMAGE)],
    });

    expect(see(drifted, back).healed).toMatchObject({ drift: { id: 'u/2' }, by: 'kubectl-edit' });
  });

  it('is not done by another change; the first actor and value stay named', () => {
    const worse = deployment({
      ...{ image: 'c:3', version: '3' },
      managers: [git(EARLIER, WITHOUT_IMAGE), entry('kubectl-edit', LAST, IMAGE)],
    });
    const { next, found, healed } = see(drifted, worse);

    expect([found, healed]).toEqual([undefined, undefined]);
    expect(next?.drift).toMatchObject({ actor: 'kubectl-set', changes: [{ before: 'a:1', after: 'b:2' }] });
  });

  it('is not done by the engine alone when Git does not set the field', () => {
    const { next } = see(calm, labelled('kubectl-label'));
    const synced = deployment({
      ...{ image: 'c:3', version: '3', labels: { added: 'x' } },
      managers: [git(LAST), entry('kubectl-label', LATER, labels('added'))],
    });

    expect(see(next, synced).next?.pending).toMatchObject([{ field: 'metadata.labels.added', ofGit: false }]);
  });

  it('tells of a further field', () => {
    const both = deployment({
      ...{ image: 'b:2', version: '3', labels: { added: 'x' } },
      managers: [
        git(EARLIER, WITHOUT_IMAGE),
        entry('kubectl-set', LATER, IMAGE),
        entry('kubectl-label', LAST, labels('added')),
      ],
    });

    expect(see(drifted, both).found).toMatchObject({
      id: 'u/2',
      changes: [{ field: FIELD }, { field: 'metadata.labels.added' }],
    });
  });

  it('of a deleted object is its return by the engine', () => {
    const { next } = see(calm, undefined);

    expect(see(next, deployment({ version: '9' })).healed).toMatchObject({
      drift: { id: 'u/1' },
      by: 'argocd-controller',
    });
  });
});
