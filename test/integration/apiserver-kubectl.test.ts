import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createKubeClient } from '../../src/kube/index.ts';
import type { KubeClient, KubeObject } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';
import { findKubectl, kubectlFor } from '../support/tools.ts';
import type { Kubectl } from '../support/tools.ts';

const program = await findKubectl();
if (program === undefined) process.stderr.write('skipped: no kubectl\n');

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };

function deployment(image: string, replicas = 2): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image, ports: [{ containerPort: 80 }] }] },
      },
    },
  });
}

const DEFINITION = JSON.stringify({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer' }, replicas: { type: 'integer' } } },
              status: { type: 'object', properties: { replicas: { type: 'integer' }, phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
});

const WIDGET = JSON.stringify({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'one' },
  spec: { size: 3, replicas: 1 },
});

describe.skipIf(program === undefined)('kubectl against the embedded Kubernetes API', () => {
  let server: ApiServer;
  let client: KubeClient;
  let folder: string;
  let kubeconfig: string;
  let kubectl: Kubectl;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stoa-apiserver-'));
    server = await createApiServer({ name: 'dev', clock: systemClock });
    await server.listen();
    client = createKubeClient({ server: 'https://in.process', fetch: server.fetch, fieldManager: 'test' });
    kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, server.kubeconfig());
    kubectl = kubectlFor(program ?? '', kubeconfig);
  });

  afterAll(() => server[Symbol.asyncDispose]());

  async function file(name: string, content: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  async function failure(...args: readonly string[]): Promise<string> {
    const error: unknown = await kubectl(...args).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return (error as { readonly stderr?: string } | undefined)?.stderr ?? '';
  }

  const live = async (): Promise<KubeObject | undefined> =>
    client.get({ ...DEPLOYMENT, namespace: 'default', name: 'web' });

  async function becomeReady(replicas: number): Promise<void> {
    const object = await live();
    const status = {
      observedGeneration: object?.metadata.generation ?? 0,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      conditions: [{ type: 'Available', status: 'True' }],
    };
    const key = { ...DEPLOYMENT, namespace: 'default', name: 'web' };
    await client.patch(key, { type: 'merge', body: { status } }, { subresource: 'status' });
  }

  /** Starts kubectl, waits until it watches, runs `meanwhile`, and returns what it prints before it ends. */
  async function watching(args: readonly string[], meanwhile: () => Promise<unknown>): Promise<string> {
    const child = spawn(program ?? '', ['--kubeconfig', kubeconfig, '-v=8', ...args], { env: { HOME: folder } });
    const { promise: watches, resolve, reject } = Promise.withResolvers<undefined>();
    const ended = new Promise<number | null>((done) => child.on('close', done));
    let [printed, told] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      if (/watch=true[\s\S]*Response Status: 200/.test(told)) resolve(undefined);
    });
    void ended.then(() => reject(new Error(`kubectl ended before it watched: ${told.slice(-2000)}`)));
    await watches;
    await meanwhile();
    expect(await ended).toBe(0);
    return printed;
  }

  it('tells its version and resources', async () => {
    expect(await kubectl('version')).toMatch(/Server Version: v1\.32/);
    expect(await kubectl('api-versions')).toContain('apps/v1\n');
    expect(await kubectl('api-resources')).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/);
    expect(await kubectl('get', '--raw', '/readyz')).toBe('ok');
    expect(await kubectl('explain', 'deployment.spec.strategy')).toMatch(/rollingUpdate\s+</);
  });

  it('applies, changes, compares and describes a Deployment', async () => {
    const path = await file('web.json', deployment('nginx:1'));
    expect(await kubectl('apply', '-f', path)).toBe('deployment.apps/web created\n');
    expect(await kubectl('apply', '-f', path)).toBe('deployment.apps/web unchanged\n');
    expect(await kubectl('get', 'deploy', 'web')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/2/);

    await file('web.json', deployment('nginx:2'));
    const diff = kubectl('diff', '-f', path);
    await expect(diff).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('nginx:2') as string });
    expect((await live())?.metadata.generation).toBe(1);
    expect(await kubectl('apply', '-f', path)).toBe('deployment.apps/web configured\n');
    expect((await live())?.metadata.generation).toBe(2);

    expect(await kubectl('label', 'deploy', 'web', 'tier=front')).toContain('labeled');
    expect(await kubectl('annotate', 'deploy', 'web', 'note=hi')).toContain('annotated');
    expect(await kubectl('patch', 'deploy', 'web', '-p', '{"spec":{"replicas":4}}')).toContain('patched');
    expect(await kubectl('scale', 'deploy/web', '--replicas=3', '--current-replicas=4')).toContain('scaled');
    expect(await kubectl('set', 'image', 'deploy/web', 'main=nginx:3')).toContain('image updated');
    expect((await live())?.['spec']).toMatchObject({
      replicas: 3,
      template: { spec: { containers: [{ image: 'nginx:3' }] } },
    });
    expect(await kubectl('describe', 'deploy', 'web')).toMatch(/Replicas: +3 desired/);
    expect(await kubectl('get', 'deploy', '-l', 'tier=front', '-o', 'name')).toBe('deployment.apps/web\n');
    expect(await kubectl('get', 'deploy', '-l', 'tier=back', '-o', 'name')).toBe('');
  });

  it('edits through the program named by EDITOR', async () => {
    const editor = await file('editor.sh', '#!/bin/sh\nsed -i s/replicas:.3/replicas:\\ 5/ "$1"\n');
    const child = spawn(program ?? '', ['--kubeconfig', kubeconfig, 'edit', 'deploy', 'web'], {
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, EDITOR: `sh ${editor}` },
    });
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    expect((await live())?.['spec']).toMatchObject({ replicas: 5 });
  });

  it('applies on the server, and tells of conflicts', async () => {
    const path = await file('mine.json', deployment('nginx:4'));
    expect(await failure('apply', '--server-side', '--field-manager=other', '-f', path)).toMatch(
      /conflict.*kubectl|conflicts with/s,
    );
    const forced = await kubectl('apply', '--server-side', '--force-conflicts', '--field-manager=other', '-f', path);
    expect(forced).toContain('serverside-applied');
    const managers = (await live())?.metadata.managedFields?.map((entry) => `${entry.manager} ${entry.operation}`);
    expect(managers).toContain('other Apply');
  });

  it('follows a rollout, a condition and a deletion', async () => {
    const rollout = await watching(['rollout', 'status', 'deploy/web', '--timeout=20s'], () => becomeReady(2));
    expect(rollout).toContain('successfully rolled out');
    await kubectl('wait', '--for=condition=Available', 'deploy/web', '--timeout=10s');
    await client.patch(
      { ...DEPLOYMENT, namespace: 'default', name: 'web' },
      { type: 'merge', body: { metadata: { finalizers: ['example.com/hold'] } } },
    );
    const deleted = await watching(['delete', 'deploy', 'web', '--timeout=20s'], () =>
      client.patch(
        { ...DEPLOYMENT, namespace: 'default', name: 'web' },
        { type: 'merge', body: { metadata: { finalizers: null } } },
      ),
    );
    expect(deleted).toContain('deleted');
    expect(await live()).toBeUndefined();
  });

  it('refuses unknown and duplicate fields, bad kinds and bad names', async () => {
    const typo = await file('typo.json', deployment('nginx:1').replace('"replicas"', '"replicaz"'));
    expect(await failure('apply', '-f', typo)).toContain('strict decoding error: unknown field "spec.replicaz"');
    const number = await file('number.json', deployment('nginx:1').replace('"replicas":2', '"replicas":"two"'));
    expect(await failure('create', '-f', number)).toContain('cannot unmarshal string into Go struct field');
    const name = await file('name.json', deployment('nginx:1').replace('"name":"web"', '"name":"Bad_Name"'));
    expect(await failure('create', '-f', name)).toContain('metadata.name: Invalid value: "Bad_Name"');
    expect(await failure('get', 'deploy', 'none')).toBe(
      'Error from server (NotFound): deployments.apps "none" not found\n',
    );
  });

  it('serves a custom resource as soon as it is defined', async () => {
    await kubectl('apply', '-f', await file('definition.json', DEFINITION));
    await kubectl('wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=10s');
    const widget = await file('widget.json', WIDGET);
    expect(await kubectl('apply', '-f', widget)).toBe('widget.example.com/one created\n');
    expect(await kubectl('apply', '-f', widget)).toBe('widget.example.com/one unchanged\n');
    expect(await kubectl('apply', '--server-side', '-f', widget)).toContain('serverside-applied');
    expect(await kubectl('get', 'wd')).toMatch(/^NAME +SIZE\none +3/);
    expect(await kubectl('scale', 'wd/one', '--replicas=4')).toContain('scaled');
    expect(await kubectl('get', 'wd', 'one', '-o', 'jsonpath={.spec.replicas} {.metadata.generation}')).toBe('4 2');
    await kubectl('patch', 'wd', 'one', '--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Good"}}');
    expect(await kubectl('get', 'wd', 'one', '-o', 'jsonpath={.status.phase} {.metadata.generation}')).toBe('Good 2');
    expect(await kubectl('explain', 'widget.spec')).toContain('size');

    expect(await kubectl('delete', 'crd', 'widgets.example.com', '--timeout=20s')).toContain('deleted');
    expect(await failure('get', 'wd')).toContain('NotFound');
  });

  it('watches a table', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seen', namespace: 'default' } };
    const printed = await watching(['get', 'cm', '--watch-only', '--request-timeout=3s'], () =>
      client.create(object),
    ).catch((error: unknown) => String(error));
    expect(printed).toMatch(/^NAME +DATA +AGE\nseen +0/);
  });

  it('removes a namespace with everything in it', async () => {
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'team' } });
    expect(await kubectl('delete', 'ns', 'team', '--timeout=20s')).toContain('deleted');
    expect(await kubectl('get', 'cm', '-n', 'team', '-o', 'name')).toBe('');
  });

  it('refuses a user without a role, and shows logs', async () => {
    expect(await failure('get', 'pods', '--as=alice')).toContain(
      'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    const spec = { containers: [{ name: 'main', image: 'x' }] };
    await client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec });
    const url = 'https://in.process/api/v1/namespaces/default/pods/p/stoa-log?container=main';
    await server.fetch(url, { method: 'POST', body: 'one\ntwo\n', headers: { 'content-type': 'text/plain' } });
    expect(await kubectl('logs', 'p')).toBe('one\ntwo\n');
    expect(await kubectl('logs', 'p', '--tail=1')).toBe('two\n');
  });
});
