import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import type { JsonObject } from '../../src/core/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';

const TEXT = { type: 'string' };
const INT = { type: 'integer' };

function rule(text: string, message?: string): object {
  return { rule: text, ...(message === undefined ? {} : { message }) };
}

/** Rules as they are found in the definitions of well-known projects. */
const SPEC = {
  type: 'object',
  properties: {
    className: { ...TEXT, 'x-kubernetes-validations': [rule('self == oldSelf', 'className is immutable')] },
    phase: {
      ...TEXT,
      enum: ['Pending', 'Running', 'Done'],
      'x-kubernetes-validations': [
        rule(`oldSelf == self || oldSelf == 'Pending' || (oldSelf == 'Running' && self == 'Done')`, 'no way back'),
      ],
    },
    secretRef: TEXT,
    value: TEXT,
    request: { 'x-kubernetes-int-or-string': true },
    limit: { 'x-kubernetes-int-or-string': true },
    endpoint: { ...TEXT, 'x-kubernetes-validations': [rule(`isURL(self) && url(self).getScheme() == 'https'`)] },
    address: { ...TEXT, 'x-kubernetes-validations': [rule(`isIP(self) && cidr('10.0.0.0/8').containsIP(self)`)] },
    level: { ...TEXT, 'x-kubernetes-validations': [rule(`self.matches('(?i)^(low|high)$')`)] },
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
          hostname: TEXT,
          port: INT,
          protocol: TEXT,
          tls: { type: 'object', properties: { mode: TEXT } },
        },
      },
      'x-kubernetes-validations': [
        rule(
          `self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)`,
          `tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']`,
        ),
        rule(
          `self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))`,
          'Combination of port, protocol and hostname must be unique for each listener',
        ),
      ],
    },
  },
  'x-kubernetes-validations': [
    rule('!(has(self.secretRef) && has(self.value)) && (has(self.secretRef) != has(self.value))', 'exactly one source'),
    rule(
      '!has(self.request) || !has(self.limit) || quantity(string(self.request)).compareTo(quantity(string(self.limit))) <= 0',
      'request is over the limit',
    ),
  ],
};
const STATUS = {
  type: 'object',
  properties: {
    observed: { ...INT, 'x-kubernetes-validations': [rule('self >= oldSelf', 'observed does not go back')] },
  },
};

function definition(spec: object): JsonObject {
  const openAPIV3Schema = { type: 'object', properties: { spec, status: STATUS } };
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    subresources: { status: {} },
    schema: { openAPIV3Schema },
  };
  return JSON.parse(
    JSON.stringify({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gates.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'gates', kind: 'Gate' },
        versions: [version],
      },
    }),
  ) as JsonObject;
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GATES = '/apis/example.com/v1/namespaces/default/gates';

const VERBS = {
  create: { method: 'POST', type: 'application/json' },
  update: { method: 'PUT', type: 'application/json' },
  merge: { method: 'PATCH', type: 'application/merge-patch+json' },
  apply: { method: 'PATCH', type: 'application/apply-patch+yaml' },
};

interface Answer {
  readonly code: number;
  readonly fields: readonly string[];
  readonly message: string;
}

describe('rules of custom resources (CEL)', () => {
  let server: ApiServer;

  async function call(verb: keyof typeof VERBS, path: string, body: object): Promise<Answer> {
    const { method, type } = VERBS[verb];
    const headers = { 'content-type': type };
    const response = await server.fetch(`https://cluster${path}`, { method, headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as { message?: string; details?: { causes?: readonly { field: string }[] } };
    const fields = (answer.details?.causes ?? []).map(({ field }) => field);
    return { code: response.status, fields, message: answer.message ?? '' };
  }

  function gate(name: string, spec: object): object {
    return { apiVersion: 'example.com/v1', kind: 'Gate', metadata: { name }, spec: { value: 'v', ...spec } };
  }

  beforeAll(async () => {
    server = await createApiServer({ name: 'cel', clock: systemClock });
    expect(await call('create', DEFINITIONS, definition(SPEC))).toMatchObject({ code: 201 });
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const listener = { name: 'a', port: 80, protocol: 'HTTP' };
  it.each([
    { name: 'two sources', spec: { secretRef: 's' }, field: 'spec' },
    { name: 'a request over the limit', spec: { request: '2Gi', limit: '1500M' }, field: 'spec' },
    { name: 'a number over the limit', spec: { request: 2, limit: '1500m' }, field: 'spec' },
    { name: 'an insecure URL', spec: { endpoint: 'http://example.com' }, field: 'spec.endpoint' },
    { name: 'no URL', spec: { endpoint: 'example' }, field: 'spec.endpoint' },
    { name: 'a foreign address', spec: { address: '192.168.0.1' }, field: 'spec.address' },
    { name: 'an unknown level', spec: { level: 'middle' }, field: 'spec.level' },
    { name: 'TLS of plain HTTP', spec: { listeners: [{ ...listener, tls: {} }] }, field: 'spec.listeners' },
    {
      name: 'the same listener twice',
      spec: { listeners: [listener, { ...listener, name: 'b' }] },
      field: 'spec.listeners',
    },
  ])('refuse $name', async ({ spec, field }) => {
    expect(await call('create', GATES, gate('bad', spec))).toMatchObject({ code: 422, fields: [field] });
  });

  it('take what keeps them, and judge updates, patches and applied changes', async () => {
    const spec = {
      className: 'public',
      phase: 'Pending',
      request: '500m',
      limit: 1,
      endpoint: 'https://example.com/x',
      address: '10.1.2.3',
      level: 'HIGH',
      listeners: [listener, { ...listener, name: 'b', hostname: 'b.example.com' }],
    };
    expect(await call('create', GATES, gate('good', spec))).toMatchObject({ code: 201 });
    const merge = (patch: object, path = ''): Promise<Answer> => call('merge', `${GATES}/good${path}`, patch);
    const fixed = await merge({ spec: { className: 'private' } });
    expect(fixed).toMatchObject({ code: 422, fields: ['spec.className'] });
    expect(fixed.message).toBe(
      'Gate.example.com "good" is invalid: spec.className: Invalid value: "string": className is immutable',
    );
    expect((await merge({ spec: { phase: 'Running' } })).code).toBe(200);
    expect(await merge({ spec: { phase: 'Pending' } })).toMatchObject({ code: 422, fields: ['spec.phase'] });
    const apply = (of: object): Promise<Answer> =>
      call('apply', `${GATES}/good?fieldManager=me&force=true`, gate('good', of));
    expect(await apply({ level: 'none' })).toMatchObject({ code: 422, fields: ['spec.level'] });
    expect(await apply({ level: 'low' })).toMatchObject({ code: 200 });
    expect((await merge({ status: { observed: 2 } }, '/status')).code).toBe(200);
    expect(await merge({ status: { observed: 1 } }, '/status')).toMatchObject({
      code: 422,
      fields: ['status.observed'],
    });
    expect((await merge({ status: { observed: 3 } }, '/status')).code).toBe(200);
  });

  it('are refused with the definition when they are no expressions of a truth', async () => {
    for (const text of ['self.nothing == 1', 'self.value', 'self.value >', 'self.value == 1']) {
      const broken = { ...SPEC, 'x-kubernetes-validations': [rule(text)] };
      const answer = await call('update', `${DEFINITIONS}/gates.example.com`, definition(broken));
      expect(answer.fields).toEqual([
        'spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule',
      ]);
    }
  });
});
