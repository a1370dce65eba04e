import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';
import { findKubectl, kubectlFor } from '../support/tools.ts';
import type { Kubectl } from '../support/tools.ts';

const program = await findKubectl();
if (program === undefined) process.stderr.write('skipped: no kubectl\n');

/** What `kubectl create …` sends as protobuf, and a part of what must arrive. */
const CREATED: readonly { readonly args: string; readonly get: string; readonly object: object }[] = [
  { args: 'namespace team', get: 'namespace team', object: { status: { phase: 'Active' } } },
  { args: 'configmap c --from-literal=a=1', get: 'configmap c', object: { data: { a: '1' } } },
  { args: 'secret generic s --from-literal=p=w', get: 'secret s', object: { data: { p: 'dw==' }, type: 'Opaque' } },
  {
    args: 'secret docker-registry r --docker-username=u --docker-password=p --docker-server=reg.example.com',
    get: 'secret r',
    object: { type: 'kubernetes.io/dockerconfigjson' },
  },
  { args: 'serviceaccount robot', get: 'serviceaccount robot', object: { metadata: { name: 'robot' } } },
  {
    args: 'deployment web --image=nginx:1 --replicas=0 --port=80',
    get: 'deployment web',
    object: {
      spec: {
        replicas: 0,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
        template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1', ports: [{ containerPort: 80 }] }] } },
      },
    },
  },
  {
    args: 'job once --image=busybox -- sh -c true',
    get: 'job once',
    object: { spec: { completions: 1, template: { spec: { containers: [{ command: ['sh', '-c', 'true'] }] } } } },
  },
  {
    args: 'cronjob nightly --image=busybox --schedule=0_3_*_*_*',
    get: 'cronjob nightly',
    object: { spec: { schedule: '0 3 * * *', suspend: false, concurrencyPolicy: 'Allow' } },
  },
  {
    args: 'service clusterip front --tcp=80:8080',
    get: 'service front',
    object: { spec: { ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }], selector: { app: 'front' } } },
  },
  { args: 'service nodeport np --tcp=80', get: 'service np', object: { spec: { type: 'NodePort' } } },
  {
    args: 'service externalname en --external-name=db.example.com',
    get: 'service en',
    object: { spec: { type: 'ExternalName', externalName: 'db.example.com' } },
  },
  {
    args: 'role reader --verb=get,list --resource=pods',
    get: 'role reader',
    object: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] },
  },
  {
    args: 'rolebinding read --role=reader --serviceaccount=default:robot --user=alice',
    get: 'rolebinding read',
    object: {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' },
        { kind: 'ServiceAccount', name: 'robot', namespace: 'default' },
      ],
    },
  },
  {
    args: 'clusterrole health --verb=get --non-resource-url=/healthz',
    get: 'clusterrole health',
    object: { rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] },
  },
  {
    args: 'clusterrolebinding all --clusterrole=view --group=dev',
    get: 'clusterrolebinding all',
    object: { subjects: [{ kind: 'Group', name: 'dev' }] },
  },
  {
    args: 'quota q --hard=configmaps=9,requests.storage=1Gi',
    get: 'quota q',
    object: { spec: { hard: { configmaps: '9', 'requests.storage': '1Gi' } } },
  },
  {
    args: 'poddisruptionbudget b --selector=app=web --min-available=0',
    get: 'poddisruptionbudget b',
    object: { spec: { minAvailable: 0, selector: { matchLabels: { app: 'web' } } } },
  },
  {
    args: 'ingress i --rule=shop.example.com/*=front:80 --class=main',
    get: 'ingress i',
    object: {
      spec: {
        ingressClassName: 'main',
        rules: [
          {
            host: 'shop.example.com',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'front', port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
  },
  { args: 'priorityclass high --value=7', get: 'priorityclass high', object: { value: 7 } },
];

describe.skipIf(program === undefined)('kubectl create against the embedded Kubernetes API', () => {
  let server: ApiServer;
  let kubectl: Kubectl;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stoa-apiserver-'));
    server = await createApiServer({ name: 'dev', clock: systemClock });
    await server.listen();
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, server.kubeconfig());
    kubectl = kubectlFor(program ?? '', kubeconfig);
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it.each(CREATED)('creates: $args', async ({ args, get, object }) => {
    // an underscore stands for a space within one argument
    const words = args.split(' ').map((word) => word.replaceAll('_', ' '));
    const [noun = '', ...rest] = words;
    await kubectl('create', noun, '--dry-run=server', ...rest);
    expect(await kubectl('create', ...words)).toMatch(/created\n$/);
    expect(JSON.parse(await kubectl('get', ...get.split(' '), '-o', 'json'))).toMatchObject(object);
  });

  it('autoscales, runs, exposes and asks who may', async () => {
    expect(await kubectl('autoscale', 'deployment', 'web', '--max=3', '--cpu-percent=70')).toContain('autoscaled');
    expect(await kubectl('run', 'one', '--image=nginx', '--restart=Never')).toContain('pod/one created');
    expect(await kubectl('expose', 'deployment', 'web', '--port=80')).toContain('exposed');
    expect(await kubectl('auth', 'can-i', 'create', 'pods')).toBe('yes\n');
    expect(await kubectl('auth', 'can-i', '--list')).toContain('*.*');
    expect(await kubectl('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toContain('admin');
  });

  it('issues tokens, and takes them', async () => {
    const token = (await kubectl('create', 'token', 'robot', '--duration=1h')).trim();
    expect(token.split('.')).toHaveLength(3);
    const response = await server.fetch('https://in.process/api/v1/namespaces/default/pods', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it('names the kind that it does not read as protobuf', async () => {
    const kind = Buffer.from('\x0a\x02v1\x12\x08Endpoint', 'latin1');
    const body = Buffer.concat([Buffer.from('k8s\0\x0a', 'latin1'), Buffer.from([kind.length]), kind]);
    const response = await server.fetch('https://in.process/api/v1/namespaces/default/endpoints', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('Endpoint of v1') as string });
  });

  it('tells a broken protobuf body from one that it does not know', async () => {
    for (const text of ['', 'k8s', 'k8s\0\xff', 'k8s\0\x0a\x7f', '{}']) {
      const response = await server.fetch('https://in.process/api/v1/namespaces/default/configmaps', {
        method: 'POST',
        body: Buffer.from(text, 'latin1'),
        headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
      });
      expect(response.status).toBe(400);
      await response.body?.cancel();
    }
  });
});
