import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/core/index.ts';
import { startProgram } from '../support/running-program.ts';
import type { RunningProgram } from '../support/running-program.ts';
import { eventually, findKubectl, git, kubectlFor, sharedFolder } from '../support/tools.ts';
import type { Kubectl } from '../support/tools.ts';

const real = sharedFolder('real');
const kubectlProgram = await findKubectl();
const missing = [
  real === undefined ? 'the folder of real manifests' : '',
  kubectlProgram === undefined ? 'kubectl' : '',
].filter(Boolean);
if (missing.length > 0) process.stderr.write(`real-input.test.ts is skipped: ${missing.join(' and ')} not found\n`);

const UPSTREAM = 'https://github.com/stoa-platform/stoa.git';

describe.skipIf(missing.length > 0)('the real repository of the platform', () => {
  let scratch: string;
  let program: RunningProgram;
  let kubectl: Kubectl;
  let checkout: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'stoa-real-'));
    program = await startProgram({ data: join(scratch, 'data') });
    kubectl = kubectlFor(kubectlProgram ?? '', program.addresses.clusters.hub.kubeconfig);
    checkout = await pushRepository();
    await kubectl('apply', '-f', join(real ?? '', 'stoa-crds'));
    await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
    await kubectl('apply', '-f', await rewrittenApplications());
  }, 120_000);

  afterAll(async () => {
    await program[Symbol.asyncDispose]();
    await rm(scratch, { recursive: true, force: true });
  });

  const repositoryUrl = (): string => `${program.addresses.forge}/stoa/stoa.git`;

  async function pushRepository(): Promise<string> {
    const folder = join(scratch, 'stoa');
    await cp(join(real ?? '', 'stoa-gateways'), join(folder, 'k8s/gateways'), { recursive: true });
    await git(folder, 'init', '-q', '-b', 'main');
    await git(folder, 'add', '.');
    await git(folder, 'commit', '-qm', 'Add the gateways');
    const alice = program.addresses.users.find(({ name }) => name === 'alice');
    const url = new URL(repositoryUrl());
    url.username = 'alice';
    url.password = alice?.password ?? '';
    await git(folder, 'remote', 'add', 'origin', url.href);
    await git(folder, 'push', '-q', 'origin', 'main');
    return folder;
  }

  async function rewrittenApplications(): Promise<string> {
    const folder = await mkdtemp(join(scratch, 'applications-'));
    for (const name of await readdir(join(real ?? '', 'stoa-argocd'))) {
      const text = (await readFile(join(real ?? '', 'stoa-argocd', name), 'utf8')).replaceAll(
        UPSTREAM,
        repositoryUrl(),
      );
      await writeFile(join(folder, name), withProduction(text));
    }
    return folder;
  }

  /** Upstream has no Application for production: staging's, with the other overlay and namespace. */
  function withProduction(text: string): string {
    const staging = text.split(/^---$/m).find((part) => part.includes('name: gateways-staging'));
    if (staging === undefined) return text;
    const production = staging
      .replace('name: gateways-staging', 'name: gateways-prod')
      .replace('overlays/staging', 'overlays/production')
      .replace('namespace: gateway-staging', 'namespace: stoa-system');
    return `${text.trimEnd()}\n---${production}`;
  }

  async function push(message: string): Promise<string> {
    await git(checkout, 'add', '-A');
    await git(checkout, 'commit', '-qm', message);
    await git(checkout, 'push', '-q', 'origin', 'main');
    return git(checkout, 'rev-parse', 'HEAD');
  }

  const application = async (name: string): Promise<ApplicationShape> =>
    JSON.parse(await kubectl('get', 'application', name, '-n', 'argocd', '-o', 'json')) as ApplicationShape;

  const settled = (name: string, revision?: string): Promise<ApplicationShape> =>
    eventually(`${name} to be Synced and Healthy`, async () => {
      const found = await application(name);
      const ok = found.status?.sync?.status === 'Synced' && found.status.health?.status === 'Healthy';
      return ok && (revision === undefined || found.status.sync.revision === revision) ? found : undefined;
    });

  it('brings all three environments to Synced and Healthy', async () => {
    for (const name of ['gateways-dev', 'gateways-staging', 'gateways-prod']) {
      const { status } = await settled(name);
      expect(status?.operationState?.phase).toBe('Succeeded');
    }
  });

  it.each(['dev', 'staging', 'production'])(
    'runs in %s, field for field, what kubectl kustomize prints',
    async (overlay) => {
      const desired = parseYaml(
        await kubectlFor(kubectlProgram ?? '')('kustomize', join(checkout, `k8s/gateways/overlays/${overlay}`)),
      );
      expect(desired.length).toBeGreaterThan(6);
      for (const object of desired as unknown as readonly ObjectShape[]) {
        const { kind, metadata } = object;
        const live = JSON.parse(
          await kubectl('get', kind, metadata.name, '-n', metadata.namespace, '-o', 'json'),
        ) as unknown;
        expect(live).toMatchObject(object);
      }
    },
  );

  it('reverts an image that somebody set by hand', async () => {
    const image = [
      'get',
      'deployment',
      'stoa-gateway',
      '-n',
      'gateway-staging',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].image}',
    ];
    const before = await kubectl(...image);

    await kubectl(
      'set',
      'image',
      'deployment/stoa-gateway',
      'stoa-gateway=example.com/evil:1',
      '-n',
      'gateway-staging',
    );

    await eventually('the image to be reverted', async () => ((await kubectl(...image)) === before ? true : undefined));
    await settled('gateways-staging');
  });

  it('prunes what is deleted in Git', async () => {
    const file = join(checkout, 'k8s/gateways/overlays/dev/kustomization.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('  - ingress.yaml\n', ''));
    await rm(join(checkout, 'k8s/gateways/overlays/dev/ingress.yaml'));
    const revision = await push('Remove the ingress of dev');

    await settled('gateways-dev', revision);

    expect(await kubectl('get', 'ingress', '-n', 'gateway-dev', '-o', 'name')).toBe('');
  });

  it('leaves the old version serving at a broken commit, says so, and recovers by the next good one', async () => {
    const file = join(checkout, 'k8s/gateways/base/echo/deployment.yaml');
    const good = await readFile(file, 'utf8');
    await writeFile(file, `${good}\n  broken: [`);
    await push('Break the manifest');

    const broken = await eventually('the condition on the Application', async () => {
      const found = await application('gateways-dev');
      return found.status?.conditions?.some(({ type }) => type === 'ComparisonError') === true ? found : undefined;
    });
    expect(broken.status?.conditions?.find(({ type }) => type === 'ComparisonError')?.message).toContain(
      'deployment.yaml',
    );
    expect(
      await kubectl('get', 'deployment', 'echo-backend', '-n', 'gateway-dev', '-o', 'jsonpath={.status.readyReplicas}'),
    ).toBe('1');

    await writeFile(file, good);
    const revision = await push('Mend the manifest');
    const { status } = await settled('gateways-dev', revision);
    expect(status?.conditions ?? []).toEqual([]);
  });
});

interface ObjectShape {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}

interface ApplicationShape {
  readonly status?: {
    readonly sync?: { readonly status?: string; readonly revision?: string };
    readonly health?: { readonly status?: string };
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly operationState?: { readonly phase?: string };
  };
}
