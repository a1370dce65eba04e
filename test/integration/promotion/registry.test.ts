import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, createImageGate, promote } from '../../../src/promotion/index.ts';
import { createOciClient, createVerdictCache } from '../../../src/supply-chain/index.ts';
import { ArtefactShop } from '../../support/artefact-shop.ts';
import { startDockerRegistry } from '../../support/docker-registry.ts';
import { PromotionWorld } from '../../support/promotion-world.ts';
import { findProgram } from '../../support/tools.ts';

const skopeo = findProgram('skopeo');
const dockerRegistry = findProgram('docker-registry');
for (const [name, found] of Object.entries({ skopeo, 'docker-registry': dockerRegistry }))
  if (found === undefined) process.stderr.write(`promotion/registry.test.ts is skipped: ${name} not found\n`);
const here = skopeo !== undefined && dockerRegistry !== undefined;

describe.skipIf(!here)("an image that skopeo pushed to Debian's docker-registry", () => {
  const stack = new AsyncDisposableStack();
  let shop: ArtefactShop;
  let world: PromotionWorld;
  let host: string;
  beforeAll(async () => {
    shop = stack.use(await ArtefactShop.open());
    host = new URL(stack.use(await startDockerRegistry(dockerRegistry ?? '')).url).host;
    world = stack.use(await PromotionWorld.create({ registry: host, files: shop.files('', host) }));
  });
  afterAll(() => stack.disposeAsync());

  const run = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(skopeo ?? '', ['--insecure-policy', ...args])).stdout;

  const push = async (tag: string): Promise<unknown> =>
    run(
      ...['copy', '--src-tls-verify=false', '--dest-tls-verify=false', '--preserve-digests'],
      ...[`docker://${shop.host}/stoa/web:${tag}`, `docker://${host}/stoa/web:${tag}`],
    );

  /** With what is signed about it, as Cosign keeps it: under tags named after the digest. */
  async function pushSigned(digest: string): Promise<void> {
    await push(`b${shop.count}`);
    const list = await run('list-tags', '--tls-verify=false', `docker://${shop.host}/stoa/web`);
    const { Tags } = JSON.parse(list) as { readonly Tags: readonly string[] };
    for (const tag of Tags.filter((one) => one.startsWith(digest.replace(':', '-')))) await push(tag);
  }

  async function promoted(environment: string): Promise<string> {
    const { iid } = await promote(world.verbs('alice'), world.actor('alice'), { service: 'web', environment });
    await world.settle();
    const name = (await world.promotions()).find(({ spec }) => spec.mergeRequest.iid === iid)?.metadata.name ?? '';
    await approve(world.verbs('bob'), world.actor('bob'), name);
    await world.settle();
    return name;
  }

  it('is released, promoted and admitted as any other', async () => {
    const digest = await shop.built();
    await pushSigned(digest);

    const name = await world.release('web', '1.0.1', digest);
    await world.settle();
    expect((await world.promotion(name)).status).toMatchObject({ phase: 'Deployed', artefacts: [{ verified: true }] });
    const staging = await promoted('staging');
    expect((await world.promotion(staging)).status?.phase).toBe('Deployed');

    const { hub, mirror, clock } = world;
    const registry = createOciClient({ fetch });
    const gate = createImageGate({ hub, mirror, clock, registry, verdicts: createVerdictCache() });
    const image = `${host}/stoa/web@${digest}`;
    expect(await gate.judge('staging', [image], AbortSignal.timeout(10_000))).toMatchObject([{ allowed: true }]);
  });

  it('is refused without what is signed about it', async () => {
    const digest = await shop.built();
    await push(`b${shop.count}`);

    const name = await world.release('web', '1.0.2', digest);
    await world.settle();
    const gates = (await world.promotion(name)).status?.gates ?? [];
    expect(gates.find((gate) => gate.name === 'artefact')).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/signature: /) as string,
    });
  });
});
