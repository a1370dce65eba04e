import { describe, expect, it } from 'vitest';
import type { SchemaNode } from '../schema-node.ts';
import { ATOMIC_TYPES, FIELD_RULES, builtinResources, builtinSchema, builtinTypeName } from './builtin.ts';
import table from './builtin.generated.json' with { type: 'json' };

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };

function at(
  kind: { group: string; version: string; kind: string },
  ...path: readonly string[]
): SchemaNode | undefined {
  let node: SchemaNode | undefined = builtinSchema(kind);
  for (const step of path) {
    if (node?.type === 'object') node = node.fields.get(step);
    else if (node?.type === 'list') node = node.items;
    else if (node?.type === 'map') node = node.values;
    else return undefined;
  }
  return node;
}

const POD = ['spec', 'template', 'spec'];

describe('builtinSchema', () => {
  it.each([
    { path: [...POD, 'containers'], node: { type: 'list', listType: 'map', keys: ['name'], patchMergeKey: 'name' } },
    { path: [...POD, 'containers', '*', 'ports'], node: { keys: ['containerPort', 'protocol'] } },
    { path: [...POD, 'containers', '*', 'ports', '*', 'protocol'], node: { type: 'string', default: 'TCP' } },
    { path: [...POD, 'containers', '*', 'resources', 'limits', '*'], node: { type: 'quantity' } },
    { path: [...POD, 'containers', '*', 'readinessProbe', 'httpGet', 'port'], node: { type: 'int-or-string' } },
    { path: [...POD, 'volumes'], node: { patchStrategy: ['merge', 'retainKeys'] } },
    { path: [...POD, 'nodeSelector'], node: { type: 'map', atomic: true } },
    { path: [...POD, 'tolerations'], node: { type: 'list' } },
    { path: ['spec', 'selector'], node: { type: 'object', atomic: true } },
    { path: ['spec', 'strategy'], node: { type: 'object', patchStrategy: ['retainKeys'] } },
    { path: ['metadata', 'finalizers'], node: { type: 'list', listType: 'set' } },
    { path: ['metadata', 'creationTimestamp'], node: { type: 'time' } },
    { path: ['spec', 'replicas'], node: { type: 'integer' } },
    { path: POD, node: { required: ['containers'] } },
  ])('knows $path of a Deployment', ({ path, node }) => {
    expect(at(DEPLOYMENT, ...path)).toMatchObject(node);
  });

  it('knows types that contain themselves', () => {
    const kind = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' };
    const root = at(kind, 'spec', 'versions', '*', 'schema', 'openAPIV3Schema');
    if (root === undefined) throw new Error('no schema');
    expect(at(kind, 'spec', 'versions', '*', 'schema', 'openAPIV3Schema', 'properties', '*')).toBe(root);
    expect(builtinTypeName(root)).toBe('V1JSONSchemaProps');
  });

  it('undoes the atomicity of a type for one field', () => {
    const claim = at({ group: '', version: 'v1', kind: 'PersistentVolume' }, 'spec', 'claimRef');
    expect(claim).toMatchObject({ type: 'object' });
    expect(claim).not.toHaveProperty('atomic');
  });

  it.each([
    { group: 'apps', version: 'v1', kind: 'Nonsense' },
    { group: 'apps', version: 'v1beta1', kind: 'Deployment' },
    { group: '__proto__', version: '', kind: '' },
  ])('answers undefined for $group/$version/$kind', (gvk) => {
    expect(builtinSchema(gvk)).toBeUndefined();
  });
});

describe('builtinResources', () => {
  it('tells the path and scope of every kind with a collection', () => {
    const all = builtinResources();
    expect(all).toContainEqual({ ...DEPLOYMENT, resource: 'deployments', namespaced: true });
    expect(all).toContainEqual({
      group: '',
      version: 'v1',
      kind: 'Namespace',
      resource: 'namespaces',
      namespaced: false,
    });
    expect(all.some(({ kind }) => kind === 'Scale')).toBe(false);
  });

  it('lists kinds that all have a schema with metadata', () => {
    const without = builtinResources().filter((gvk) => !builtinSchema(gvk)?.fields.has('metadata'));
    expect(without).toEqual([]);
  });
});

describe('the tables by hand', () => {
  const types: Readonly<Record<string, Readonly<Record<string, string>>>> = table.types;
  const typeOf = (type: string, field: string): string | undefined =>
    types[type]?.[field] ?? types[type]?.[`${field}!`];
  const rules = Object.entries(FIELD_RULES).flatMap(([type, fields]) =>
    Object.entries(fields).map(([field, rule]) => ({ type, field, rule, declared: typeOf(type, field) })),
  );

  it('name types and fields that exist', () => {
    expect(rules.filter(({ declared }) => declared === undefined)).toEqual([]);
    expect([...ATOMIC_TYPES].filter((type) => types[type] === undefined)).toEqual([]);
  });

  it('key lists by scalar fields of their items', () => {
    const bad = rules.filter(({ rule, declared }) => {
      const keys = rule.keys ?? (rule.patchMergeKey === undefined ? [] : [rule.patchMergeKey]);
      const item = declared?.slice(2) ?? '';
      return keys.some(
        (key) => declared?.startsWith('[]') !== true || !/^(string|integer)$/.test(typeOf(item, key) ?? ''),
      );
    });
    expect(bad).toEqual([]);
  });

  it('retype strings only', () => {
    const bad = rules.filter(
      ({ rule, declared }) => rule.scalar !== undefined && !/^(\{\})?string$/.test(declared ?? ''),
    );
    expect(bad).toEqual([]);
  });
});
