import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseYaml } from '../../../src/core/index.ts';
import type { KubeObject } from '../../../src/kube/index.ts';
import { GitopsWorld, applicationKey } from '../../support/gitops-world.ts';
import { sharedFolder } from '../../support/tools.ts';

const real = sharedFolder('real');
const ROOT = 'k8s/gateways';
const OVERLAY = `${ROOT}/overlays/dev`;

/** Every file below a folder, by its path there. */
function filesBelow(folder: string, prefix: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [join(prefix, file.slice(folder.length)), readFileSync(file, 'utf8')];
    }),
  );
}

function documents(folder: string): readonly KubeObject[] {
  const all = Object.values(filesBelow(folder, '')).flatMap((text) => parseYaml(text));
  return all.filter((document) => document !== null) as unknown as readonly KubeObject[];
}

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const INGRESS = { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' };

/** What the comments of the manifests promise, on the manifests as they are. */
describe.skipIf(real === undefined)('the Applications of the real platform (in ../shared/real)', () => {
  let world: GitopsWorld;
  beforeEach(async () => {
    world = await GitopsWorld.create();
    const folder = real ?? '';
    for (const definition of documents(join(folder, 'stoa-crds'))) await world.hub.create(definition);
    world.push(filesBelow(join(folder, 'stoa-gateways'), ROOT));
    for (const object of documents(join(folder, 'stoa-argocd'))) await world.hub.create(object);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  /** Says of everything that waits to be ready that it is, as the cluster's own controllers would. */
  async function beReady(namespace: string): Promise<void> {
    for (const { metadata, ...rest } of (await world.hub.list(DEPLOYMENT, { namespace })).items) {
      const { replicas = 1 } = rest['spec'] as { readonly replicas?: number };
      const counts = { replicas, readyReplicas: replicas, availableReplicas: replicas, updatedReplicas: replicas };
      const body = { status: { ...counts, observedGeneration: metadata.generation ?? 1 } };
      const key = { ...DEPLOYMENT, namespace, name: metadata.name ?? '' };
      await world.hub.patch(key, { type: 'merge', body }, { subresource: 'status' });
    }
    for (const { metadata } of (await world.hub.list(INGRESS, { namespace })).items) {
      const body = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
      const key = { ...INGRESS, namespace, name: metadata.name ?? '' };
      await world.hub.patch(key, { type: 'merge', body }, { subresource: 'status' });
    }
  }

  async function deployed(): Promise<void> {
    await world.start();
    for (const environment of ['dev', 'staging']) {
      await world.until(async () => {
        await beReady(`gateway-${environment}`);
        const { sync, operationState } = await world.status(`gateways-${environment}`);
        return sync?.status === 'Synced' && operationState?.phase === 'Succeeded';
      });
    }
  }

  function push(files: Readonly<Record<string, string>>): void {
    world.push(files);
    world.engine.repositoryChanged('https://github.com/stoa-platform/stoa.git');
  }

  async function deployments(namespace: string): Promise<readonly (string | undefined)[]> {
    return (await world.hub.list(DEPLOYMENT, { namespace })).items.map(({ metadata }) => metadata.name).sort();
  }

  it('go each to a namespace of its own, which is made for it', async () => {
    await deployed();
    expect(await deployments('gateway-dev')).toEqual(['echo-backend', 'stoa-gateway', 'stoa-link-wm']);
    expect(await deployments('gateway-staging')).toEqual(['echo-backend', 'stoa-gateway', 'stoa-link-wm']);
    expect((await world.status('gateways-dev')).health?.status).toBe('Healthy');
  });

  it('prune what Git drops, but never a whole namespace', async () => {
    await deployed();
    const overlay = readFileSync(join(real ?? '', 'stoa-gateways/overlays/dev/kustomization.yaml'), 'utf8');
    push({ [`${OVERLAY}/kustomization.yaml`]: overlay.replace('  - ingress.yaml\n', '') });
    await world.until(async () => (await world.hub.list(INGRESS, { namespace: 'gateway-dev' })).items.length === 0);

    push({ [`${OVERLAY}/kustomization.yaml`]: 'resources: []\nnamespace: gateway-dev\n' });
    await world.until(async () => ((await world.status('gateways-dev')).conditions ?? []).length > 0);
    world.clock.advance(600_000);
    await world.engine.idle();
    expect(await deployments('gateway-dev')).toEqual(['echo-backend', 'stoa-gateway', 'stoa-link-wm']);
    expect(await deployments('gateway-staging')).toHaveLength(3);
  });

  it('fail on a field that somebody else applied, instead of taking it', async () => {
    const name = 'stoa-gateway';
    await world.hub.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gateway-dev' } });
    const theirs = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'gateway-dev' },
      spec: { selector: { app: 'theirs' }, ports: [{ port: 1, name: 'theirs' }] },
    };
    await world.hub.apply(theirs, { fieldManager: 'somebody-else' });
    await world.start();
    const failed = async (): Promise<string | undefined> => {
      const { operationState } = await world.status('gateways-dev');
      return operationState?.syncResult?.resources?.find(
        ({ kind, status }) => kind === 'Service' && status === 'SyncFailed',
      )?.message;
    };
    await world.until(async () => (await failed()) !== undefined, 3_600_000);
    expect(await failed()).toContain('somebody-else');
    const live = await world.hub.get({ group: '', version: 'v1', kind: 'Service', namespace: 'gateway-dev', name });
    expect(live?.['spec']).toMatchObject({ selector: { app: 'theirs' } });
  });

  it.each([
    [
      'a repository that is not listed',
      { source: { repoURL: 'https://github.com/other/repo.git' } },
      'is not permitted in project',
    ],
    [
      'a namespace that was left out on purpose',
      { destination: { namespace: 'gateway-rec' } },
      'do not match any of the allowed',
    ],
  ])('are refused %s', async (...[, spec, message]) => {
    await world.start();
    await world.hub.patch(applicationKey('gateways-dev'), { type: 'merge', body: { spec } });
    await world.until(async () => {
      const { conditions = [] } = await world.status('gateways-dev');
      return conditions.some((one) => one.type === 'InvalidSpecError' && one.message.includes(message));
    });
  });
});
