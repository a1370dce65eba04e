import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../src/core/index.ts';
import type { JsonObject } from '../../../src/core/index.ts';
import { createKubeClient } from '../../../src/kube/index.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/index.ts';
import { approve, createImageGate, promote } from '../../../src/promotion/index.ts';
import type { ImageGate } from '../../../src/promotion/index.ts';
import { imageWebhook, startAdmissionServer } from '../../../src/server/index.ts';
import { createApiServer, createAuthority, issueCertificate } from '../../../src/standins/apiserver/index.ts';
import { createVerdictCache } from '../../../src/supply-chain/index.ts';
import { ATTACKS, ArtefactShop } from '../../support/artefact-shop.ts';
import { PromotionWorld, delivery } from '../../support/promotion-world.ts';

const stack = new AsyncDisposableStack();
const broken: ImageGate = { judge: () => Promise.reject(new Error('the hub is away')) };
let shop: ArtefactShop;
let world: PromotionWorld;
/** Clusters whose webhook asks the gate over HTTPS; of the last one the gate is broken. */
const clusters: Record<'dev' | 'staging' | 'shut', KubeClient> = {} as never;
/** What staging has had, oldest first. */
const had: string[] = [];
let count = 0;

beforeAll(async () => {
  shop = stack.use(await ArtefactShop.open());
  const exempt = `  cache: { maxAge: 6h }
  exempt:
    - { repository: mesh.test/istio/*, reason: the mesh puts it beside each Pod, until: 2100-01-01T00:00:00Z }
    - { repository: old.test/tool/*, reason: until it is signed, until: 2020-01-01T00:00:00Z }
`;
  world = stack.use(
    await PromotionWorld.create({
      registry: shop.host,
      files: shop.files(exempt),
      wrap: (ports) => ({ ...ports, registry: shop.client }),
    }),
  );
  const { hub, mirror, clock } = world;
  const gate = createImageGate({ hub, mirror, clock, registry: shop.client, verdicts: createVerdictCache() });
  clusters.dev = await cluster('dev', gate);
  clusters.staging = await cluster('staging', gate);
  clusters.shut = await cluster('staging', broken);
  for (let round = 0; round < 3; round++) had.push(await toStaging(await shop.built()));
}, 60_000);

afterAll(() => stack.disposeAsync());

/** A cluster that asks before it runs an image. */
async function cluster(environment: string, gate: ImageGate): Promise<KubeClient> {
  const authority = await createAuthority('admission', Date.now());
  const own = await issueCertificate(authority, { commonName: 'stoa-cd', hosts: ['127.0.0.1'] }, Date.now());
  const { certificate, key } = own;
  const ports = { gate, ledger: world.ledger, clock: systemClock, logger: silentLogger };
  const server = stack.use(await startAdmissionServer({ ...ports, certificate, key }));
  const api = stack.use(await createApiServer({ name: environment, clock: systemClock }));
  const client = createKubeClient({ server: 'https://cluster.test', fetch: api.fetch, fieldManager: 'test' });
  await client.create(imageWebhook({ environment, url: server.url, authority: authority.certificate }));
  return client;
}

/** Through dev and staging, by the gates. */
async function toStaging(digest: string): Promise<string> {
  await world.release('web', `1.${shop.count}.0`, digest);
  await world.settle();
  const target = { service: 'web', environment: 'staging' };
  const { iid } = await promote(world.verbs('alice'), world.actor('alice'), target);
  await world.settle();
  const name = (await world.promotions()).find(({ spec }) => spec.mergeRequest.iid === iid)?.metadata.name ?? '';
  await approve(world.verbs('bob'), world.actor('bob'), name);
  await world.settle();
  expect((await world.promotion(name)).status?.phase).toBe('Deployed');
  return digest;
}

const web = (digest: string): string => `${shop.host}/stoa/web@${digest}`;

function pod(image: string): KubeObject {
  const metadata = { name: `p${++count}`, namespace: 'default' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'main', image }] } };
}

function deployment(image: string): KubeObject {
  const labels = { app: `d${++count}` };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
  const spec: JsonObject = { replicas: 1, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `d${count}`, namespace: 'default' }, spec };
}

const refusalOf = (environment: string, why: RegExp): object => ({
  reason: 'Forbidden',
  message: expect.stringMatching(
    new RegExp(
      `^admission webhook "images.delivery.stoa.dev" denied the request: ${environment} does not run .*${why.source}`,
    ),
  ) as string,
});

describe('a protected cluster', () => {
  it('runs what the gates have brought, and what they had brought before it', async () => {
    await expect(clusters.staging.create(pod(web(had[2] ?? '')))).resolves.toMatchObject({ kind: 'Pod' });
    await expect(clusters.staging.create(deployment(web(had[1] ?? '')))).resolves.toMatchObject({ kind: 'Deployment' });
  });

  it.each(ATTACKS)('does not run an image that $what', async ({ make, why }) => {
    const image = web(await make(shop));
    await expect(clusters.staging.create(pod(image))).rejects.toMatchObject(refusalOf('staging', why));
    await expect(clusters.staging.create(deployment(image))).rejects.toMatchObject(refusalOf('staging', why));
  });

  it.each([
    {
      what: 'good, but that no promotion has brought',
      image: async () => web(await shop.built()),
      why: /no promotion has brought it to staging/,
    },
    { what: 'an old one played again', image: async () => web(had[0] ?? ''), why: /or it was replaced since/ },
    { what: 'named by a tag', image: async () => `${shop.host}/stoa/web:b1`, why: /by a tag, not by its digest/ },
    { what: 'of somebody else', image: async () => 'nginx', why: /no rule for docker.io\/library\/nginx/ },
    { what: 'no longer exempt', image: async () => 'old.test/tool/x:1', why: /no rule for old.test\/tool\/x/ },
    { what: 'not readable', image: async () => 'a/b@sha256:1', why: /a digest is sha256/ },
  ])('does not run an image that is $what', async ({ image, why }) => {
    await expect(clusters.staging.create(pod(await image()))).rejects.toMatchObject(refusalOf('staging', why));
  });

  it('runs images of others that the policy exempts', async () => {
    await expect(clusters.staging.create(pod('mesh.test/istio/proxy:1.2'))).resolves.toMatchObject({ kind: 'Pod' });
  });

  it('sees init containers, too', async () => {
    const good = web(had[2] ?? '');
    const init = pod(good);
    (init['spec'] as JsonObject)['initContainers'] = [{ name: 'init', image: 'evil.test/x/y:1' }];
    await expect(clusters.staging.create(init)).rejects.toMatchObject(refusalOf('staging', /no rule for evil.test/));
  });

  it('does not run what is in quarantine, but lets what runs be changed in other ways', async () => {
    const digest = had[1] ?? '';
    const running = await clusters.staging.create(deployment(web(digest)));
    const quarantine = {
      digest,
      image: `${shop.host}/stoa/web`,
      reason: 'it leaks',
      by: 'erin',
      at: '2026-01-01T00:00:00Z',
    };
    await world.hub.create(delivery('Quarantine', 'leak', quarantine));

    await expect(clusters.staging.create(pod(web(digest)))).rejects.toMatchObject(
      refusalOf('staging', /it is in quarantine: it leaks/),
    );
    const name = running.metadata.name ?? '';
    const key = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'default', name };
    const scaled = clusters.staging.patch(key, { type: 'merge', body: { spec: { replicas: 0 } } });
    await expect(scaled).resolves.toMatchObject({ spec: { replicas: 0 } });
  });

  it('goes on with what it knows while the registry is down, and with nothing else', async () => {
    const unseen = await shop.built();
    shop.down = true;
    await expect(clusters.staging.create(pod(web(had[2] ?? '')))).resolves.toMatchObject({ kind: 'Pod' });
    await expect(clusters.staging.create(pod(web(unseen)))).rejects.toMatchObject(refusalOf('staging', /registry: /));
    shop.down = false;
  });

  it('runs nothing new while nobody can judge it', async () => {
    await expect(clusters.shut.create(pod(web(had[2] ?? '')))).rejects.toMatchObject({
      reason: 'Forbidden',
      message: expect.stringContaining('the images cannot be judged now: the hub is away') as string,
    });
  });

  it('has each refusal in the ledger once, with who asked', async () => {
    const image = web(await shop.unsigned());
    for (let time = 0; time < 3; time++) await expect(clusters.staging.create(pod(image))).rejects.toThrow('signature');
    const found = async () =>
      (await world.ledger.records()).filter(({ predicate }) => predicate['about'] === `staging/${image}`);
    await expect.poll(found, { timeout: 20_000, interval: 200 }).toHaveLength(1);
    expect((await found())[0]?.predicate).toMatchObject({
      ...{ actor: 'kubernetes-admin', environment: 'staging', outcome: 'Refused' },
      reason: expect.stringMatching(/^Pod default\/p\d+: signature: /) as string,
    });
  }, 30_000);
});

describe('a cluster that follows main', () => {
  it('runs images of others, and what is signed; not what is not', async () => {
    await expect(clusters.dev.create(pod('nginx:1.25'))).resolves.toMatchObject({ kind: 'Pod' });
    await expect(clusters.dev.create(pod(web(await shop.built())))).resolves.toMatchObject({ kind: 'Pod' });
    const plain = web(await shop.unsigned());
    await expect(clusters.dev.create(pod(plain))).rejects.toMatchObject(refusalOf('dev', /signature: /));
  });
});
