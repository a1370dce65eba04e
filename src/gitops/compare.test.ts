import { describe, expect, it } from 'vitest';
import type { KubeObject, SchemaNode } from '../kube/index.ts';
import { compareObject } from './compare.ts';

const TEXT: SchemaNode = { type: 'string' };
const PORTS: SchemaNode = {
  type: 'list',
  listType: 'map',
  keys: ['port', 'protocol'],
  items: {
    type: 'object',
    fields: new Map<string, SchemaNode>([
      ['port', { type: 'integer' }],
      ['protocol', { type: 'string', default: 'TCP' }],
      ['targetPort', { type: 'int-or-string' }],
    ]),
  },
};
const SCHEMA: SchemaNode = {
  type: 'object',
  fields: new Map<string, SchemaNode>([
    [
      'spec',
      {
        type: 'object',
        fields: new Map<string, SchemaNode>([
          ['cpu', { type: 'quantity' }],
          ['timeout', { type: 'duration' }],
          ['ports', PORTS],
          ['modes', { type: 'list', listType: 'set', items: TEXT }],
          ['rules', { type: 'list', items: { type: 'object', fields: new Map([['from', TEXT]]) } }],
          ['selector', { type: 'map', values: TEXT, atomic: true }],
          ['labels', { type: 'map', values: TEXT }],
        ]),
      },
    ],
  ]),
};

interface Live {
  readonly spec: Record<string, unknown>;
  readonly owned?: Record<string, unknown>;
  readonly annotations?: Record<string, string>;
}

function object(spec: Record<string, unknown>): KubeObject {
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, spec };
}

function live({ spec, owned, annotations }: Live): KubeObject {
  const base = object(spec);
  if (annotations !== undefined) base.metadata.annotations = annotations;
  if (owned === undefined) return base;
  base.metadata.managedFields = [
    {
      manager: 'argocd-controller',
      operation: 'Apply',
      apiVersion: 'example.com/v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': owned } as never,
    },
  ];
  return base;
}

function paths(want: Record<string, unknown>, have: Live): readonly string[] {
  return compareObject(object(want), live(have), SCHEMA).map((difference) => difference.path.join('.'));
}

describe('compareObject', () => {
  it.each<{ name: string; want: Record<string, unknown>; have: Live; expected: readonly string[] }>([
    { name: 'equal', want: { cpu: '1' }, have: { spec: { cpu: '1' } }, expected: [] },
    { name: 'a quantity written otherwise', want: { cpu: '1000m' }, have: { spec: { cpu: '1' } }, expected: [] },
    { name: 'a number for a quantity', want: { cpu: 0.2 }, have: { spec: { cpu: '200m' } }, expected: [] },
    { name: 'another quantity', want: { cpu: '1' }, have: { spec: { cpu: '1001m' } }, expected: ['spec.cpu'] },
    {
      name: 'a duration written otherwise',
      want: { timeout: '60m' },
      have: { spec: { timeout: '1h0m0s' } },
      expected: [],
    },
    { name: 'a field that the server defaults', want: {}, have: { spec: { cpu: '1' } }, expected: [] },
    { name: 'null for absent', want: { cpu: null }, have: { spec: {} }, expected: [] },
    { name: 'a missing field', want: { cpu: '1' }, have: { spec: {} }, expected: ['spec.cpu'] },
    { name: 'an empty list for none', want: { ports: [] }, have: { spec: {} }, expected: [] },
    {
      name: 'list items in another order, with defaults',
      want: { ports: [{ port: 80, targetPort: '8080' }, { port: 443 }] },
      have: {
        spec: {
          ports: [
            { port: 443, protocol: 'TCP' },
            { port: 80, protocol: 'TCP', targetPort: 8080 },
          ],
        },
      },
      expected: [],
    },
    {
      name: 'a list item that is gone',
      want: { ports: [{ port: 80 }, { port: 443 }] },
      have: { spec: { ports: [{ port: 80, protocol: 'TCP' }] } },
      expected: ['spec.ports.1'],
    },
    {
      name: 'a list item of somebody else',
      want: { ports: [{ port: 80 }] },
      have: { spec: { ports: [{ port: 80 }, { port: 81, protocol: 'TCP' }] } },
      expected: [],
    },
    {
      name: 'a list item that Git had before',
      want: { ports: [{ port: 80 }] },
      have: {
        spec: {
          ports: [
            { port: 80, protocol: 'TCP' },
            { port: 81, protocol: 'TCP' },
          ],
        },
        owned: {
          'f:ports': {
            'k:{"port":80,"protocol":"TCP"}': {},
            'k:{"port":81,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
          },
        },
      },
      expected: ['spec.ports.1'],
    },
    {
      name: 'a field that Git had before',
      want: { labels: { a: '1' } },
      have: { spec: { labels: { a: '1', b: '2', c: '3' } }, owned: { 'f:labels': { 'f:a': {}, 'f:b': {} } } },
      expected: ['spec.labels.b'],
    },
    {
      name: 'a whole branch that Git had before, of which others own a part',
      want: {},
      have: { spec: { labels: { a: '1', b: '2' } }, owned: { 'f:labels': { 'f:a': {} } } },
      expected: ['spec.labels.a'],
    },
    { name: 'a set with one more', want: { modes: ['a'] }, have: { spec: { modes: ['b', 'a'] } }, expected: [] },
    {
      name: 'a set with one less',
      want: { modes: ['a', 'b'] },
      have: { spec: { modes: ['a'] } },
      expected: ['spec.modes.1'],
    },
    {
      name: 'a longer atomic list',
      want: { rules: [{ from: 'a' }] },
      have: { spec: { rules: [{ from: 'a' }, { from: 'b' }] } },
      expected: ['spec.rules'],
    },
    {
      name: 'a default inside an atomic list that the engine owns',
      want: { rules: [{ from: 'a' }] },
      have: { spec: { rules: [{ from: 'a', port: 1 }] }, owned: { 'f:rules': {} } },
      expected: [],
    },
    {
      name: 'an addition inside an atomic list that somebody else wrote',
      want: { rules: [{ from: 'a' }] },
      have: { spec: { rules: [{ from: 'a', port: 1 }] }, owned: { 'f:cpu': {} } },
      expected: ['spec.rules'],
    },
    {
      name: 'an addition to an atomic map that somebody else wrote',
      want: { selector: { app: 'a' } },
      have: { spec: { selector: { app: 'a', track: 'b' } }, owned: { 'f:cpu': {} } },
      expected: ['spec.selector'],
    },
  ])('finds $expected for $name', ({ want, have, expected }) => {
    expect(paths(want, have)).toEqual(expected);
  });

  it('takes lists as a whole when the kind has no schema', () => {
    const have = live({ spec: { args: ['a', 'b'] } });
    expect(compareObject(object({ args: ['a', 'b'] }), have)).toEqual([]);
    expect(compareObject(object({ args: ['b', 'a'] }), have).map(({ path }) => path)).toEqual([
      ['spec', 'args', 0],
      ['spec', 'args', 1],
    ]);
  });

  it('compares labels and annotations and leaves the rest of the metadata alone', () => {
    const want = object({});
    want.metadata.annotations = { a: '1' };
    want.metadata['generation' as never] = 7 as never;
    const [difference, ...rest] = compareObject(want, live({ spec: {}, annotations: { a: '2', b: '3' } }));
    expect(difference).toEqual({ path: ['metadata', 'annotations', 'a'], desired: '1', live: '2' });
    expect(rest).toEqual([]);
  });

  it('reads stringData of a Secret as data', () => {
    const want = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, stringData: { key: 'value' } };
    const have = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { key: 'dmFsdWU=' } };
    expect(compareObject(want, have)).toEqual([]);
    expect(compareObject(want, { ...have, data: { key: 'b3RoZXI=' } })).toHaveLength(1);
  });
});
