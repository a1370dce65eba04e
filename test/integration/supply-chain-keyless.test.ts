import type { SerializedBundle } from '@sigstore/bundle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provenancePredicate, readArtefactPolicy } from '../../src/supply-chain/index.ts';
import type { ArtefactPolicy } from '../../src/supply-chain/index.ts';
import { inMinutes, pushBundle, startSigstore, statementOf } from './supply-chain-sigstore.ts';
import type { FakeSigstore, Identity, KeylessOptions } from './supply-chain-sigstore.ts';
import { BUILD, SBOM, createWorld, failures, policyText } from './supply-chain-world.ts';
import type { PushedImage, World } from './supply-chain-world.ts';

const PROJECT = 'https://gitlab.example.com/stoa/stoa-platform';
const CI: Identity = { issuer: 'https://gitlab.example.com', subject: `${PROJECT}//.gitlab-ci.yml@refs/heads/main` };
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

function policy(extra = '', root = sigstore.trustedRoot): ArtefactPolicy {
  const signers = `[{ issuer: ${CI.issuer}, subject: "${CI.subject}"${extra} }]`;
  const head = 'trustedRoot: { file: policy/trusted-root.json }';
  return readArtefactPolicy(policyText(world.host, world.signer.publicKeyPem, { signers, head }), (path) =>
    path === 'policy/trusted-root.json' ? root : undefined,
  );
}

interface KeylessRelease extends KeylessOptions {
  readonly identity?: Identity;
  readonly by?: FakeSigstore;
  readonly change?: (bundle: SerializedBundle) => object;
}

function unchanged(bundle: SerializedBundle): object {
  return bundle;
}

/** What `cosign sign` and `cosign attest` do in a job of CI, with bundles among the referrers. */
async function release(tag: string, options: KeylessRelease = {}): Promise<PushedImage> {
  const { identity = CI, by = sigstore, change = unchanged } = options;
  const image = await world.push(tag);
  for (const statement of [SIGNATURE, provenancePredicate(BUILD), SBOM]) {
    const bundle = change(await by.attest(statementOf(image, statement), identity, options));
    await pushBundle(world, image, bundle);
  }
  return image;
}

/** The same in the older layout: the parts of the bundle are annotations of a layer. */
async function releaseInTags(tag: string, options: KeylessRelease = {}): Promise<PushedImage> {
  const { identity = CI, by = sigstore } = options;
  const image = await world.push(tag);
  const { registry, repository, digest } = image;
  const payload = Buffer.from(
    JSON.stringify({
      critical: { identity: {}, image: { 'docker-manifest-digest': digest }, type: 'cosign container image signature' },
      optional: null,
    }),
  );
  const signature = await by.sign(payload, identity, options);
  const signatureText = 'messageSignature' in signature ? (signature.messageSignature?.signature ?? '') : '';
  const place = { registry, repository };
  await world.client.pushArtefact({
    ...place,
    tag: `${digest.replace(':', '-')}.sig`,
    layers: [
      {
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        content: payload,
        annotations: { 'dev.cosignproject.cosign/signature': signatureText, ...annotationsOf(signature) },
      },
    ],
  });
  const statements = [provenancePredicate(BUILD), SBOM];
  const layers = await Promise.all(
    statements.map(async (statement) => {
      const bundle = await by.attest(statementOf(image, statement), identity, options);
      const annotations = { 'dev.cosignproject.cosign/signature': '', ...annotationsOf(bundle) };
      const content = Buffer.from(JSON.stringify(bundle.dsseEnvelope));
      return { mediaType: 'application/vnd.dsse.envelope.v1+json', content, annotations };
    }),
  );
  await world.client.pushArtefact({ ...place, tag: `${digest.replace(':', '-')}.att`, layers });
  return image;
}

/** Lists that are empty are left out of a bundle. */
type Material = Partial<SerializedBundle['verificationMaterial']>;

function annotationsOf({ verificationMaterial }: SerializedBundle): Record<string, string> {
  const material: Material = verificationMaterial;
  const { tlogEntries = [], timestampVerificationData, certificate, x509CertificateChain } = material;
  const der = certificate?.rawBytes ?? x509CertificateChain?.certificates[0]?.rawBytes ?? '';
  const [entry] = tlogEntries;
  const timestamps: Partial<NonNullable<Material['timestampVerificationData']>> = timestampVerificationData ?? {};
  const [timestamp] = timestamps.rfc3161Timestamps ?? [];
  const rekor = entry && {
    SignedEntryTimestamp: entry.inclusionPromise?.signedEntryTimestamp,
    Payload: {
      body: entry.canonicalizedBody,
      integratedTime: Number(entry.integratedTime),
      logIndex: Number(entry.logIndex),
      logID: Buffer.from(entry.logId.keyId, 'base64').toString('hex'),
    },
  };
  return {
    'dev.sigstore.cosign/certificate': `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`,
    ...(rekor === undefined ? {} : { 'dev.sigstore.cosign/bundle': JSON.stringify(rekor) }),
    ...(timestamp === undefined
      ? {}
      : {
          'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({ SignedRFC3161Timestamp: timestamp.signedTimestamp }),
        }),
  };
}

const ALL = (code: string) => ({ signature: code, provenance: code, sbom: code });

describe('an image signed by the identity of a job', () => {
  it.each([
    { name: 'bundles 0.3', make: () => release('bundles-03') },
    { name: 'bundles 0.2', make: () => release('bundles-02', { chain: true }) },
    {
      name: 'bundles 0.1',
      make: () =>
        release('bundles-01', {
          chain: true,
          change: (bundle) => ({ ...bundle, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1' }),
        }),
    },
    { name: 'tags', make: () => releaseInTags('tags') },
    { name: 'bundles with a log and no time stamp', make: () => release('log-only', { witnesses: ['log'] }) },
    { name: 'tags with a log and no time stamp', make: () => releaseInTags('tags-log-only', { witnesses: ['log'] }) },
  ])('is verified offline: $name', async ({ make }) => {
    const image = await make();

    const verdict = await world.verify(image, policy());

    expect(failures(verdict)).toEqual({});
    expect(verdict.checks[0]?.evidence?.signedBy).toBe(CI.subject);
  });

  it('is verified with a time stamp alone where the policy asks for no log', async () => {
    const image = await release('timestamp-only', { witnesses: ['timestamp'] });

    expect(failures(await world.verify(image, policy(', transparencyLog: false')))).toEqual({});
    expect(failures(await world.verify(image, policy()))).toEqual(ALL('NO_LOG_ENTRY'));
  });
});

describe.each([
  { layout: 'bundles', make: release },
  { layout: 'tags', make: releaseInTags },
])('in $layout, an image is refused', ({ layout, make }) => {
  it.each([
    { reason: 'another project', identity: { ...CI, subject: CI.subject.replace('stoa-platform', 'other') } },
    { reason: 'another branch', identity: { ...CI, subject: CI.subject.replace('main', 'feature') } },
    { reason: 'a branch that begins alike', identity: { ...CI, subject: `${CI.subject}-2` } },
    { reason: 'a tag of the same name', identity: { ...CI, subject: CI.subject.replace('heads', 'tags') } },
    { reason: 'a project that ends alike', identity: { ...CI, subject: `https://evil.example.com/?${CI.subject}` } },
    { reason: 'another issuer', identity: { ...CI, issuer: 'https://gitlab.example.com.evil.net' } },
  ])('when it was signed by $reason', async ({ reason, identity }) => {
    const image = await make(`${layout}-${reason.replaceAll(' ', '-')}`, { identity });

    expect(failures(await world.verify(image, policy()))).toEqual(ALL('UNTRUSTED_SIGNER'));
  });

  it('when nothing shows that the certificate had not expired', async () => {
    const image = await make(`${layout}-no-time`, { witnesses: [] });

    expect(failures(await world.verify(image, policy(', transparencyLog: false')))).toEqual(ALL('NO_TIMESTAMP'));
  });

  it('when it was signed after the certificate had expired', async () => {
    await using late = await startSigstore({ witnessTime: inMinutes(60) });
    const image = await make(`${layout}-expired`, { by: late });

    expect(failures(await world.verify(image, policy('', late.trustedRoot)))).toEqual(ALL('UNTRUSTED_CERTIFICATE'));
  });

  it('when another certificate authority and log vouch for it', async () => {
    await using other = await startSigstore();
    const image = await make(`${layout}-other-root`, { by: other });
    const verdict = await world.verify(image, policy());

    expect(verdict.verified).toBe(false);
    expect(Object.keys(failures(verdict))).toEqual(['signature', 'provenance', 'sbom']);
  });
});

describe('the certificate of a job', () => {
  it.each([
    { name: 'agrees', identity: { ...CI, sha: BUILD.commit, ref: BUILD.ref }, found: {} },
    { name: 'names another commit', identity: { ...CI, sha: 'd'.repeat(40) }, found: { provenance: 'OTHER_COMMIT' } },
    { name: 'names another ref', identity: { ...CI, ref: 'refs/heads/x' }, found: { provenance: 'OTHER_REF' } },
    {
      name: 'names a ref too long for a short length',
      identity: { ...CI, ref: `refs/heads/${'x'.repeat(150)}` },
      found: { provenance: 'OTHER_REF' },
    },
  ])('overrules the provenance that it signed when it $name', async ({ name, identity, found }) => {
    const image = await release(`certificate-${name.replaceAll(' ', '-')}`, { identity });

    expect(failures(await world.verify(image, policy()))).toEqual(found);
  });
});

describe('a bundle that was changed', () => {
  it.each([
    {
      part: 'the statement',
      code: 'NO_LOG_ENTRY',
      change: (bundle: SerializedBundle) => ({
        ...bundle,
        dsseEnvelope: {
          ...bundle.dsseEnvelope,
          payload: Buffer.from(
            Buffer.from(bundle.dsseEnvelope?.payload ?? '', 'base64')
              .toString()
              .replace('"image"', '"imago"'),
          ).toString('base64'),
        },
      }),
    },
    {
      part: 'the signature',
      code: 'NO_TIMESTAMP',
      change: (bundle: SerializedBundle) => ({
        ...bundle,
        dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [{ keyid: '', sig: Buffer.from('x').toString('base64') }] },
      }),
    },
    { part: 'everything', code: 'MALFORMED', change: () => ({}) },
  ])('does not count: $part', async ({ part, code, change }) => {
    const image = await release(`changed-${part.replaceAll(' ', '-')}`, { change });

    expect(failures(await world.verify(image, policy()))).toEqual(ALL(code));
  });

  it('is named as unreadable when nothing else is there', async () => {
    const image = await release('unreadable', { change: () => ({}) });
    const verdict = await world.verify(image, policy());

    expect(verdict.checks[0]?.reason).toContain('could not be read');
  });
});
