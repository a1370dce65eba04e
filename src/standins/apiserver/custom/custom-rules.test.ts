import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { fieldErrorText } from '../field-error.ts';
import type { FieldError } from '../field-error.ts';
import { testCluster } from '../testing/test-cluster.ts';
import type { TestCluster } from '../testing/test-cluster.ts';
import { schemaRules } from './custom-rules.ts';

const GVK = { group: 'example.com', version: 'v1', kind: 'Widget' };

function schema(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties: { spec: { type: 'object', properties, ...more } } };
}

function widget(spec: unknown): KubeObject {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec };
}

function texts(errors: readonly FieldError[]): readonly string[] {
  return errors.map((error) => `${error.field}: ${fieldErrorText(error)}`);
}

describe('values of custom resources', () => {
  it.each([
    {
      name: 'a type',
      properties: { size: { type: 'integer' } },
      spec: { size: '3' },
      faults: ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    },
    {
      name: 'a field that must be there',
      properties: {},
      more: { required: ['size'] },
      spec: {},
      faults: ['spec.size: Required value'],
    },
    {
      name: 'a choice',
      properties: { tier: { type: 'string', enum: ['a', 'b'] } },
      spec: { tier: 'c' },
      faults: ['spec.tier: Unsupported value: "c": supported values: "a", "b"'],
    },
    {
      name: 'bounds',
      properties: { n: { type: 'integer', minimum: 1 }, m: { type: 'number', maximum: 2, exclusiveMaximum: true } },
      spec: { n: 0, m: 2 },
      faults: [
        'spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1',
        'spec.m: Invalid value: 2: spec.m in body should be less than 2',
      ],
    },
    {
      name: 'a pattern',
      properties: { name: { type: 'string', pattern: '^[a-z]+$' } },
      spec: { name: 'A' },
      faults: [`spec.name: Invalid value: "A": spec.name in body should match '^[a-z]+$'`],
    },
    {
      name: 'lengths',
      properties: { a: { type: 'string', maxLength: 2 }, b: { type: 'array', items: { type: 'string' }, maxItems: 1 } },
      spec: { a: 'abc', b: ['x', 'y'] },
      faults: ['spec.a: Too long: may not be more than 2 bytes', 'spec.b: Too many: must have at most 1 items'],
    },
    {
      name: 'a format',
      properties: { at: { type: 'string', format: 'date-time' } },
      spec: { at: 'today' },
      faults: ['spec.at: Invalid value: "today": spec.at in body must be of type date-time: "today"'],
    },
    {
      name: 'items with the same keys',
      properties: {
        list: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
        },
      },
      spec: { list: [{ name: 'a' }, { name: 'a' }] },
      faults: ['spec.list[1]: Duplicate value: map[string]string{"name":"a"}'],
    },
    {
      name: 'an integer or a text',
      properties: { port: { 'x-kubernetes-int-or-string': true } },
      spec: { port: true },
      faults: ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
    },
    {
      name: 'one of two alternatives',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      more: { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      spec: { a: 'x', b: 'y' },
      faults: [
        'spec: Invalid value: "object": spec in body must validate one and only one schema (oneOf). Found 2 valid alternatives',
      ],
    },
    {
      name: 'nothing where null is allowed',
      properties: { a: { type: 'string', nullable: true } },
      spec: { a: null },
      faults: [],
    },
  ])('are held to $name', ({ properties, more, spec, faults }) => {
    const rule = schemaRules.compile(schema(properties, more), GVK);
    expect(texts(rule.validate(widget(spec)))).toEqual(faults);
  });

  it('lets stay what was wrong before', () => {
    const rule = schemaRules.compile(
      schema({ a: { type: 'integer', maximum: 1 }, b: { type: 'integer', maximum: 1 } }),
      GVK,
    );
    expect(texts(rule.validate(widget({ a: 5, b: 0 }), widget({ a: 5, b: 1 })))).toEqual([]);
    expect(rule.validate(widget({ a: 6, b: 0 }), widget({ a: 5, b: 1 }))).toHaveLength(1);
  });

  it('gets defaults, also in lists and in place of null, but not in objects that are missing', () => {
    const rule = schemaRules.compile(
      schema({
        size: { type: 'integer', default: 1 },
        deep: { type: 'object', properties: { x: { type: 'string', default: 'y' } } },
        list: { type: 'array', items: { type: 'object', properties: { p: { type: 'string', default: 'TCP' } } } },
      }),
      GVK,
    );
    expect(rule.default(widget({ size: null, list: [{}] }))['spec']).toEqual({ size: 1, list: [{ p: 'TCP' }] });
    expect(rule.default(widget({ deep: {} }))['spec']).toEqual({ size: 1, deep: { x: 'y' } });
  });
});

describe('schemas of custom resources', () => {
  function check(openAPIV3Schema: JsonObject): readonly string[] {
    const spec = { versions: [{ name: 'v1', schema: { openAPIV3Schema } }] };
    const errors = schemaRules.check({ apiVersion: '', kind: '', metadata: {}, spec });
    return errors.map(
      (error) => `${error.field.replace('spec.versions[0].schema.openAPIV3Schema', '~')} ${error.type}`,
    );
  }

  it.each([
    { name: 'a root that is no object', of: { type: 'string' }, faults: ['~.type FieldValueInvalid'] },
    {
      name: 'a property without a type',
      of: schema({ a: {} }),
      faults: ['~.properties[spec].properties[a].type FieldValueRequired'],
    },
    {
      name: 'a reference',
      of: schema({ a: { type: 'string', $ref: '#/x' } }),
      faults: ['~.properties[spec].properties[a].$ref FieldValueForbidden'],
    },
    {
      name: 'properties beside additional ones',
      of: schema({ a: { type: 'object', properties: {}, additionalProperties: { type: 'string' } } }),
      faults: ['~.properties[spec].properties[a].additionalProperties FieldValueForbidden'],
    },
    {
      name: 'a default of another type',
      of: schema({ a: { type: 'integer', default: 'x' } }),
      faults: ['~.properties[spec].properties[a].default FieldValueTypeInvalid'],
    },
    {
      name: 'a default that would be pruned',
      of: schema({ a: { type: 'object', properties: {}, default: { b: 1 } } }),
      faults: ['~.properties[spec].properties[a].default FieldValueInvalid'],
    },
    {
      name: 'list keys that may be missing',
      of: schema({
        a: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: { type: 'object', properties: { k: { type: 'string' } } },
        },
      }),
      faults: ['~.properties[spec].properties[a].items.properties[k].default FieldValueRequired'],
    },
    {
      name: 'an alternative that tells of a type',
      of: schema({ a: { type: 'string' } }, { anyOf: [{ properties: { a: { type: 'string' } } }] }),
      faults: ['~.properties[spec].anyOf[0].properties[a].type FieldValueForbidden'],
    },
    {
      name: 'a pattern that is none',
      of: schema({ a: { type: 'string', pattern: '(' } }),
      faults: ['~.properties[spec].properties[a].pattern FieldValueInvalid'],
    },
  ])('are refused with $name', ({ of, faults }) => {
    expect(check(of)).toEqual(faults);
  });
});

describe('a CustomResourceDefinition in a cluster', () => {
  function version(name: string, storage: boolean): object {
    const properties = { size: { type: 'integer', default: 1, minimum: 1 }, text: { type: 'string' } };
    return { name, served: true, storage, schema: { openAPIV3Schema: schema(properties) } };
  }

  function definition(versions: readonly object[], more: object = {}): object {
    const names = { plural: 'widgets', kind: 'Widget' };
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names, versions, ...more },
    };
  }

  const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';

  async function established(cluster: TestCluster): Promise<void> {
    const { code } = await cluster.call('POST', DEFINITIONS, {
      body: definition([version('v1', true), version('v2', false)]),
    });
    expect(code).toBe(201);
  }

  it('prunes, defaults, validates, and serves every version at once', async () => {
    await using cluster = await testCluster();
    await established(cluster);
    const made = await cluster.call('POST', WIDGETS, { body: widget({ text: 'a', more: 1 }) });
    expect(made).toMatchObject({ code: 201, body: { spec: { size: 1, text: 'a' } } });
    expect(made.body['spec']).not.toHaveProperty('more');
    expect(made.headers.get('warning')).toContain('unknown field');
    const strict = await cluster.call('POST', `${WIDGETS}?fieldValidation=Strict`, { body: widget({ more: 1 }) });
    expect(strict).toMatchObject({ code: 400, body: { reason: 'BadRequest' } });
    const bad = await cluster.call('POST', WIDGETS, { body: { ...widget({ size: 0 }), metadata: { name: 'x' } } });
    expect(bad).toMatchObject({
      code: 422,
      body: { reason: 'Invalid', details: { causes: [{ reason: 'FieldValueInvalid', field: 'spec.size' }] } },
    });
    const other = await cluster.call('GET', WIDGETS.replace('/v1/', '/v2/') + '/w');
    expect(other).toMatchObject({ code: 200, body: { apiVersion: 'example.com/v2', spec: { size: 1 } } });
  });

  it('keeps its names, and the versions that objects are stored in', async () => {
    await using cluster = await testCluster();
    await established(cluster);
    const patch = (spec: object): ReturnType<TestCluster['call']> =>
      cluster.call('PATCH', `${DEFINITIONS}/widgets.example.com`, {
        body: { spec },
        headers: { 'content-type': 'application/merge-patch+json' },
      });
    expect((await patch({ scope: 'Cluster' })).code).toBe(422);
    expect((await patch({ names: { kind: 'Gadget' } })).code).toBe(422);
    const gone = await patch({ versions: [version('v2', true)] });
    expect(gone).toMatchObject({ code: 422, body: { details: { causes: [{ field: 'status.storedVersions[0]' }] } } });
    expect((await patch({ versions: [version('v1', false), version('v2', true)] })).code).toBe(200);
  });
});
