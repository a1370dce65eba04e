import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, promote } from '../../../src/promotion/index.ts';
import type { GateStatus } from '../../../src/promotion/index.ts';
import { ATTACKS, ArtefactShop } from '../../support/artefact-shop.ts';
import { PromotionWorld } from '../../support/promotion-world.ts';

let shop: ArtefactShop;
let world: PromotionWorld;
beforeAll(async () => {
  shop = await ArtefactShop.open();
  world = await PromotionWorld.create({
    registry: shop.host,
    files: shop.files(),
    wrap: (ports) => ({ ...ports, registry: shop.client }),
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

async function gateOf(name: string): Promise<GateStatus | undefined> {
  await world.settle();
  return (await world.promotion(name)).status?.gates.find((gate) => gate.name === 'artefact');
}

const released = async (digest: string): Promise<string> => world.release('web', `1.${shop.count}.0`, digest);

describe('a release', () => {
  it('goes on when it is signed, comes from where it should, and says what is in it', async () => {
    const name = await released(await shop.built());
    expect(await gateOf(name)).toMatchObject({
      state: 'passed',
      reason: expect.stringMatching(
        /^Verified: signature, sbom, built from .*refs\/heads\/main at cccccccccccc$/,
      ) as string,
    });
    expect((await world.promotion(name)).status).toMatchObject({ phase: 'Deployed', artefacts: [{ verified: true }] });
    const records = (await world.ledger.records()).filter(({ id }) => id.startsWith('deployment/'));
    expect(records.at(-1)?.predicate).toMatchObject({ environment: 'dev', committedAt: '2026-01-01T00:00:00Z' });
  });

  it.each([
    ...ATTACKS,
    {
      what: 'was built from another commit',
      make: async () => shop.built({ commit: 'd'.repeat(40) }),
      why: /commit: /,
    },
  ])('is refused at the first merge request when it $what', async ({ make, why }) => {
    const before = await world.mirror.resolve('main');
    const name = await released(await make(shop));
    expect(await gateOf(name)).toMatchObject({ state: 'failed', reason: expect.stringMatching(why) as string });
    await world.mirror.fetch();
    expect(await world.mirror.resolve('main')).toBe(before);
  });

  it('is refused when it was built before what the environment has had', async () => {
    const old = await shop.built();
    const newer = await released(await shop.built());
    expect(await gateOf(newer)).toMatchObject({ state: 'passed' });
    const name = await released(old);
    expect(await gateOf(name)).toMatchObject({ state: 'failed', reason: expect.stringMatching(/age: /) as string });
  });

  it('waits while the registry is down', async () => {
    const digest = await shop.built();
    shop.down = true;
    const name = await released(digest);
    expect(await gateOf(name)).toMatchObject({
      state: 'pending',
      reason: expect.stringMatching(/registry: /) as string,
    });
    shop.down = false;
    expect(await gateOf(name)).toMatchObject({ state: 'passed' });
    expect((await world.promotion(name)).status?.phase).toBe('Deployed');
  });
});

describe('the note on a merge request', () => {
  it('says what changes, what is known of the images, and how they did in the environment before', async () => {
    await gateOf(await released(await shop.built()));
    const { iid } = await promote(world.verbs('alice'), world.actor('alice'), {
      service: 'web',
      environment: 'staging',
    });
    await world.settle();
    const notes = await world.forgeAs('alice').notes(iid);
    expect(notes).toHaveLength(1);
    expect(notes[0]?.body).toMatch(/^### What this changes, rendered\n/);
    expect(notes[0]?.body).toMatch(/\| changed \| `apps\/v1 Deployment web` \|/);
    expect(notes[0]?.body).toMatch(
      /\| Reach \| 1 object in staging, cluster in-cluster; Pods are replaced: `apps\/v1 Deployment web` \|/,
    );
    expect(notes[0]?.body).toMatch(/\| Images \| `.*` verified \(signature, .*by policy artefacts \|/);
    expect(notes[0]?.body).toMatch(/\| dev \| there since 20.*, now Healthy, \d+ h after the commit \|/);
  });
});

describe('a weaker policy', () => {
  it('on main is not used where it was not approved, and is not brought along', async () => {
    const weaker = (text: string): string => text.replace(/ {6}provenance:.*\n.*sbom:.*\n/, '');
    await world.push('alice', 'policy/artefacts.yaml', weaker);
    const { iid } = await promote(world.verbs('alice'), world.actor('alice'), {
      service: 'web',
      environment: 'staging',
    });
    await world.settle();
    const name = (await world.promotions()).find(({ spec }) => spec.mergeRequest.iid === iid)?.metadata.name ?? '';
    await approve(world.verbs('bob'), world.actor('bob'), name);
    await world.settle();
    const { status } = await world.promotion(name);
    expect(status?.gates.find((gate) => gate.name === 'artefact')?.reason).toMatch(/^Verified: signature, sbom/);
    expect(status?.message).toMatch(
      /^Not deployed: it also changes what may run there by policy\/artefacts\.yaml .*by alice/,
    );
  });
});
