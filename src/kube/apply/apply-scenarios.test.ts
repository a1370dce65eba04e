import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/index.ts';
import type { KubeObject } from '../object.ts';
import type { ObjectSchema, SchemaNode } from '../schema-node.ts';
import { ApplyConflictError } from './apply-conflict.ts';
import { serverSideApply } from './server-side-apply.ts';
import { trackUpdate } from './track-update.ts';

const text: SchemaNode = { type: 'string' };
const number: SchemaNode = { type: 'integer' };

function struct(fields: Record<string, SchemaNode>): ObjectSchema {
  return { type: 'object', fields: new Map(Object.entries(fields)) };
}

const INNER = struct({ a: number, b: number, deep: { type: 'map', values: text } });
const ITEM = struct({ name: text, value: number, inner: INNER, set: { type: 'list', items: text, listType: 'set' } });
const PORT = struct({ port: number, protocol: { type: 'string', default: 'TCP' }, name: text });

const FIELDS = {
  apiVersion: text,
  kind: text,
  metadata: struct({}),
  scalar: number,
  inner: INNER,
  items: { type: 'list', items: ITEM, listType: 'map', keys: ['name'] },
  ports: { type: 'list', items: PORT, listType: 'map', keys: ['port', 'protocol'] },
  set: { type: 'list', items: text, listType: 'set' },
  list: { type: 'list', items: text },
  map: { type: 'map', values: text },
  whole: { type: 'map', values: text, atomic: true },
  free: { type: 'any' },
} satisfies Record<string, SchemaNode>;
const SCHEMA = struct(FIELDS);

interface Step {
  readonly apply?: string;
  readonly force?: string;
  readonly update?: string;
  readonly object: JsonObject;
  /** Fields that others own with other values; the step is refused. */
  readonly conflicts?: readonly string[];
}

interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly live: JsonObject;
  readonly owned: Readonly<Record<string, JsonObject>>;
}

function wrap(object: JsonObject): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: {}, ...object };
}

function run(live: KubeObject | undefined, step: Step, schema: ObjectSchema): KubeObject {
  const before = live === undefined ? {} : { live };
  const common = { ...before, schema, now: 0 };
  if (step.update !== undefined) return trackUpdate({ ...common, updated: wrap(step.object), manager: step.update });
  const manager = step.apply ?? step.force ?? '';
  return serverSideApply({ ...common, config: wrap(step.object), manager, force: step.force !== undefined });
}

function refused(work: () => KubeObject): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ApplyConflictError) return error.conflicts.map(({ manager, field }) => `${manager} ${field}`);
    throw error;
  }
  return [];
}

function play(steps: readonly Step[], schema = SCHEMA): KubeObject {
  let live: KubeObject | undefined;
  for (const step of steps) {
    const next = (): KubeObject => run(live, step, schema);
    if (step.conflicts === undefined) live = next();
    else expect(refused(next)).toEqual(step.conflicts);
  }
  if (live === undefined) throw new Error('nothing was written');
  return live;
}

function contentOf({ apiVersion: _a, kind: _k, metadata: _m, ...content }: KubeObject): object {
  return content;
}

function ownedBy(object: KubeObject): Record<string, JsonObject> {
  return Object.fromEntries((object.metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [manager, fieldsV1]));
}

const item = (element: JsonObject): JsonObject => ({ '.': {}, 'f:name': {}, ...element });

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'two appliers own items of their own',
    steps: [
      { apply: 'one', object: { items: [{ name: 'a', value: 1 }] } },
      { apply: 'two', object: { items: [{ name: 'b' }] } },
    ],
    live: { items: [{ name: 'a', value: 1 }, { name: 'b' }] },
    owned: {
      one: { 'f:items': { 'k:{"name":"a"}': item({ 'f:value': {} }) } },
      two: { 'f:items': { 'k:{"name":"b"}': item({}) } },
    },
  },
  {
    name: 'an item stays while one of two appliers owns it, with the fields of that one',
    steps: [
      { apply: 'one', object: { items: [{ name: 'a', value: 1 }] } },
      { apply: 'two', object: { items: [{ name: 'a', inner: { a: 1 } }] } },
      { apply: 'one', object: { items: [] } },
    ],
    live: { items: [{ name: 'a', inner: { a: 1 } }] },
    owned: { two: { 'f:items': { 'k:{"name":"a"}': item({ 'f:inner': { 'f:a': {} } }) } } },
  },
  {
    name: 'a field that an updater changed is no longer the applier’s, and applying it again conflicts',
    steps: [
      { apply: 'one', object: { scalar: 1, map: { k: 'v' } } },
      { update: 'edit', object: { scalar: 2, map: { k: 'v' } } },
      { apply: 'one', object: { scalar: 1, map: { k: 'v' } }, conflicts: ['edit .scalar'] },
      { apply: 'one', object: { map: { k: 'v' } } },
    ],
    live: { scalar: 2, map: { k: 'v' } },
    owned: { one: { 'f:map': { 'f:k': {} } }, edit: { 'f:scalar': {} } },
  },
  {
    name: 'an applier that gives up a field leaves it to the updater that owns it',
    steps: [
      { apply: 'one', object: { scalar: 1 } },
      { update: 'edit', object: { scalar: 2 } },
      { apply: 'one', object: { list: ['x'] } },
    ],
    live: { scalar: 2, list: ['x'] },
    owned: { one: { 'f:list': {} }, edit: { 'f:scalar': {} } },
  },
  {
    name: 'nested maps are pruned with what is below them',
    steps: [
      { apply: 'one', object: { inner: { a: 1, deep: { x: '1', y: '2' } } } },
      { apply: 'one', object: { inner: { a: 1 } } },
    ],
    live: { inner: { a: 1 } },
    owned: { one: { 'f:inner': { 'f:a': {} } } },
  },
  {
    name: 'an item that only its applier owned goes, with what an updater put into it',
    steps: [
      { apply: 'one', object: { items: [{ name: 'a', value: 1 }] } },
      { update: 'edit', object: { items: [{ name: 'a', value: 1, inner: { b: 2 } }] } },
      { apply: 'one', object: { scalar: 1 } },
    ],
    live: { scalar: 1 },
    owned: { one: { 'f:scalar': {} } },
  },
  {
    name: 'what an updater put into a struct that an applier drops stays',
    steps: [
      { apply: 'one', object: { inner: { a: 1 } } },
      { update: 'edit', object: { inner: { a: 1, b: 2 } } },
      { apply: 'one', object: { scalar: 1 } },
    ],
    live: { inner: { b: 2 }, scalar: 1 },
    owned: { one: { 'f:scalar': {} }, edit: { 'f:inner': { 'f:b': {} } } },
  },
  {
    name: 'an empty map that is applied is owned and stays when others leave',
    steps: [
      { apply: 'one', object: { inner: { deep: {} } } },
      { apply: 'two', object: { inner: { deep: { x: '1' } } } },
      { apply: 'two', object: { scalar: 1 } },
    ],
    live: { inner: { deep: {} }, scalar: 1 },
    owned: { one: { 'f:inner': { 'f:deep': {} } }, two: { 'f:scalar': {} } },
  },
  {
    name: 'sets are shared by value',
    steps: [
      { apply: 'one', object: { set: ['a', 'b'] } },
      { apply: 'two', object: { set: ['b', 'c'] } },
      { apply: 'one', object: { set: ['a'] } },
    ],
    live: { set: ['a', 'b', 'c'] },
    owned: { one: { 'f:set': { 'v:"a"': {} } }, two: { 'f:set': { 'v:"b"': {}, 'v:"c"': {} } } },
  },
  {
    name: 'keys with defaults name the same item with and without them',
    steps: [
      { apply: 'one', object: { ports: [{ port: 80, name: 'web' }] } },
      {
        apply: 'two',
        object: {
          ports: [
            { port: 80, protocol: 'TCP' },
            { port: 80, protocol: 'UDP' },
          ],
        },
      },
      { apply: 'two', object: { ports: [{ port: 80, protocol: 'UDP' }] } },
    ],
    live: {
      ports: [
        { port: 80, name: 'web' },
        { port: 80, protocol: 'UDP' },
      ],
    },
    owned: {
      one: { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} } } },
      two: { 'f:ports': { 'k:{"port":80,"protocol":"UDP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} } } },
    },
  },
  {
    name: 'an atomic list has one owner of all of it',
    steps: [
      { apply: 'one', object: { list: ['a', 'b'] } },
      { apply: 'two', object: { list: ['b', 'a'] }, conflicts: ['one .list'] },
      { force: 'two', object: { list: ['b', 'a'] } },
    ],
    live: { list: ['b', 'a'] },
    owned: { two: { 'f:list': {} } },
  },
  {
    name: 'an atomic map has one owner of all of it',
    steps: [
      { apply: 'one', object: { whole: { a: '1' } } },
      { apply: 'two', object: { whole: { b: '1' } }, conflicts: ['one .whole'] },
    ],
    live: { whole: { a: '1' } },
    owned: { one: { 'f:whole': {} } },
  },
  {
    name: 'a field without structure is owned by the structure of its value, lists whole',
    steps: [
      { apply: 'one', object: { free: { a: { b: 1 }, l: [1, 2] } } },
      { apply: 'two', object: { free: { a: { c: 2 } } } },
    ],
    live: { free: { a: { b: 1, c: 2 }, l: [1, 2] } },
    owned: {
      one: { 'f:free': { 'f:a': { '.': {}, 'f:b': {} }, 'f:l': {} } },
      two: { 'f:free': { 'f:a': { '.': {}, 'f:c': {} } } },
    },
  },
  {
    name: 'a leaf that becomes a map is taken from its owner, below as well',
    steps: [
      { apply: 'one', object: { free: 'text' } },
      { apply: 'two', object: { free: { a: 1 } }, conflicts: ['one .free'] },
      { force: 'two', object: { free: { a: 1 } } },
    ],
    live: { free: { a: 1 } },
    owned: { two: { 'f:free': { 'f:a': {} } } },
  },
  {
    name: 'a map that becomes a leaf is taken from its owners',
    steps: [
      { apply: 'one', object: { free: { a: 1 } } },
      { force: 'two', object: { free: 'text' } },
    ],
    live: { free: 'text' },
    owned: { two: { 'f:free': {} } },
  },
  {
    name: 'items take the order of the newest apply, those of others stay near',
    steps: [
      { apply: 'one', object: { items: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] } },
      { apply: 'two', object: { items: [{ name: 'd' }] } },
      { apply: 'one', object: { items: [{ name: 'c' }, { name: 'b' }, { name: 'a' }] } },
    ],
    live: { items: [{ name: 'c' }, { name: 'd' }, { name: 'b' }, { name: 'a' }] },
    owned: {
      one: {
        'f:items': { 'k:{"name":"a"}': item({}), 'k:{"name":"b"}': item({}), 'k:{"name":"c"}': item({}) },
      },
      two: { 'f:items': { 'k:{"name":"d"}': item({}) } },
    },
  },
  {
    name: 'repeated items that an updater wrote are kept until somebody applies that item',
    steps: [
      { update: 'edit', object: { items: [{ name: 'a', value: 1 }, { name: 'a', value: 2 }, { name: 'b' }] } },
      { apply: 'one', object: { items: [{ name: 'b' }] } },
    ],
    live: { items: [{ name: 'a', value: 1 }, { name: 'a', value: 2 }, { name: 'b' }] },
    owned: {
      one: { 'f:items': { 'k:{"name":"b"}': item({}) } },
      edit: { 'f:items': { '.': {}, 'k:{"name":"a"}': item({ 'f:value': {} }), 'k:{"name":"b"}': item({}) } },
    },
  },
  {
    name: 'an update that removes a field takes it from everybody',
    steps: [
      { apply: 'one', object: { scalar: 1, set: ['a'] } },
      { apply: 'two', object: { scalar: 1 } },
      { update: 'edit', object: { set: ['a'] } },
    ],
    live: { set: ['a'] },
    owned: { one: { 'f:set': { 'v:"a"': {} } } },
  },
];

describe('field ownership', () => {
  it.each(SCENARIOS)('$name', ({ steps, live, owned }) => {
    const result = play(steps);
    expect(contentOf(result)).toEqual(live);
    expect(ownedBy(result)).toEqual(owned);
  });

  it('is of the whole once the schema makes a map atomic', () => {
    const before = play([{ apply: 'one', object: { map: { a: '1', b: '2' } } }]);
    const schema = struct({ ...FIELDS, map: { type: 'map', values: text, atomic: true } });
    const after = run(before, { apply: 'two', object: { scalar: 1 } }, schema);
    expect(ownedBy(after)['one']).toEqual({ 'f:map': {} });
  });

  it('passes over managed fields that cannot be read', () => {
    const broken = {
      manager: 'x',
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { bad: {} },
    } as const;
    const live: KubeObject = { ...wrap({ scalar: 1 }), metadata: { uid: 'u', managedFields: [broken] } };
    expect(ownedBy(run(live, { apply: 'one', object: { scalar: 1 } }, SCHEMA))).toEqual({
      'before-first-apply': { 'f:scalar': {} },
      one: { 'f:scalar': {} },
    });
  });
});
