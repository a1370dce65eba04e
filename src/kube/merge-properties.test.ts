import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { serverSideApply } from './apply/server-side-apply.ts';
import { apiVersionOf, asJson } from './object.ts';
import type { KubeObject } from './object.ts';
import { strategicMergePatch } from './patch/strategic-merge-patch.ts';
import { builtinResources, builtinSchema } from './schema/builtin.ts';
import type { ObjectSchema, ScalarType, SchemaNode } from './schema-node.ts';

/** More runs than fit into a test's time: set STOA_CD_RUNS. */
const RUNS = Number(process.env['STOA_CD_RUNS'] ?? 1_000);
const DEEPEST = 7;

const SCALARS: Readonly<Record<ScalarType, fc.Arbitrary<JsonValue>>> = {
  string: fc.constantFrom('x', 'y', 'z'),
  integer: fc.nat(3),
  number: fc.constantFrom(0, 1.5),
  boolean: fc.boolean(),
  'int-or-string': fc.constantFrom<JsonValue>(1, '25%'),
  quantity: fc.constantFrom('1', '2Gi'),
  bytes: fc.constantFrom('eA==', 'eQ=='),
  time: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
  duration: fc.constantFrom('1s', '2s'),
};

/** Values that the schema allows, a few fields of each object. */
function valueOf(node: SchemaNode, depth: number): fc.Arbitrary<JsonValue> {
  switch (node.type) {
    case 'object':
      return fieldsOf(node, [], depth);
    case 'map':
      return fc.dictionary(fc.constantFrom('a', 'b'), valueOf(node.values, depth + 1), { maxKeys: 2 });
    case 'list':
      return listOf(node, depth);
    case 'any':
      return fc.constantFrom<JsonValue>({ a: 'x' }, { a: 'y', b: [1] }, 'x');
    default:
      return SCALARS[node.type];
  }
}

function fieldsOf(node: ObjectSchema, always: readonly string[], depth: number): fc.Arbitrary<JsonObject> {
  const optional = depth < DEEPEST ? [...node.fields.keys()].filter((name) => !always.includes(name)) : [];
  return fc.subarray(optional, { maxLength: Math.min(3, optional.length) }).chain((names) => {
    const fields = [...always, ...names].map((name) => [name, valueOf(fieldOf(node, name), depth + 1)] as const);
    return fc.record(Object.fromEntries(fields));
  });
}

function fieldOf(node: ObjectSchema, name: string): SchemaNode {
  return node.fields.get(name) ?? { type: 'any' };
}

/** Items of a list by key have their keys, and no two the same. */
function listOf(node: Extract<SchemaNode, { type: 'list' }>, depth: number): fc.Arbitrary<JsonValue> {
  const { items, keys = [], patchMergeKey } = node;
  const always = patchMergeKey === undefined || keys.includes(patchMergeKey) ? keys : [...keys, patchMergeKey];
  const item = items.type === 'object' ? fieldsOf(items, always, depth + 1) : valueOf(items, depth + 1);
  const identity = patchMergeKey === undefined ? keys : [patchMergeKey];
  const selector = (value: JsonValue): string =>
    JSON.stringify(isJsonObject(value) && identity.length > 0 ? identity.map((key) => value[key]) : value);
  return fc.uniqueArray(item, { maxLength: 3, selector });
}

const word = fc.constantFrom('x', 'y', 'z');
const metadata = fc.record({
  labels: fc.dictionary(word, word, { maxKeys: 3 }),
  annotations: fc.dictionary(word, word, { maxKeys: 2 }),
  finalizers: fc.uniqueArray(fc.constantFrom('a/a', 'b/b', 'c/c')),
});

/** Two objects of one of the built-in kinds. */
const pair = fc.constantFrom(...builtinResources()).chain((resource) => {
  const schema = builtinSchema(resource);
  if (schema === undefined) throw new Error(`A built-in kind has no schema: ${resource.kind}`);
  const fields = new Map([...schema.fields].filter(([name]) => !['apiVersion', 'kind', 'metadata'].includes(name)));
  const object = fc
    .record({ own: metadata, content: fieldsOf({ ...schema, fields }, [], 0) })
    .map(({ own, content }): KubeObject => ({
      ...content,
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: { name: 'n', ...own },
    }));
  return fc.record({ schema: fc.constant(schema), first: object, second: object });
});

/** The object as a patch, some of its fields removals. */
function patchOf(object: KubeObject, gone: ReadonlySet<string>): JsonObject {
  const patched = Object.entries(asJson(object)).map(([key, value]) => [key, gone.has(key) ? null : value]);
  return Object.fromEntries(patched) as JsonObject;
}

describe('merges of objects of every built-in kind', () => {
  it(`strategic merge does nothing the second time (${RUNS} runs)`, () => {
    const property = fc.property(pair, fc.subarray(['spec', 'data', 'rules', 'status']), (given, gone) => {
      const patch = patchOf(given.second, new Set(gone));
      const merged = strategicMergePatch(asJson(given.first), patch, given.schema);
      expect(strategicMergePatch(merged, patch, given.schema)).toEqual(merged);
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it(`server-side apply does nothing the second time, whoever applied before (${RUNS} runs)`, () => {
    const property = fc.property(pair, ({ schema, first, second }) => {
      const asked = { force: true, schema, now: 0 };
      const created = serverSideApply({ ...asked, config: first, manager: 'one' });
      const live = serverSideApply({ ...asked, live: created, config: second, manager: 'two' });
      expect(serverSideApply({ ...asked, live, config: second, manager: 'two', now: 1_000 })).toEqual(live);
    });
    fc.assert(property, { numRuns: RUNS });
  });
});
