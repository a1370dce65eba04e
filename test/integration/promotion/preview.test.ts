import { beforeEach, describe, expect, it } from 'vitest';
import type { Mirror } from '../../../src/git/index.ts';
import { previewChange } from '../../../src/promotion/index.ts';
import type { ChangePreview } from '../../../src/promotion/index.ts';
import { MemoryRemote } from '../../support/memory-mirror.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  template: { spec: { containers: [{ name: web, image: web:1 }] } }
`;

let remote: MemoryRemote;
let mirror: Mirror;
let base: string;
beforeEach(() => {
  remote = new MemoryRemote('https://git.test/envs.git');
  mirror = remote.mirror();
  base = remote.commit({
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml': DEPLOYMENT,
    'components/debug/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: { debug: "on" }\n',
    'envs/dev/kustomization.yaml': 'resources: [../../base]\ncomponents: [../../components/debug]\nnamespace: dev\n',
    'envs/prod/kustomization.yaml': 'resources: [../../base]\nnamespace: prod\n',
    'tenants/acme/kustomization.yaml': 'resources: [quota.yaml]\n',
    'tenants/acme/quota.yaml': 'apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: acme }\n',
  });
});

async function after(changes: Readonly<Record<string, string | null>>): Promise<ChangePreview> {
  const head = remote.commit(changes);
  await mirror.fetch();
  return previewChange(mirror, { base, head, signal: AbortSignal.timeout(10_000) });
}

describe('a preview', () => {
  it('shows what changes where, and whose Pods are replaced', async () => {
    const preview = await after({
      'base/web.yaml': DEPLOYMENT.replace('web:1', 'web:2').replace('replicas: 1', 'replicas: 3'),
    });
    expect(preview).toMatchObject({ total: 3, policy: [] });
    expect(preview.overlays.map(({ path }) => path)).toEqual(['envs/dev', 'envs/prod']);
    expect(preview.overlays[1]).toEqual({
      path: 'envs/prod',
      changes: [
        {
          object: 'apps/v1 Deployment prod/web',
          kind: 'changed',
          fields: ['spec.replicas: 1 → 3', 'spec.template.spec.containers.0.image: "web:1" → "web:2"'],
        },
      ],
      restarts: ['apps/v1 Deployment prod/web'],
    });
  });

  it('names nothing where nothing is rendered differently', async () => {
    const preview = await after({ 'base/web.yaml': `# a comment\n${DEPLOYMENT}`, 'README.md': 'More\n' });
    expect(preview.overlays).toEqual([]);
  });

  it('restarts nothing for a scale, and says what decides about images', async () => {
    const preview = await after({
      'base/web.yaml': DEPLOYMENT.replace('replicas: 1', 'replicas: 3'),
      'policy/artefacts.yaml': 'kind: ArtefactPolicy\n',
    });
    expect(preview.overlays.map(({ restarts }) => restarts)).toEqual([[], []]);
    expect(preview.policy).toEqual(['policy/artefacts.yaml']);
  });

  it('knows overlays that come and go', async () => {
    const preview = await after({
      'tenants/acme/kustomization.yaml': null,
      'tenants/acme/quota.yaml': null,
      'tenants/zeta/kustomization.yaml': 'resources: [quota.yaml]\n',
      'tenants/zeta/quota.yaml': 'apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: zeta }\n',
    });
    expect(preview.overlays.map(({ path, changes }) => [path, changes.map(({ kind }) => kind)])).toEqual([
      ['tenants/acme', ['removed']],
      ['tenants/zeta', ['added']],
    ]);
  });

  it('says which overlay cannot be rendered any more', async () => {
    const preview = await after({ 'envs/dev/kustomization.yaml': 'resources: [../../nowhere]\n' });
    expect(preview.overlays).toMatchObject([{ path: 'envs/dev', fault: expect.stringMatching(/nowhere/) as string }]);
  });
});
