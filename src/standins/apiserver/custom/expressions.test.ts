import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { fieldErrorText } from '../field-error.ts';
import { testCluster } from '../testing/test-cluster.ts';
import { schemaRules } from './custom-rules.ts';

const GVK = { group: 'example.com', version: 'v1', kind: 'Widget' };
const TEXT: JsonObject = { type: 'string' };

function schema(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties: { spec: { type: 'object', properties, ...more } } };
}

function rules(...of: readonly JsonObject[]): JsonObject {
  return { 'x-kubernetes-validations': [...of] };
}

function widget(spec: JsonObject): KubeObject {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec };
}

function faults(of: JsonObject, spec: JsonObject, old?: JsonObject): readonly string[] {
  const errors = schemaRules.compile(of, GVK).validate(widget(spec), old === undefined ? undefined : widget(old));
  return errors.map((error) => `${error.field}: ${fieldErrorText(error)}`);
}

/** As the Gateway API words them. */
const LISTENERS = schema({
  listeners: {
    type: 'array',
    maxItems: 64,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: {
      type: 'object',
      required: ['name', 'port', 'protocol'],
      properties: {
        name: TEXT,
        port: { type: 'integer' },
        protocol: TEXT,
        hostname: TEXT,
        tls: { type: 'object', properties: { mode: TEXT } },
      },
    },
    ...rules(
      {
        rule: "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)",
        message: "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
      },
      {
        rule: "self.all(l, l.protocol in ['UDP', 'TCP']  ? (!has(l.hostname) || l.hostname == '') : true)",
        message: "hostname must not be specified for protocols ['TCP', 'UDP']",
      },
      {
        rule:
          'self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && ' +
          '(has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))',
        message: 'Combination of port, protocol and hostname must be unique for each listener',
      },
    ),
  },
});

const IMMUTABLE = schema({ name: { ...TEXT, ...rules({ rule: 'self == oldSelf', message: 'Value is immutable' }) } });

describe('x-kubernetes-validations', () => {
  it.each<{ name: string; listeners: JsonValue; expected: readonly string[] }>([
    { name: 'a fine list', listeners: [{ name: 'a', port: 80, protocol: 'HTTP' }], expected: [] },
    {
      name: 'what must not be there',
      listeners: [{ name: 'a', port: 80, protocol: 'HTTP', tls: {} }],
      expected: [
        "spec.listeners: Invalid value: \"array\": tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
      ],
    },
    {
      name: 'the same twice',
      listeners: [
        { name: 'a', port: 80, protocol: 'HTTP' },
        { name: 'b', port: 80, protocol: 'HTTP' },
      ],
      expected: [
        'spec.listeners: Invalid value: "array": Combination of port, protocol and hostname must be unique for each listener',
      ],
    },
  ])('judge as the Gateway API means them: $name', ({ listeners, expected }) => {
    expect(faults(LISTENERS, { listeners })).toEqual(expected);
  });

  it('compare with what was there, and with nothing when it is new', () => {
    expect(faults(IMMUTABLE, { name: 'a' })).toEqual([]);
    expect(faults(IMMUTABLE, { name: 'a' }, { name: 'a' })).toEqual([]);
    expect(faults(IMMUTABLE, { name: 'b' }, { name: 'a' })).toEqual([
      'spec.name: Invalid value: "string": Value is immutable',
    ]);
  });

  it('find the item that was there by its keys', () => {
    const of = schema({
      list: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: {
          type: 'object',
          required: ['k'],
          properties: {
            k: TEXT,
            v: { type: 'integer', ...rules({ rule: 'self >= oldSelf', message: 'must not shrink' }) },
          },
        },
      },
    });
    const old = {
      list: [
        { k: 'a', v: 1 },
        { k: 'b', v: 5 },
      ],
    };
    expect(
      faults(
        of,
        {
          list: [
            { k: 'b', v: 5 },
            { k: 'a', v: 2 },
          ],
        },
        old,
      ),
    ).toEqual([]);
    expect(faults(of, { list: [{ k: 'b', v: 4 }] }, old)).toEqual([
      'spec.list[0].v: Invalid value: "integer": must not shrink',
    ]);
  });

  it('see an optional old value where they ask for one', () => {
    const rule = {
      rule: 'oldSelf.hasValue() || self == "first"',
      optionalOldSelf: true,
      message: 'must begin as first',
    };
    const of = schema({ name: { ...TEXT, ...rules(rule) } });
    expect(faults(of, { name: 'second' })).toEqual(['spec.name: Invalid value: "string": must begin as first']);
    expect(faults(of, { name: 'second' }, { name: 'first' })).toEqual([]);
  });

  it('explain by an expression, name a field and a reason', () => {
    const of = schema(
      { min: { type: 'integer' }, max: { type: 'integer' } },
      rules({
        rule: 'self.min <= self.max',
        messageExpression: '"min is %d, more than max, which is %d".format([self.min, self.max])',
        fieldPath: '.min',
        reason: 'FieldValueForbidden',
      }),
    );
    expect(faults(of, { min: 3, max: 2 })).toEqual(['spec.min: Forbidden: min is 3, more than max, which is 2']);
  });

  it('fall back to the rule where there is no message, or none can be made', () => {
    const none = schema({ a: { type: 'integer' } }, rules({ rule: 'self.a > 1' }));
    expect(faults(none, { a: 1 })).toEqual(['spec: Invalid value: "object": failed rule: self.a > 1']);
    const broken = { rule: 'self.a > 1', message: 'plain', messageExpression: 'string(1 / (self.a - 1))' };
    expect(faults(schema({ a: { type: 'integer' } }, rules(broken)), { a: 1 })).toEqual([
      'spec: Invalid value: "object": plain',
    ]);
  });

  it('refuse what they cannot be asked of', () => {
    const of = schema({ a: TEXT, b: TEXT }, rules({ rule: 'self.a == self.b', message: 'same' }));
    const [error] = faults(of, { a: 'x' });
    expect(error).toContain('evaluating rule: same');
  });

  it('leave alone what an update does not change', () => {
    const of = schema({ a: TEXT, b: { ...TEXT, ...rules({ rule: 'self != "bad"' }) } });
    expect(faults(of, { a: 'new', b: 'bad' }, { a: 'old', b: 'bad' })).toEqual([]);
    expect(faults(of, { b: 'bad' }, { b: 'good' })).toHaveLength(1);
  });

  it('judge members of maps and the object as a whole', () => {
    const whole = {
      ...schema({ m: { type: 'object', additionalProperties: { ...TEXT, ...rules({ rule: 'self.size() < 3' }) } } }),
      ...rules({ rule: "self.metadata.name.startsWith('w')" }),
    };
    expect(faults(whole, { m: { a: 'ok', b: 'long' } })).toEqual([
      'spec.m[b]: Invalid value: "string": failed rule: self.size() < 3',
    ]);
  });

  it.each<{ name: string; of: JsonObject; fault: string }>([
    {
      name: 'half an expression',
      of: schema({}, rules({ rule: 'self.' })),
      fault: '[spec].~[0].rule FieldValueInvalid',
    },
    { name: 'none', of: schema({}, rules({ rule: ' ' })), fault: '[spec].~[0].rule FieldValueInvalid' },
    {
      name: 'an unknown field',
      of: schema({}, rules({ rule: 'self.x == 1' })),
      fault: '[spec].~[0].rule FieldValueInvalid',
    },
    {
      name: 'a message that is no text',
      of: schema({}, rules({ rule: 'true', messageExpression: '1' })),
      fault: '[spec].~[0].rule FieldValueInvalid',
    },
    {
      name: 'an unknown reason',
      of: schema({}, rules({ rule: 'true', reason: 'Whatever' })),
      fault: '[spec].~[0].reason FieldValueNotSupported',
    },
    {
      name: 'a path to nothing',
      of: schema({}, rules({ rule: 'true', fieldPath: '.x' })),
      fault: '[spec].~[0].rule FieldValueInvalid',
    },
    {
      name: 'lines without a message',
      of: schema({}, rules({ rule: 'true ||\nfalse' })),
      fault: '[spec].~[0].message FieldValueRequired',
    },
    {
      name: 'an old value where none can be found',
      of: schema({ l: { type: 'array', items: { ...TEXT, ...rules({ rule: 'self == oldSelf' }) } } }),
      fault: '[spec].properties[l].items.~[0].rule FieldValueInvalid',
    },
  ])('are refused with $name', ({ of, fault }) => {
    const spec = { versions: [{ name: 'v1', schema: { openAPIV3Schema: of } }] };
    const errors = schemaRules.check({ apiVersion: '', kind: '', metadata: {}, spec });
    const short = errors.map(
      ({ field, type }) =>
        `${field.replace(/^.*properties(?=\[spec\])/, '').replace('x-kubernetes-validations', '~')} ${type}`,
    );
    expect(short).toEqual([fault]);
  });

  it('hold in a cluster, and keep a broken definition out', async () => {
    await using cluster = await testCluster();
    const definition = (openAPIV3Schema: JsonObject): object => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
      },
    });
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const refused = await cluster.call('POST', path, { body: definition(schema({}, rules({ rule: 'self.x' }))) });
    expect(refused).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
    expect((await cluster.call('POST', path, { body: definition(IMMUTABLE) })).code).toBe(201);
    const widgets = '/apis/example.com/v1/namespaces/default/widgets';
    expect((await cluster.call('POST', widgets, { body: widget({ name: 'a' }) })).code).toBe(201);
    const changed = await cluster.call('PATCH', `${widgets}/w`, {
      body: { spec: { name: 'b' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(changed).toMatchObject({
      code: 422,
      body: { details: { causes: [{ reason: 'FieldValueInvalid', field: 'spec.name' }] } },
    });
  });
});
