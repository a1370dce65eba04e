import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';
import { protobufBody } from '../../src/standins/apiserver/testing/protobuf-encoder.ts';
import type { Field } from '../../src/standins/apiserver/testing/protobuf-encoder.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const APPLY = 'application/apply-patch+yaml';

interface Answer {
  readonly code: number;
  readonly body: KubeObject & { readonly items?: readonly KubeObject[]; readonly [field: string]: unknown };
}

interface Sent {
  readonly body?: object;
  readonly type?: string;
}

/** An object of the chart, and where it is. */
interface Piece {
  readonly path: string;
  readonly object: KubeObject;
}

const LABELS = { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'web' };
const ANNOTATIONS = { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'default' };

function piece(path: string, kind: Pick<KubeObject, 'apiVersion' | 'kind'>, rest: object): Piece {
  const name = path.split('/').at(-1) ?? '';
  const metadata = { name, namespace: 'default', labels: LABELS, annotations: ANNOTATIONS };
  return { path, object: { ...kind, metadata, ...rest } };
}

function chart(image: string, withConfig: boolean): readonly Piece[] {
  const labels = { app: 'web' };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }] },
  };
  return [
    piece('/api/v1/namespaces/default/serviceaccounts/web', { apiVersion: 'v1', kind: 'ServiceAccount' }, {}),
    ...(withConfig
      ? [
          piece(
            '/api/v1/namespaces/default/configmaps/web',
            { apiVersion: 'v1', kind: 'ConfigMap' },
            { data: { a: '1' } },
          ),
        ]
      : []),
    piece(
      '/api/v1/namespaces/default/services/web',
      { apiVersion: 'v1', kind: 'Service' },
      { spec: { selector: labels, ports: [{ port: 80, name: 'http' }] } },
    ),
    piece(
      '/apis/apps/v1/namespaces/default/deployments/web',
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { spec: { replicas: 1, selector: { matchLabels: labels }, template } },
    ),
  ];
}

/** A release as Helm keeps it: a Secret, written as protobuf. */
function release(version: number, status: string, resourceVersion = ''): Buffer {
  const label = (key: string, value: string): Field => [
    11,
    [
      [1, key],
      [2, value],
    ],
  ];
  const metadata: readonly Field[] = [
    [1, `sh.helm.release.v1.web.v${version}`],
    [3, 'default'],
    ...(resourceVersion === '' ? [] : [[6, resourceVersion] as const]),
    label('name', 'web'),
    label('owner', 'helm'),
    label('status', status),
    label('version', String(version)),
  ];
  const data: Field = [
    2,
    [
      [1, 'release'],
      [2, `H4sI-${version}-${status}`],
    ],
  ];
  return protobufBody('v1', 'Secret', [[1, metadata], data, [3, 'helm.sh/release.v1']]);
}

/** The binary is not to be had everywhere: these are the calls that Helm 4 was seen to make. */
describe('the calls of Helm against the embedded Kubernetes API', () => {
  let server: ApiServer;

  beforeAll(async () => {
    server = await createApiServer({ name: 'helm', clock: systemClock });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  async function call(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const { body, type = 'application/json' } = sent;
    const bytes = Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body);
    const headers = { accept: `${PROTOBUF},application/json`, 'content-type': type, 'user-agent': 'Helm/4.1.4' };
    const init = body === undefined ? {} : { body: bytes };
    const response = await server.fetch(`https://in.process${path}`, { method, headers, ...init });
    return { code: response.status, body: (await response.json()) as Answer['body'] };
  }

  async function keep(version: number, status: string): Promise<void> {
    const path = `${SECRETS}/sh.helm.release.v1.web.v${version}`;
    const live = await call('GET', path);
    const { resourceVersion } = live.body.metadata;
    const written =
      live.code === 404
        ? await call('POST', SECRETS, { body: release(version, status), type: PROTOBUF })
        : await call('PUT', path, { body: release(version, status, resourceVersion), type: PROTOBUF });
    expect(written.code).toBe(live.code === 404 ? 201 : 200);
    expect(written.body).toMatchObject({ type: 'helm.sh/release.v1', metadata: { labels: { status } } });
  }

  async function applyAll(pieces: readonly Piece[]): Promise<void> {
    for (const { path, object } of pieces) {
      const query = 'fieldManager=helm&fieldValidation=Strict&force=false';
      const { code, body } = await call('PATCH', `${path}?${query}`, { body: object, type: APPLY });
      expect(code, JSON.stringify(body)).toBeLessThan(300);
      expect(body.metadata.managedFields).toContainEqual(
        expect.objectContaining({ manager: 'helm', operation: 'Apply' }),
      );
    }
  }

  async function remove(pieces: readonly Piece[]): Promise<void> {
    for (const { path } of pieces) {
      const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
      expect((await call('DELETE', path, { body: options })).code).toBe(200);
    }
  }

  /** What `helm list` and the next operation see. */
  async function releases(selector: string): Promise<readonly (string | undefined)[]> {
    const { body } = await call('GET', `${SECRETS}?labelSelector=${encodeURIComponent(selector)}`);
    return (body.items ?? []).map((secret) => secret.metadata.name?.replace('sh.helm.release.v1.', ''));
  }

  const image = async (): Promise<unknown> =>
    (await call('GET', '/apis/apps/v1/namespaces/default/deployments/web')).body['spec'];

  it('asks what the cluster is', async () => {
    expect((await call('GET', '/version')).body).toMatchObject({ major: '1', minor: '32' });
    expect((await call('GET', '/apis')).code).toBe(200);
    const { paths } = (await call('GET', '/openapi/v3')).body as unknown as { paths: object };
    expect(paths).toHaveProperty('apis/apps/v1');
  });

  it('installs', async () => {
    expect(await releases('name=web,owner=helm')).toEqual([]);
    for (const { path } of chart('web:1', true)) expect((await call('GET', path)).code).toBe(404);
    await keep(1, 'pending-install');
    await applyAll(chart('web:1', true));
    await keep(1, 'deployed');
    expect(await releases('name=web,owner=helm,status=deployed')).toEqual(['web.v1']);
  });

  it('does not install what is not its own without being told to', async () => {
    const [first] = chart('web:9', true).filter(({ object }) => object.kind === 'ConfigMap');
    const query = 'fieldManager=other&force=false';
    const body = { ...first?.object, data: { a: '2' } };
    const answer = await call('PATCH', `${first?.path ?? ''}?${query}`, { body, type: APPLY });
    expect(answer).toMatchObject({ code: 409, body: { details: { causes: [{ reason: 'FieldManagerConflict' }] } } });
  });

  it('upgrades, and takes away what the chart has no longer', async () => {
    await keep(2, 'pending-upgrade');
    await applyAll(chart('web:2', false));
    await remove(chart('web:1', true).filter(({ object }) => object.kind === 'ConfigMap'));
    await keep(1, 'superseded');
    await keep(2, 'deployed');
    expect(await releases('owner=helm,status in (deployed)')).toEqual(['web.v2']);
    expect(await image()).toMatchObject({ template: { spec: { containers: [{ image: 'web:2' }] } } });
  });

  it('rolls back', async () => {
    await keep(3, 'pending-rollback');
    await applyAll(chart('web:1', true));
    await keep(2, 'superseded');
    await keep(3, 'deployed');
    expect(await releases('owner=helm,status!=superseded')).toEqual(['web.v3']);
    expect(await image()).toMatchObject({ template: { spec: { containers: [{ image: 'web:1' }] } } });
  });

  it('uninstalls', async () => {
    await keep(3, 'uninstalling');
    await remove(chart('web:1', true).toReversed());
    for (const { path } of chart('web:1', true)) expect((await call('GET', path)).code).toBe(404);
    for (const version of [1, 2, 3])
      expect((await call('DELETE', `${SECRETS}/sh.helm.release.v1.web.v${version}`)).code).toBe(200);
    expect(await releases('owner=helm')).toEqual([]);
  });
});
