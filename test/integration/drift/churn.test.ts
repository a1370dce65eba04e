import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kube/index.ts';
import { configMapKey, manifest } from '../../support/gitops-world.ts';
import { seededRandom } from '../../support/random.ts';
import { DriftWorld } from './drift-world.ts';

const DAYS = process.env['STOA_CD_HEAVY'] === undefined ? 0.5 : 7;
const HOUR = 3_600_000;

const labels = { app: 'web' };
const FILES = {
  'web.yaml': manifest('Deployment', 'web', {
    apiVersion: 'apps/v1',
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
    },
  }),
  'hook.yaml': manifest('ValidatingWebhookConfiguration', 'hook', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    webhooks: [
      {
        ...{ name: 'a.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'] },
        clientConfig: { service: { namespace: 'web', name: 'hook' } },
      },
    ],
  }),
  'secret.yaml': manifest('Secret', 'target', { type: 'Opaque' }),
  'service.yaml': manifest('Service', 'web', { spec: { ports: [{ port: 80 }] } }),
};

const KEYS = {
  deployment: { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'web', name: 'web' },
  hook: {
    ...{ group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingWebhookConfiguration' },
    name: 'hook',
  },
  secret: { ...configMapKey('target'), kind: 'Secret' },
  service: { ...configMapKey('web'), kind: 'Service' },
};

type Churn = (world: DriftWorld, n: number) => Promise<unknown>;

/** What controllers of the platform do all day, each with its own name. */
const CHURN: readonly Churn[] = [
  async (world, n) =>
    world.edit(
      KEYS.deployment,
      { spec: { replicas: 1 + (n % 9) } },
      { subresource: 'scale', fieldManager: 'kube-controller-manager' },
    ),
  async (world, n) =>
    world.edit(
      KEYS.deployment,
      { metadata: { annotations: { 'deployment.kubernetes.io/revision': String(n) } } },
      { fieldManager: 'kube-controller-manager' },
    ),
  async (world, n) =>
    world.edit(
      KEYS.deployment,
      { status: { replicas: n % 9, observedGeneration: n } },
      { subresource: 'status', fieldManager: 'kube-controller-manager' },
    ),
  async (world, n) => {
    const clientConfig = { caBundle: Buffer.from(`ca ${n}`).toString('base64') };
    const body = { webhooks: [{ name: 'a.example.com', clientConfig }] };
    await world.hub.patch(KEYS.hook, { type: 'strategic', body }, { fieldManager: 'cert-manager-cainjector' });
  },
  async (world, n) =>
    world.edit(
      KEYS.secret,
      {
        metadata: { annotations: { 'reconcile.external-secrets.io/data-hash': String(n) } },
        data: { password: Buffer.from(String(n)).toString('base64') },
      },
      { fieldManager: 'external-secrets' },
    ),
  async (world, n) =>
    world.edit(
      KEYS.service,
      {
        metadata: { annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'web' } },
        spec: { selector: { 'rollouts-pod-template-hash': `hash${n}` } },
      },
      { fieldManager: 'rollouts-controller' },
    ),
  async (world, n) => {
    const owner: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `child-${n}`, namespace: 'web', ownerReferences: [await ownerOf(world)] },
    };
    await world.hub.create(owner, { fieldManager: 'some-operator' });
  },
];

async function ownerOf(world: DriftWorld): Promise<NonNullable<KubeObject['metadata']['ownerReferences']>[number]> {
  const { uid = '' } = (await world.get(KEYS.deployment))?.metadata ?? {};
  return { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid };
}

describe('days of a platform at work', () => {
  it('declared co-owners at work', { timeout: 600_000 }, async () => {
    const kinds = [{ version: 'v1', kind: 'ConfigMap' }];
    await using world = await DriftWorld.create({
      files: FILES,
      policy: { addedObjects: [{ namespaces: ['web'], kinds, action: 'Remove' }] },
    });
    const random = seededRandom(49);
    const end = world.gitops.clock.now() + DAYS * 24 * HOUR;
    let n = 0;
    while (world.gitops.clock.now() < end) {
      const churn = CHURN[n++ % CHURN.length];
      await churn?.(world, n);
      // In one go, but for a while in which everybody gets to act.
      world.gitops.clock.advance(60_000 + Math.floor(random() * 600_000));
      await world.pass(2_000);
    }

    expect(n).toBeGreaterThan(DAYS * 24 * 4);
    expect([world.facts, world.alerts(), await world.events()]).toEqual([[], [], []]);
    expect((await world.get(KEYS.service))?.['spec']).toMatchObject({
      selector: { 'rollouts-pod-template-hash': expect.stringContaining('hash') as string },
    });
    await world.edit(KEYS.service, { spec: { selector: { mine: 'x' } } });
    await world.until(() => world.facts.length > 0);
  });
});
