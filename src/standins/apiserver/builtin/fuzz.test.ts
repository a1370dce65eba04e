import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { builtinResources, builtinSchema } from '../../../kube/index.ts';
import type { ApiResource, SchemaNode } from '../../../kube/index.ts';
import { testCluster } from '../testing/test-cluster.ts';

/** More runs than fit into a test's time: set STOA_CD_RUNS. */
const RUNS = Number(process.env['STOA_CD_RUNS'] ?? 250);
const MAX_DEPTH = 7;
const TEXTS = [
  '',
  'a',
  'web',
  'Always',
  'Never',
  'RollingUpdate',
  '25%',
  '0',
  '1',
  '-1',
  '1Gi',
  '*',
  'None',
  'v1',
  'pods',
  '\0',
  'ü',
];

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);
const number = fc.oneof(fc.constantFrom(0, 1, -1, 65_536, 2 ** 31), fc.integer());
const amount = fc.constantFrom('0', '1', '500m', '-1', '1Gi', '1e3');
const labels = fc.dictionary(fc.constantFrom('app', 'tier', 'a/b', '__x'), text, { maxKeys: 2 });

/** A value that a typed server can decode, whatever else is wrong with it. */
function valueOf(node: SchemaNode, depth: number): fc.Arbitrary<JsonValue> {
  switch (node.type) {
    case 'object':
      return objectOf(node, depth);
    case 'map':
      return fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        valueOf(node.values, depth + 1),
        { maxKeys: 2 },
      );
    case 'list':
      return fc.array(valueOf(node.items, depth + 1), { maxLength: depth > MAX_DEPTH ? 0 : 2 });
    case 'integer':
    case 'number':
      return number;
    case 'boolean':
      return fc.boolean();
    case 'int-or-string':
      return fc.oneof(number, text);
    case 'quantity':
      return amount;
    case 'bytes':
      return fc.constantFrom('', 'YQ==');
    case 'time':
      return fc.constantFrom('2026-01-01T00:00:00Z', 'soon');
    case 'any':
      return fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>;
    default:
      return text;
  }
}

function objectOf(node: Extract<SchemaNode, { type: 'object' }>, depth: number): fc.Arbitrary<JsonObject> {
  if (depth > MAX_DEPTH) return fc.constant({});
  const required = new Set(node.required);
  const names = [...node.fields.keys()];
  // few fields at a time reach deeper than all of them at once
  return fc.subarray(names, { maxLength: Math.min(4, names.length) }).chain((some) => {
    const chosen = names.filter((name) => some.includes(name) || required.has(name));
    return fc.record(Object.fromEntries(chosen.map((name) => [name, fieldOf(node, name, depth)])));
  });
}

function fieldOf(node: Extract<SchemaNode, { type: 'object' }>, name: string, depth: number): fc.Arbitrary<JsonValue> {
  const field = node.fields.get(name) ?? { type: 'any' };
  if (name === 'metadata') return fc.record({ name: fc.constantFrom('a', 'web'), labels });
  if (name === 'matchLabels' || name === 'labels') return labels;
  return valueOf(field, depth + 1);
}

const resources = builtinResources().filter(({ group }) => group !== 'apiregistration.k8s.io');

function bodyOf(resource: ApiResource): fc.Arbitrary<JsonObject> {
  const schema = builtinSchema(resource);
  if (schema === undefined) return fc.constant({});
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  return objectOf(schema, 0).map((value) => ({ ...value, apiVersion, kind: resource.kind }));
}

function pathOf({ group, version, resource, namespaced }: ApiResource): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}/${namespaced ? 'namespaces/default/' : ''}${resource}`;
}

/** The server's own loops may write between one apply and the next. */
const LOOKED_AFTER: ReadonlySet<string> = new Set([
  'clusterroles',
  'customresourcedefinitions',
  'namespaces',
  'resourcequotas',
]);

describe('built-in kinds', () => {
  it(`are created or refused, whatever is sent, and applied a second time without a change (${RUNS} runs)`, async () => {
    await using cluster = await testCluster();
    const request = fc
      .constantFrom(...resources)
      .chain((resource) => bodyOf(resource).map((body) => ({ resource, body })));
    await fc.assert(
      fc.asyncProperty(request, async ({ resource, body }) => {
        const path = pathOf(resource);
        const dry = await cluster.call('POST', `${path}?dryRun=All`, { body });
        expect(dry.code).toBeLessThan(500);
        if (dry.code !== 201 || dry.body.metadata.name === undefined) return;
        const headers = { 'content-type': 'application/apply-patch+yaml' };
        const target = `${path}/${dry.body.metadata.name}?fieldManager=fuzz&force=true`;
        const first = await cluster.call('PATCH', target, { body, headers });
        expect(first.code).toBeLessThan(500);
        if (first.code > 201 || LOOKED_AFTER.has(resource.resource)) return;
        const second = await cluster.call('PATCH', target, { body, headers });
        expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      }),
      { numRuns: RUNS },
    );
  });
});
