import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { createAuthority, issueCertificate } from '../access/certificates.ts';
import type { AdmissionRequest } from '../index.ts';
import { configMap, testCluster } from '../testing/test-cluster.ts';
import type { TestCluster } from '../testing/test-cluster.ts';

interface Review extends JsonObject {
  request: JsonObject & { uid: string; object: KubeObject & JsonObject };
}

type Answer = (request: Review['request']) => object;

/** By path: what the webhook answers, beside the UID; `undefined` leaves the caller waiting. */
const answers = new Map<string, Answer | undefined>();
const asked: Review['request'][] = [];
let url = '';
let authority = '';
let close: () => void;

beforeAll(async () => {
  const pair = await createAuthority('webhooks', Date.now());
  const hosts = ['127.0.0.1', 'hook.default.svc'];
  const server = await issueCertificate(pair, { commonName: 'hook', hosts }, Date.now());
  authority = pair.certificate;
  const sockets = createServer({ cert: server.certificate, key: server.key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as Review;
      asked.push(review.request);
      const answer = answers.get(request.url ?? '');
      if (answer === undefined) return;
      const { apiVersion, kind } = review;
      response.end(
        JSON.stringify({ apiVersion, kind, response: { uid: review.request.uid, ...answer(review.request) } }),
      );
    });
  });
  await new Promise<void>((resolve) => sockets.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
  close = () => {
    sockets.closeAllConnections();
    sockets.close();
  };
});

afterAll(() => close());

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';

interface HookOptions {
  readonly kind?: 'Mutating' | 'Validating';
  readonly answer: Answer | undefined;
  readonly webhook?: object;
}

/** Registers one webhook for ConfigMaps. */
async function hook(
  cluster: TestCluster,
  name: string,
  { kind = 'Validating', answer, webhook }: HookOptions,
): Promise<void> {
  answers.set(`/${name}`, answer);
  const { code, body } = await cluster.call('POST', `${GROUP}/${kind.toLowerCase()}webhookconfigurations`, {
    body: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}WebhookConfiguration`,
      metadata: { name },
      webhooks: [
        {
          name: `${name}.example.com`,
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: { url: `${url}/${name}`, caBundle: Buffer.from(authority).toString('base64') },
          rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
          ...webhook,
        },
      ],
    },
  });
  expect(body).toMatchObject({ kind: `${kind}WebhookConfiguration` });
  expect(code).toBe(201);
}

function patch(...operations: readonly object[]): Answer {
  return () => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  });
}

const ALLOW: Answer = () => ({ allowed: true });
const DENY: Answer = () => ({ allowed: false, status: { message: 'no', code: 403, reason: 'Forbidden' } });

describe('webhooks', () => {
  it('change what is written, one after the other, and again when a later one changed it', async () => {
    await using cluster = await testCluster();
    const seen =
      (name: string): Answer =>
      (request) => {
        const before = request.object.metadata.annotations?.['seen'] ?? '';
        const annotations = { ...request.object.metadata.annotations, seen: before + name };
        return patch({ op: 'add', path: '/metadata/annotations', value: annotations })(request);
      };
    await hook(cluster, 'a', { kind: 'Mutating', answer: seen('a'), webhook: { reinvocationPolicy: 'IfNeeded' } });
    await hook(cluster, 'b', { kind: 'Mutating', answer: seen('b') });
    const made = await cluster.call('POST', MAPS, { body: configMap('m') });
    expect(made.body.metadata.annotations).toEqual({ seen: 'aba' });
  });

  it('do not change what the object is', async () => {
    await using cluster = await testCluster();
    const change = patch(
      { op: 'replace', path: '/metadata/name', value: 'other' },
      { op: 'add', path: '/nonsense', value: 1 },
    );
    await hook(cluster, 'rename', { kind: 'Mutating', answer: change });
    const made = await cluster.call('POST', MAPS, { body: configMap('m') });
    expect(made).toMatchObject({ code: 201, body: { metadata: { name: 'm' } } });
    expect(made.body).not.toHaveProperty('nonsense');
  });

  it('refuse in their own words, and warn', async () => {
    await using cluster = await testCluster();
    await hook(cluster, 'deny', { answer: () => ({ ...DENY({} as never), warnings: ['think again'] }) });
    const refused = await cluster.call('POST', MAPS, { body: configMap('m') });
    expect(refused).toMatchObject({
      code: 403,
      body: { reason: 'Forbidden', message: 'admission webhook "deny.example.com" denied the request: no' },
    });
    await hook(cluster, 'deny2', { answer: ALLOW });
    expect((await cluster.call('GET', `${MAPS}/m`)).code).toBe(404);
  });

  it('hear who does what, also of deletions and dry runs', async () => {
    await using cluster = await testCluster();
    await hook(cluster, 'listen', { answer: () => ({ allowed: true, warnings: ['heard'] }) });
    asked.length = 0;
    const dry = await cluster.call('POST', `${MAPS}?dryRun=All`, { body: configMap('m') });
    expect(dry.headers.get('warning')).toContain('heard');
    await cluster.call('POST', MAPS, { body: configMap('m') });
    await cluster.call('DELETE', `${MAPS}/m`);
    expect(asked.map((each) => [each['operation'], each['dryRun'], each['name']])).toEqual([
      ['CREATE', true, 'm'],
      ['CREATE', false, 'm'],
      ['DELETE', false, 'm'],
    ]);
    expect(asked[1]).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      namespace: 'default',
      userInfo: { username: 'kubernetes-admin' },
      object: { metadata: { name: 'm' } },
      oldObject: null,
    });
    expect(asked[2]).toMatchObject({ object: null, oldObject: { metadata: { name: 'm' } } });
  });

  it.each([
    {
      name: 'another operation',
      webhook: { rules: [{ operations: ['DELETE'], apiGroups: [''], apiVersions: ['v1'], resources: ['*'] }] },
    },
    {
      name: 'another resource',
      webhook: {
        rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods', 'configmaps/status'] }],
      },
    },
    {
      name: 'cluster-scoped objects',
      webhook: {
        rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], scope: 'Cluster' }],
      },
    },
    { name: 'other namespaces', webhook: { namespaceSelector: { matchLabels: { team: 'a' } } } },
    {
      name: 'other labels',
      webhook: { objectSelector: { matchExpressions: [{ key: 'guarded', operator: 'Exists' }] } },
    },
    {
      name: 'other requests, by a condition',
      webhook: {
        matchConditions: [
          { name: 'broken', expression: 'object.data.none == "x"' },
          { name: 'not-mine', expression: 'request.operation == "DELETE" || !has(object.data)' },
        ],
      },
    },
  ])('are not asked when they are for $name', async ({ webhook }) => {
    await using cluster = await testCluster();
    await hook(cluster, 'deny', { answer: DENY, webhook });
    expect((await cluster.call('POST', MAPS, { body: configMap('m') })).code).toBe(201);
  });

  it('are asked where their conditions hold, and as their policy says where one cannot be evaluated', async () => {
    await using cluster = await testCluster();
    const conditions = (expression: string): object => ({ matchConditions: [{ name: 'when', expression }] });
    await hook(cluster, 'only', {
      answer: DENY,
      webhook: conditions('object != null && object.data.guarded == "yes"'),
    });
    const { body } = await cluster.call('POST', MAPS, { body: configMap('m', { guarded: 'no' }) });
    expect(body.metadata.name).toBe('m');
    expect((await cluster.call('POST', MAPS, { body: configMap('g', { guarded: 'yes' }) })).body['message']).toContain(
      'denied the request: no',
    );
    const broken = await cluster.call('POST', MAPS, { body: configMap('n', { other: 'x' }) });
    expect(broken).toMatchObject({ code: 403, body: { reason: 'Forbidden', details: { name: 'n' } } });
    const lax = [{ op: 'add', path: '/webhooks/0/failurePolicy', value: 'Ignore' }];
    await cluster.call('PATCH', `${GROUP}/validatingwebhookconfigurations/only`, {
      body: lax,
      headers: { 'content-type': 'application/json-patch+json' },
    });
    expect((await cluster.call('POST', MAPS, { body: configMap('n', { other: 'x' }) })).code).toBe(201);
  });

  it.each([
    { name: 'a', expression: '1 + 1', field: 'expression' },
    { name: 'a', expression: 'authorizer.group("").check("get").allowed()', field: 'expression' },
    { name: 'a b', expression: 'true', field: 'name' },
  ])('are refused with a condition that is none: $name, $expression', async ({ field, ...condition }) => {
    await using cluster = await testCluster();
    const webhook = {
      name: 'a.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { url: `${url}/a` },
      matchConditions: [condition],
    };
    const kind = 'ValidatingWebhookConfiguration';
    const refused = await cluster.call('POST', `${GROUP}/validatingwebhookconfigurations`, {
      body: { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: 'a' }, webhooks: [webhook] },
    });
    expect(refused).toMatchObject({
      code: 422,
      body: { details: { causes: [{ field: `webhooks[0].matchConditions[0].${field}` }] } },
    });
  });

  it('that cannot be asked refuse or are left out, as their policy says', async () => {
    await using cluster = await testCluster();
    const elsewhere = { clientConfig: { url: 'https://127.0.0.1:1/x' } };
    await hook(cluster, 'gone', { answer: ALLOW, webhook: { ...elsewhere, failurePolicy: 'Ignore' } });
    expect((await cluster.call('POST', MAPS, { body: configMap('a') })).code).toBe(201);
    await hook(cluster, 'slow', { answer: undefined, webhook: { timeoutSeconds: 1 } });
    const refused = await cluster.call('POST', MAPS, { body: configMap('b') });
    expect(refused).toMatchObject({ code: 500, body: { reason: 'InternalError' } });
    expect(refused.body['message']).toContain('failed calling webhook "slow.example.com"');
  });

  it('are not trusted without their authority, and are found through a Service', async () => {
    await using cluster = await testCluster();
    const service = { service: { namespace: 'default', name: 'hook', path: '/svc' } };
    await hook(cluster, 'svc', { answer: DENY, webhook: { clientConfig: service } });
    const body = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hook', annotations: { 'stoa.dev/local-endpoint': url } },
      spec: { ports: [{ port: 443 }] },
    };
    expect((await cluster.call('POST', '/api/v1/namespaces/default/services', { body })).code).toBe(201);
    expect((await cluster.call('POST', MAPS, { body: configMap('m') })).code).toBe(500);
    const caBundle = Buffer.from(authority).toString('base64');
    const trusted = await cluster.call('PATCH', `${GROUP}/validatingwebhookconfigurations/svc`, {
      body: [{ op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: caBundle }],
      headers: { 'content-type': 'application/json-patch+json' },
    });
    expect(trusted.code).toBe(200);
    expect((await cluster.call('POST', MAPS, { body: configMap('m') })).code).toBe(403);
  });
});

describe('steps within the process', () => {
  it('judge every write until they are taken back', async () => {
    await using cluster = await testCluster();
    const seen: string[] = [];
    const step = {
      name: 'policy',
      mutate: ({ object }: AdmissionRequest & { readonly object: KubeObject }) => ({
        ...object,
        data: { by: 'policy' },
      }),
      validate: ({ operation, name }: AdmissionRequest) => void seen.push(`${operation} ${name}`),
    };
    const held = cluster.server.admit(step);
    const made = await cluster.call('POST', MAPS, { body: configMap('m') });
    expect(made.body['data']).toEqual({ by: 'policy' });
    held[Symbol.dispose]();
    await cluster.call('DELETE', `${MAPS}/m`);
    expect(seen).toEqual(['CREATE m']);
  });
});

describe('quotas and service accounts', () => {
  const PODS = '/api/v1/namespaces/default/pods';

  function pod(name: string, spec: object = {}, cpu = '1'): object {
    const container = { name: 'main', image: 'x', resources: { requests: { cpu } } };
    return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [container], ...spec } };
  }

  it('hold Pods to what is left', async () => {
    await using cluster = await testCluster();
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard: { pods: '2', 'requests.cpu': '2' } },
    };
    await cluster.call('POST', '/api/v1/namespaces/default/resourcequotas', { body: quota });
    expect((await cluster.call('POST', PODS, { body: pod('a') })).code).toBe(201);
    const over = await cluster.call('POST', PODS, { body: pod('b', {}, '1500m') });
    expect(over).toMatchObject({
      code: 403,
      body: {
        message:
          'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=1500m, used: requests.cpu=1, limited: requests.cpu=2',
      },
    });
    const silent = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'c' },
      spec: { containers: [{ name: 'main', image: 'x' }] },
    };
    expect((await cluster.call('POST', PODS, { body: silent })).body['message']).toContain(
      'must specify requests.cpu for: main',
    );
    expect((await cluster.call('POST', PODS, { body: pod('b') })).code).toBe(201);
    expect((await cluster.call('POST', PODS, { body: pod('d', {}, '0') })).body['message']).toContain(
      'used: pods=2, limited: pods=2',
    );
    const read = async (): Promise<unknown> =>
      (await cluster.call('GET', '/api/v1/namespaces/default/resourcequotas/q')).body['status'];
    await expect
      .poll(read, { interval: 1 })
      .toEqual({ hard: { pods: '2', 'requests.cpu': '2' }, used: { pods: '2', 'requests.cpu': '2' } });
  });

  it('hold Pods that come at the same time', async () => {
    await using cluster = await testCluster();
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { pods: '5' } } };
    await cluster.call('POST', '/api/v1/namespaces/default/resourcequotas', { body: quota });
    const names = Array.from({ length: 20 }, (_none, index) => `p${index}`);
    const codes = await Promise.all(
      names.map(async (name) => (await cluster.call('POST', PODS, { body: pod(name) })).code),
    );
    expect(codes.filter((code) => code === 201)).toHaveLength(5);
  });

  it('give Pods an account, and refuse one that is not there', async () => {
    await using cluster = await testCluster();
    expect((await cluster.call('POST', PODS, { body: pod('a') })).body['spec']).toMatchObject({
      serviceAccountName: 'default',
    });
    const refused = await cluster.call('POST', PODS, { body: pod('b', { serviceAccountName: 'none' }) });
    expect(refused).toMatchObject({ code: 403, body: { reason: 'Forbidden' } });
  });
});
