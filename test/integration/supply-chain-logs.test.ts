import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createArtefactSigner, generateArtefactKey, readArtefactPolicy } from '../../src/supply-chain/index.ts';
import type { ArtefactPolicy, ArtefactSigner } from '../../src/supply-chain/index.ts';
import { pushBundle, startSigstore, statementOf } from './supply-chain-sigstore.ts';
import type { FakeSigstore } from './supply-chain-sigstore.ts';
import { createWorld, failures, policyText } from './supply-chain-world.ts';
import type { PushedImage, World } from './supply-chain-world.ts';

const CI = {
  issuer: 'https://gitlab.example.com',
  subject: 'https://gitlab.example.com/stoa/stoa-platform//.gitlab-ci.yml@refs/heads/main',
};
const BY_CI = `[{ issuer: ${CI.issuer}, subject: "${CI.subject}" }]`;
const SIGNATURE = { predicateType: 'https://sigstore.dev/cosign/sign/v1', predicate: {} };

let world: World;
let sigstore: FakeSigstore;
beforeAll(async () => {
  world = await createWorld();
  sigstore = await startSigstore();
});
afterAll(async () => {
  await sigstore[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** Asks for a signature and nothing else. */
function policy(signers: string, root = sigstore.trustedRoot): ArtefactPolicy {
  const parts = { signers, provenance: '', sbom: '', head: 'trustedRoot: { file: root.json }' };
  return readArtefactPolicy(policyText(world.host, world.signer.publicKeyPem, parts), () => root);
}

/** A key of our own, as the client library of Sigstore takes it. */
function byKey(signer: ArtefactSigner) {
  return {
    sign: (data: Buffer) =>
      Promise.resolve({
        signature: signer.sign(data),
        key: { $case: 'publicKey' as const, publicKey: signer.publicKeyPem, hint: signer.hint },
      }),
  };
}

describe('a key whose signatures must be logged', () => {
  const LOGGED = '[{ key: ci, transparencyLog: true }]';

  it.each([
    { name: 'logged', witnesses: ['log'] as const, found: {} },
    { name: 'not logged', witnesses: [] as const, found: { signature: 'NO_LOG_ENTRY' } },
  ])('is believed when they are: $name', async ({ name, witnesses, found }) => {
    const image = await world.push(`key-${name.replaceAll(' ', '-')}`);
    await pushBundle(
      world,
      image,
      await sigstore.attest(statementOf(image, SIGNATURE), byKey(world.signer), { witnesses }),
    );

    expect(failures(await world.verify(image, policy(LOGGED)))).toEqual(found);
    expect(failures(await world.verify(image, policy('[{ key: ci }]')))).toEqual({});
  });

  it('is another key for all that', async () => {
    const image = await world.push('other-key-logged');
    const other = createArtefactSigner(generateArtefactKey());
    await pushBundle(
      world,
      image,
      await sigstore.attest(statementOf(image, SIGNATURE), byKey(other), { witnesses: ['log'] }),
    );

    expect(failures(await world.verify(image, policy(LOGGED)))).toEqual({ signature: 'UNTRUSTED_SIGNER' });
  });
});

describe('a certificate', () => {
  it('is no key, though its authority and its log are trusted', async () => {
    const image = await world.push('certificate-for-key');
    await pushBundle(world, image, await sigstore.attest(statementOf(image, SIGNATURE), CI));

    for (const signers of ['[{ key: ci, transparencyLog: true }]', '[{ key: ci }]'])
      expect(failures(await world.verify(image, policy(signers)))).toEqual({ signature: 'UNTRUSTED_SIGNER' });
  });
});

describe('several allowed signers', () => {
  const BOTH = [BY_CI.replace('}]', '}, { key: ci }]'), BY_CI.replace('[{', '[{ key: ci }, {')];

  it('are each named when the signer is none of them', async () => {
    const image = await world.push('none-of-them');
    const eve = { ...CI, subject: CI.subject.replace('stoa-platform', 'eve') };
    await pushBundle(world, image, await sigstore.attest(statementOf(image, SIGNATURE), eve));

    for (const signers of BOTH) {
      const { checks } = await world.verify(image, policy(signers));
      expect(checks[0]).toMatchObject({ code: 'UNTRUSTED_SIGNER' });
      for (const name of [eve.subject, CI.subject, 'key ci']) expect(checks[0]?.reason).toContain(name);
    }
  });

  it('leave the reason that says more, whatever their order', async () => {
    const image = await world.push('untimed');
    await pushBundle(world, image, await sigstore.attest(statementOf(image, SIGNATURE), CI, { witnesses: [] }));

    for (const signers of BOTH)
      expect(failures(await world.verify(image, policy(signers)))).toEqual({ signature: 'NO_TIMESTAMP' });
  });

  it('are enough when one of them signed', async () => {
    const image = await world.push('one-of-them');
    await pushBundle(
      world,
      image,
      await sigstore.attest(statementOf(image, SIGNATURE), byKey(world.signer), { witnesses: [] }),
    );

    for (const signers of BOTH) expect(failures(await world.verify(image, policy(signers)))).toEqual({});
  });
});

describe('a signature over the manifest itself', () => {
  async function signManifest(signed: PushedImage, attachedTo: PushedImage): Promise<void> {
    const { content } = await world.client.manifest(signed);
    await pushBundle(world, attachedTo, await sigstore.sign(content, CI));
  }

  it('is a signature of this image, and of no other', async () => {
    const image = await world.push('manifest-signed');
    const other = await world.push('manifest-other');
    await signManifest(image, image);
    await signManifest(image, other);

    expect(failures(await world.verify(image, policy(BY_CI)))).toEqual({});
    expect((await world.verify(other, policy(BY_CI))).verified).toBe(false);
  });

  it('does not count when the bundle lies about what was signed', async () => {
    const image = await world.push('manifest-honest');
    const other = await world.push('manifest-lie');
    const { content } = await world.client.manifest(image);
    const bundle = await sigstore.sign(content, CI);
    const digest = Buffer.from(other.digest.slice('sha256:'.length), 'hex').toString('base64');
    const messageSignature = { ...bundle.messageSignature, messageDigest: { algorithm: 'SHA2_256', digest } };
    await pushBundle(world, other, { ...bundle, messageSignature });

    expect((await world.verify(other, policy(BY_CI))).verified).toBe(false);
  });
});

describe('a certificate that was not logged', () => {
  it('does not count unless the policy says so', async () => {
    await using unlogged = await startSigstore({ logCertificates: false });
    const image = await world.push('unlogged-certificate');
    await pushBundle(world, image, await unlogged.attest(statementOf(image, SIGNATURE), CI));
    const lenient = BY_CI.replace('}]', ', certificateTransparency: false }]');

    expect(failures(await world.verify(image, policy(BY_CI, unlogged.trustedRoot)))).toEqual({
      signature: 'UNTRUSTED_CERTIFICATE',
    });
    expect(failures(await world.verify(image, policy(lenient, unlogged.trustedRoot)))).toEqual({});
  });
});

describe('an envelope of another type', () => {
  it('does not count, though its payload would and its signature is right', async () => {
    const image = await world.push('other-payload');
    const payload = Buffer.from(statementOf(image, SIGNATURE));
    const type = 'application/vnd.example+json';
    const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
    const envelope = (payloadType: string) => ({
      payloadType,
      payload: payload.toString('base64'),
      signatures: [{ keyid: '', sig: world.signer.sign(signed).toString('base64') }],
    });
    const { registry, repository, digest } = image;
    const place = { registry, repository, tag: `${digest.replace(':', '-')}.att` };
    const layer = (value: object) => ({
      mediaType: 'application/vnd.dsse.envelope.v1+json',
      content: Buffer.from(JSON.stringify(value)),
    });

    await world.client.pushArtefact({ ...place, layers: [layer(envelope(type))] });
    expect(failures(await world.verify(image, policy('[{ key: ci }]')))).toEqual({ signature: 'MALFORMED' });
    await world.client.pushArtefact({ ...place, layers: [layer(envelope('application/vnd.in-toto+json'))] });
    expect(failures(await world.verify(image, policy('[{ key: ci }]')))).toEqual({ signature: 'UNTRUSTED_SIGNER' });
  });
});
