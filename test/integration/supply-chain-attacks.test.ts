import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attest,
  createArtefactSigner,
  createOciClient,
  createVerdictCache,
  generateArtefactKey,
  provenancePredicate,
  signArtefact,
} from '../../src/supply-chain/index.ts';
import { BUILD, COMMIT, SBOM, createWorld, failures, policyFor, releaseImage } from './supply-chain-world.ts';
import type { PushedImage, World } from './supply-chain-world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const LAYOUTS = ['tags', 'referrers'] as const;

describe.each(LAYOUTS)('an image signed and attested in %s', (layout) => {
  it('is verified, with the facts of its build', async () => {
    const image = await releaseImage(world, `good-${layout}`, { layout });

    const verdict = await world.verify(image, policyFor(world), { commit: COMMIT });

    expect(failures(verdict)).toEqual({});
    expect(verdict).toMatchObject({ verified: true, enforced: true, from: 'registry', digest: image.digest });
    expect(verdict.source).toMatchObject({ repository: BUILD.repository, ref: BUILD.ref, commit: COMMIT });
    expect(verdict.checks.map(({ check }) => check)).toEqual(['signature', 'provenance', 'sbom', 'commit']);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it('is signed and attested once, however often it is done', async () => {
    const image = await releaseImage(world, `twice-${layout}`, { layout });
    const before = await attachedTo(image);

    await releaseImage(world, `twice-${layout}`, { layout });

    expect(await attachedTo(image)).toEqual(before);
  });

  it.each([
    { attack: 'unsigned', without: ['signature'] as const, found: { signature: 'MISSING' } },
    { attack: 'SBOM stripped', without: ['sbom'] as const, found: { sbom: 'MISSING' } },
    { attack: 'provenance stripped', without: ['provenance'] as const, found: { provenance: 'MISSING' } },
    {
      attack: 'nothing attached',
      without: ['signature', 'sbom', 'provenance'] as const,
      found: { signature: 'MISSING', sbom: 'MISSING', provenance: 'MISSING' },
    },
  ])('is refused: $attack', async ({ attack, without, found }) => {
    const image = await releaseImage(world, `${attack.replaceAll(' ', '-')}-${layout}`, { layout, without });

    const verdict = await world.verify(image, policyFor(world));

    expect(verdict.verified).toBe(false);
    expect(failures(verdict)).toEqual(found);
  });

  it('is refused when another key signed it', async () => {
    const signer = createArtefactSigner(generateArtefactKey());
    const image = await releaseImage(world, `other-key-${layout}`, { layout, signer });

    const verdict = await world.verify(image, policyFor(world));

    expect(failures(verdict)).toEqual({
      signature: 'UNTRUSTED_SIGNER',
      provenance: 'UNTRUSTED_SIGNER',
      sbom: 'UNTRUSTED_SIGNER',
    });
  });

  it.each([
    { reason: 'another project', build: { repository: 'https://gitlab.example.com/stoa/other' }, code: 'OTHER_SOURCE' },
    { reason: 'another branch', build: { ref: 'refs/heads/feature' }, code: 'OTHER_REF' },
    { reason: 'a branch named like the tag', build: { ref: 'refs/heads/v1.0.0' }, code: 'OTHER_REF' },
    {
      reason: 'another builder',
      build: { builder: 'https://gitlab.example.com/eve/x/-/runners/7' },
      code: 'OTHER_BUILDER',
    },
    { reason: 'a builder one level deeper', build: { builder: `${BUILD.builder}/evil` }, code: 'OTHER_BUILDER' },
    { reason: 'no commit', build: { commit: 'main' }, code: 'OTHER_COMMIT' },
  ])('is refused when it was built from $reason', async ({ reason, build, code }) => {
    const image = await releaseImage(world, `${reason.replaceAll(' ', '-')}-${layout}`, { layout, build });

    expect(failures(await world.verify(image, policyFor(world)))).toEqual({ provenance: code });
  });
});

/** What the registry holds for an image, as digests. */
async function attachedTo({ registry, repository, digest }: PushedImage): Promise<readonly string[]> {
  const tags = ['sig', 'att'].map((suffix) => `${digest.replace(':', '-')}.${suffix}`);
  const found = await Promise.all(
    tags.map((tag) => world.client.resolve({ registry, repository, tag }).catch(() => 'none')),
  );
  const referrers = await world.client.referrers({ registry, repository, digest });
  return [...found, ...referrers.map((referrer) => referrer.digest)];
}

describe('what is attached to another image', () => {
  it('does not count when it is copied over, whatever the layout', async () => {
    const good = await releaseImage(world, 'copied-from');
    const bad = await world.push('copied-to');
    for (const suffix of ['sig', 'att']) await copyTag(good, bad, suffix);

    const verdict = await world.verify(bad, policyFor(world));

    expect(failures(verdict)).toEqual({ signature: 'OTHER_DIGEST', provenance: 'OTHER_DIGEST', sbom: 'OTHER_DIGEST' });
  });

  it('does not count when a manifest claims the image as its subject', async () => {
    const good = await releaseImage(world, 'bundle-from', { layout: 'referrers' });
    const bad = await world.push('bundle-to');
    const { content, mediaType } = await world.client.manifest(bad);
    const subject = { mediaType, digest: bad.digest, size: content.length };
    for (const { digest, artifactType = '' } of await world.client.referrers(good)) {
      const manifest = JSON.parse(
        Buffer.from((await world.client.manifest({ ...good, digest })).content).toString(),
      ) as {
        layers: { digest: string; mediaType: string }[];
      };
      const layers = await Promise.all(
        manifest.layers.map(async (layer) => ({ ...layer, content: await world.client.blob(good, layer.digest) })),
      );
      await world.client.pushArtefact({
        registry: bad.registry,
        repository: bad.repository,
        subject,
        artifactType,
        layers,
      });
    }

    const verdict = await world.verify(bad, policyFor(world));

    expect(failures(verdict)).toEqual({ signature: 'OTHER_DIGEST', provenance: 'OTHER_DIGEST', sbom: 'OTHER_DIGEST' });
  });

  async function copyTag(from: PushedImage, to: PushedImage, suffix: string): Promise<void> {
    const tag = (image: PushedImage): string => `${image.digest.replace(':', '-')}.${suffix}`;
    const { content } = await world.client.manifest({
      registry: from.registry,
      repository: from.repository,
      tag: tag(from),
    });
    const { layers } = JSON.parse(Buffer.from(content).toString()) as {
      layers: { digest: string; mediaType: string; annotations: Record<string, string> }[];
    };
    const copies = await Promise.all(
      layers.map(async ({ digest, mediaType, annotations }) => ({
        mediaType,
        annotations,
        content: await world.client.blob(from, digest),
      })),
    );
    await world.client.pushArtefact({ registry: to.registry, repository: to.repository, tag: tag(to), layers: copies });
  }
});

describe('a tag that was moved after signing', () => {
  it('is verified as what it stands for now; the digest stays what it was', async () => {
    const signed = await releaseImage(world, 'moving');
    const layers = [Buffer.from('other content')];
    const moved = await world.client.pushImage({ ...signed, tag: 'moving', layers, createdAt: 0 });

    const { registry, repository } = signed;
    const byTag = await world.verify({ registry, repository, tag: 'moving' }, policyFor(world));
    const byDigest = await world.verify({ ...signed, tag: 'moving' }, policyFor(world));

    expect(byTag).toMatchObject({ verified: false, digest: moved });
    expect(failures(byTag)).toMatchObject({ signature: 'MISSING' });
    expect(byDigest).toMatchObject({ verified: true, digest: signed.digest });
  });
});

describe('an older release', () => {
  const newest = { release: 'stoa-gateway-2', builtAt: '2026-11-21T10:00:00.000Z' };

  it('is refused when it is played again, and only then', async () => {
    const old = await releaseImage(world, 'old');
    const current = await releaseImage(world, 'current', { build: { builtAt: newest.builtAt } });
    const policy = policyFor(world);

    expect(failures(await world.verify(old, policy, { notOlderThan: newest }))).toEqual({ age: 'REPLAYED' });
    expect(failures(await world.verify(old, policy))).toEqual({});
    expect(failures(await world.verify(current, policy, { notOlderThan: newest }))).toEqual({});
  });

  it('is refused when nothing that counts says how old it is', async () => {
    const image = await releaseImage(world, 'ageless', { build: { builtAt: '', startedAt: '' } });

    const verdict = await world.verify(image, policyFor(world), { notOlderThan: newest });

    expect(failures(verdict)).toEqual({ age: 'BUILD_TIME_UNKNOWN' });
  });

  it('is refused when the policy wants newer builds', async () => {
    const image = await releaseImage(world, 'before');

    const verdict = await world.verify(image, policyFor(world, { extra: 'notBefore: 2026-11-22T00:00:00Z' }));

    expect(failures(verdict)).toEqual({ age: 'TOO_OLD' });
  });
});

describe('what the caller knows', () => {
  it('refuses a digest in quarantine, and a build of another commit', async () => {
    const image = await releaseImage(world, 'quarantined');
    const quarantined = (digest: string): string | undefined =>
      digest === image.digest ? 'rolled back in prod' : undefined;

    const verdict = await world.verify(image, policyFor(world), { quarantined, commit: 'd'.repeat(40) });

    expect(failures(verdict)).toEqual({ quarantine: 'QUARANTINED', commit: 'OTHER_COMMIT' });
  });

  it('says whether the environment is protected', async () => {
    const image = await releaseImage(world, 'environments', { without: ['signature'] });
    const policy = policyFor(world, { extra: 'protectedEnvironments: [staging, prod]' });

    const inDev = await world.verify(image, policy, { environment: 'dev' });
    const inProd = await world.verify(image, policy, { environment: 'prod' });

    expect(inDev).toMatchObject({ verified: false, enforced: false });
    expect(inProd).toMatchObject({ verified: false, enforced: true });
    expect(await world.verify(image, policy)).toMatchObject({ verified: false, enforced: true });
  });

  it('refuses an image that no rule covers, and one that is not there', async () => {
    const stray = await world.push('1', 'elsewhere/gateway');
    const absent = { registry: world.host, repository: 'stoa/stoa-gateway', digest: `sha256:${'0'.repeat(64)}` };

    expect(failures(await world.verify(stray, policyFor(world)))).toEqual({ policy: 'NO_RULE' });
    expect(failures(await world.verify(absent, policyFor(world)))).toEqual({ image: 'NO_IMAGE' });
  });
});

describe('a registry that is down', () => {
  it('refuses everything unless the policy lets an earlier verdict stand in', async () => {
    const image = await releaseImage(world, 'down-closed');
    const cache = createVerdictCache();
    await world.verify(image, policyFor(world), { cache });
    world.setDown(true);

    const verdict = await world.verify(image, policyFor(world), { cache });
    world.setDown(false);

    expect(verdict).toMatchObject({ verified: false, from: 'registry' });
    expect(failures(verdict)).toEqual({ registry: 'UNAVAILABLE' });
  });

  it('lets an earlier verdict stand in, says so, and not for longer than the policy allows', async () => {
    const image = await releaseImage(world, 'down-cached');
    const cache = createVerdictCache();
    const policy = policyFor(world, { head: 'cache: { maxAge: 1h }' });
    const first = await world.verify(image, policy, { cache });
    world.setDown(true);
    world.clock.advance(3_600_000);

    const within = await world.verify(image, policy, { cache });
    const changed = await world.verify(image, policyFor(world, { head: 'cache: { maxAge: 2h }' }), { cache });
    const quarantined = await world.verify(image, policy, { cache, quarantined: () => 'found bad meanwhile' });
    world.clock.advance(1000);
    const after = await world.verify(image, policy, { cache });
    world.setDown(false);

    expect(within).toMatchObject({ verified: true, from: 'cache', checkedAt: first.checkedAt });
    expect(within.checks.find(({ check }) => check === 'registry')).toMatchObject({ ok: true });
    expect(failures(changed)).toEqual({ registry: 'UNAVAILABLE' });
    expect(failures(quarantined)).toEqual({ quarantine: 'QUARANTINED' });
    expect(failures(after)).toEqual({ registry: 'UNAVAILABLE' });
  });

  it.each([
    { answer: 'asks for credentials', status: 401, code: 'UNAVAILABLE' },
    { answer: 'gives other content', status: 200, code: 'UNTRUSTED_REGISTRY' },
  ])('is another thing than one that $answer: nothing stands in for that', async ({ status, code }) => {
    const image = await releaseImage(world, `not-down-${status}`);
    const cache = createVerdictCache();
    const policy = policyFor(world, { head: 'cache: { maxAge: 1h }' });
    await world.verify(image, policy, { cache });
    const client = createOciClient({ fetch: () => Promise.resolve(new Response('x', { status })) });

    expect(failures(await world.verify(image, policy, { cache, client }))).toEqual({ registry: code });
  });

  it('forgets what was remembered of an image that is refused later', async () => {
    const image = await releaseImage(world, 'forgotten');
    const cache = createVerdictCache();
    const policy = policyFor(world, { head: 'cache: { maxAge: 1h }' });
    await world.verify(image, policy, { cache });
    const empty = { registry: image.registry, repository: image.repository, layers: [] };
    await world.client.pushArtefact({ ...empty, tag: `${image.digest.replace(':', '-')}.sig` });

    expect(failures(await world.verify(image, policy, { cache }))).toEqual({ signature: 'MISSING' });
    world.setDown(true);
    const verdict = await world.verify(image, policy, { cache });
    world.setDown(false);

    expect(failures(verdict)).toEqual({ registry: 'UNAVAILABLE' });
  });
});

describe('several signatures', () => {
  it('are enough when one is by an allowed key', async () => {
    const stranger = createArtefactSigner(generateArtefactKey());
    const image = await world.push('two-signers');
    for (const signer of [stranger, world.signer]) {
      await signArtefact(image, { client: world.client, signer });
      await attest(image, SBOM, { client: world.client, signer });
      await attest(image, provenancePredicate(BUILD), { client: world.client, signer });
    }

    expect(failures(await world.verify(image, policyFor(world)))).toEqual({});
  });
});
