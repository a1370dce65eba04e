import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/index.ts';
import type { KubeObject } from '../object.ts';
import { PatchError } from '../patch/patch-error.ts';
import { builtinSchema } from '../schema/builtin.ts';
import type { ObjectSchema } from '../schema-node.ts';
import { ApplyConflictError } from './apply-conflict.ts';
import { serverSideApply } from './server-side-apply.ts';
import { trackUpdate } from './track-update.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

function schemaOf(group: string, kind: string): ObjectSchema {
  const schema = builtinSchema({ group, version: 'v1', kind });
  if (schema === undefined) throw new Error(`no schema of ${kind}`);
  return schema;
}

const DEPLOYMENT = schemaOf('apps', 'Deployment');
const CONFIG_MAP = schemaOf('', 'ConfigMap');

function configMap(data?: Record<string, string>, metadata: KubeObject['metadata'] = {}): KubeObject {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'n', ...metadata } };
  return data === undefined ? object : { ...object, data };
}

function deployment(spec: JsonObject): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'n' }, spec };
}

function podSpec(container: JsonObject): JsonObject {
  return { template: { spec: { containers: [{ name: 'web', ...container }] } } };
}

interface Step {
  readonly manager: string;
  readonly force?: boolean;
  readonly now?: number;
}

function apply(
  live: KubeObject | undefined,
  config: KubeObject,
  { manager, force = false, now = T0 }: Step,
): KubeObject {
  const schema = config.kind === 'Deployment' ? DEPLOYMENT : CONFIG_MAP;
  return serverSideApply({ ...(live === undefined ? {} : { live }), config, manager, force, schema, now });
}

function update(live: KubeObject | undefined, updated: KubeObject, { manager, now = T0 }: Step): KubeObject {
  const schema = updated.kind === 'Deployment' ? DEPLOYMENT : CONFIG_MAP;
  return trackUpdate({ ...(live === undefined ? {} : { live }), updated, manager, schema, now });
}

function owned(object: KubeObject): Record<string, JsonObject> {
  const entries = object.metadata.managedFields ?? [];
  return Object.fromEntries(entries.map((entry) => [`${entry.operation} ${entry.manager}`, entry.fieldsV1]));
}

function conflictsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ApplyConflictError) return error.conflicts.map(({ manager, field }) => `${manager} ${field}`);
    throw error;
  }
  throw new Error('no conflict');
}

describe('serverSideApply', () => {
  it('creates the object and notes what the manager owns', () => {
    const created = apply(undefined, configMap({ a: '1' }, { labels: { l: 'x' } }), { manager: 'one' });
    expect(created).toMatchObject({ data: { a: '1' }, metadata: { name: 'c', labels: { l: 'x' } } });
    expect(created.metadata.managedFields).toEqual([
      {
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:l': {} } } },
      },
    ]);
  });

  it('notes list items by their keys, defaults filled in', () => {
    const spec = podSpec({ image: 'i', ports: [{ containerPort: 80 }], args: ['x'] });
    const created = apply(undefined, deployment(spec), { manager: 'one' });
    expect(owned(created)['Apply one']).toEqual({
      'f:spec': {
        'f:template': {
          'f:spec': {
            'f:containers': {
              'k:{"name":"web"}': {
                '.': {},
                'f:args': {},
                'f:image': {},
                'f:name': {},
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      },
    });
  });

  it('removes what the manager no longer applies', () => {
    const live = apply(undefined, configMap({ a: '1', b: '2' }), { manager: 'one' });
    const next = apply(live, configMap({ a: '1' }), { manager: 'one' });
    expect(next['data']).toEqual({ a: '1' });
    expect(apply(next, configMap(), { manager: 'one' })).not.toHaveProperty('data');
  });

  it('keeps what another manager owns too, and what nobody owns', () => {
    let live = apply(undefined, configMap({ a: '1', b: '2' }), { manager: 'one' });
    live = apply(live, configMap({ b: '2' }), { manager: 'two' });
    live = { ...live, data: { ...(live['data'] as JsonObject), free: '3' } };
    const next = apply(live, configMap(), { manager: 'one' });
    expect(next['data']).toEqual({ b: '2', free: '3' });
    expect(Object.keys(owned(next))).toEqual(['Apply two']);
  });

  it('shares a field that two apply with the same value, and lets each change it only by force', () => {
    let live = apply(undefined, configMap({ a: '1' }), { manager: 'one' });
    live = apply(live, configMap({ a: '1' }), { manager: 'two' });
    expect(Object.keys(owned(live))).toEqual(['Apply one', 'Apply two']);
    expect(conflictsOf(() => apply(live, configMap({ a: '2' }), { manager: 'two' }))).toEqual(['one .data.a']);
    const forced = apply(live, configMap({ a: '2' }), { manager: 'two', force: true });
    expect(forced['data']).toEqual({ a: '2' });
    expect(owned(forced)).toEqual({ 'Apply two': { 'f:data': { 'f:a': {} } } });
  });

  it('tells appliers of a name from updaters of the same name', () => {
    const live = update(undefined, configMap({ a: '1' }), { manager: 'one' });
    expect(conflictsOf(() => apply(live, configMap({ a: '2' }), { manager: 'one' }))).toEqual(['one .data.a']);
  });

  it('treats an unmanaged object as owned by before-first-apply', () => {
    const live = configMap({ a: '1', b: '2' }, { uid: 'u' });
    expect(conflictsOf(() => apply(live, configMap({ a: '2' }), { manager: 'one' }))).toEqual([
      'before-first-apply .data.a',
    ]);
    const forced = apply(live, configMap({ a: '2' }), { manager: 'one', force: true });
    expect(owned(forced)).toEqual({
      'Apply one': { 'f:data': { 'f:a': {} } },
      'Update before-first-apply': { 'f:data': { '.': {}, 'f:b': {} } },
    });
  });

  it('merges items by key and keeps the order that the manager applies', () => {
    const containers = (...names: string[]): JsonObject => ({
      template: { spec: { containers: names.map((name) => ({ name, image: name })) } },
    });
    let live = apply(undefined, deployment(containers('a', 'b', 'c')), { manager: 'one' });
    live = apply(live, deployment(containers('d')), { manager: 'two' });
    live = apply(live, deployment(containers('c', 'a')), { manager: 'one' });
    const left = (live['spec'] as { template: { spec: { containers: { name: string }[] } } }).template.spec.containers;
    expect(left.map(({ name }) => name)).toEqual(['c', 'd', 'a']);
  });

  it('replaces an atomic list as a whole and conflicts over it as a whole', () => {
    const live = apply(undefined, deployment(podSpec({ args: ['a', 'b'] })), { manager: 'one' });
    expect(conflictsOf(() => apply(live, deployment(podSpec({ args: ['a'] })), { manager: 'two' }))).toEqual([
      'one .spec.template.spec.containers[name="web"].args',
    ]);
  });

  it('adds to a set and removes from it only what it owned', () => {
    let live = apply(undefined, configMap(undefined, { finalizers: ['x/a', 'x/b'] }), { manager: 'one' });
    live = apply(live, configMap(undefined, { finalizers: ['x/b', 'x/c'] }), { manager: 'two' });
    expect(live.metadata.finalizers).toEqual(['x/a', 'x/b', 'x/c']);
    expect(apply(live, configMap(), { manager: 'one' }).metadata.finalizers).toEqual(['x/b', 'x/c']);
    expect(owned(live)['Apply two']).toEqual({ 'f:metadata': { 'f:finalizers': { 'v:"x/b"': {}, 'v:"x/c"': {} } } });
  });

  it('moves the time only when the object or the owned set changes', () => {
    const live = apply(undefined, configMap({ a: '1' }), { manager: 'one' });
    const same = apply(live, configMap({ a: '1' }), { manager: 'one', now: T0 + MINUTE });
    expect(same).toBe(live);
    const grown = apply(live, configMap({ a: '1', b: '2' }), { manager: 'one', now: T0 + MINUTE });
    expect(grown.metadata.managedFields?.[0]?.time).toBe('2026-01-01T00:01:00Z');
  });

  it('owns nothing of the fields that the endpoint does not write', () => {
    const config: KubeObject = { ...deployment({ replicas: 1 }), status: { replicas: 1 } };
    const result = serverSideApply({
      config,
      manager: 'one',
      force: false,
      schema: DEPLOYMENT,
      now: T0,
      subresource: 'status',
      resetFields: [['spec']],
    });
    expect(result.metadata.managedFields).toMatchObject([
      { subresource: 'status', fieldsV1: { 'f:status': { 'f:replicas': {} } } },
    ]);
  });

  it('does not change its inputs', () => {
    const freeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
      return value;
    };
    const live = freeze(apply(undefined, configMap({ a: '1', b: '2' }), { manager: 'one' }));
    const config = freeze(configMap({ a: '3' }));
    expect(apply(live, config, { manager: 'two', force: true })['data']).toEqual({ a: '3', b: '2' });
  });

  it.each<{ reason: string; config: KubeObject; manager?: string }>([
    { reason: 'an unknown field', config: deployment({ replicaz: 1 }) },
    { reason: 'a wrong type', config: deployment({ replicas: 'two' }) },
    { reason: 'a list where a map is', config: { ...configMap(), data: [] } },
    {
      reason: 'items with the same keys',
      config: deployment({ template: { spec: { containers: [{ name: 'a' }, { name: 'a' }] } } }),
    },
    { reason: 'an item without its key', config: deployment({ template: { spec: { containers: [{ image: 'a' }] } } }) },
    { reason: 'a set with a repeated value', config: configMap(undefined, { finalizers: ['a/b', 'a/b'] }) },
    { reason: 'managed fields', config: configMap(undefined, { managedFields: [] }) },
    { reason: 'no manager', config: configMap(), manager: '' },
  ])('refuses $reason', ({ config, manager = 'one' }) => {
    expect(() => apply(undefined, config, { manager })).toThrow(PatchError);
  });

  it('lets kubectl take over what it applied on its own side', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const first = configMap({ a: '1' });
    const live = update(undefined, configMap({ a: '1' }, { annotations: { [annotation]: JSON.stringify(first) } }), {
      manager: 'kubectl-client-side-apply',
    });
    expect(conflictsOf(() => apply(live, configMap({ a: '2' }), { manager: 'other' }))).toHaveLength(1);
    const taken = apply(live, configMap({ a: '2' }), { manager: 'kubectl' });
    expect(taken['data']).toEqual({ a: '2' });
    expect(JSON.parse(taken.metadata.annotations?.[annotation] ?? '')).toMatchObject({ data: { a: '2' } });
  });
});

describe('trackUpdate', () => {
  it('gives the writer what it changed and takes it from the others', () => {
    let live = apply(undefined, configMap({ a: '1', b: '2', c: '3' }), { manager: 'one' });
    live = update(live, configMap({ a: '1', b: 'x' }, { managedFields: live.metadata.managedFields ?? [] }), {
      manager: 'edit',
    });
    expect(owned(live)).toEqual({
      'Apply one': { 'f:data': { 'f:a': {} } },
      'Update edit': { 'f:data': { 'f:b': {} } },
    });
  });

  it('notes nothing for an object that is not managed, and forgets on request', () => {
    const live = configMap({ a: '1' }, { uid: 'u' });
    expect(update(live, configMap({ a: '2' }), { manager: 'edit' }).metadata).not.toHaveProperty('managedFields');
    const managed = apply(undefined, configMap({ a: '1' }), { manager: 'one' });
    const reset = configMap({ a: '1' }, { managedFields: [{}] as KubeObject['metadata']['managedFields'] & object });
    expect(update(managed, reset, { manager: 'edit' }).metadata).not.toHaveProperty('managedFields');
  });

  it('keeps the managed fields when the request leaves them out', () => {
    const live = apply(undefined, configMap({ a: '1' }), { manager: 'one' });
    expect(update(live, configMap({ a: '1' }), { manager: 'edit' }).metadata.managedFields).toEqual(
      live.metadata.managedFields,
    );
  });

  it('puts the oldest of more than ten updaters together', () => {
    let live = update(undefined, configMap({ k0: '0' }), { manager: 'm0' });
    for (let index = 1; index <= 12; index++) {
      const data = { ...(live['data'] as Record<string, string>), [`k${index}`]: String(index) };
      live = update(live, { ...live, data }, { manager: `m${index}`, now: T0 + index * MINUTE });
    }
    const managers = live.metadata.managedFields?.map(({ manager }) => manager) ?? [];
    expect(managers).toHaveLength(10);
    expect(managers).toContain('ancient-changes');
    const ancient = owned(live)['Update ancient-changes'];
    expect(Object.keys(ancient?.['f:data'] ?? {})).toEqual(['.', 'f:k0', 'f:k1', 'f:k2', 'f:k3']);
  });

  it('writes appliers before updaters, then by time', () => {
    let live = update(undefined, configMap({ a: '1' }), { manager: 'z' });
    live = update(live, { ...live, data: { a: '1', b: '2' } }, { manager: 'a', now: T0 + MINUTE });
    live = apply(live, configMap({ c: '3' }), { manager: 'y', now: T0 + 2 * MINUTE });
    expect(live.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['y', 'z', 'a']);
  });
});
