import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attest,
  createArtefactSigner,
  createOciClient,
  generateArtefactKey,
  provenancePredicate,
  readArtefactPolicy,
  sbomPredicate,
  signArtefact,
} from '../../src/supply-chain/index.ts';
import type { ArtefactSigner, Predicate, SignatureLayout } from '../../src/supply-chain/index.ts';
import { BUILD, BUILT_AT, createWorld, failures, policyFor, policyText, releaseImage } from './supply-chain-world.ts';
import type { PushedImage, World } from './supply-chain-world.ts';

const VULN = 'https://cosign.sigstore.dev/attestation/vuln/v1';
const SPDX_JSON = 'text/spdx+json';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

function scan(finishedOn: string, ...severities: readonly string[]): Predicate {
  const found = severities.map((Severity, index) => ({ VulnerabilityID: `CVE-2026-${index}`, Severity }));
  const result = { SchemaVersion: 2, Results: [{ Vulnerabilities: found }] };
  const predicate = { scanner: { uri: 'trivy', result }, metadata: { scanFinishedOn: finishedOn } };
  return { predicateType: VULN, predicate };
}

const attestAs = (image: PushedImage, predicate: Predicate, signer: ArtefactSigner = world.signer): Promise<void> =>
  attest(image, predicate, { client: world.client, signer });

describe('a vulnerability budget', () => {
  const budget = 'vulnerabilities: { budget: { critical: 0, high: 1 }, maxAge: 168h }';

  it.each([
    { name: 'no scan', scans: [], found: { vulnerabilities: 'MISSING' } },
    { name: 'a scan within it', scans: [scan('2026-11-22T00:00:00Z', 'HIGH')], found: {} },
    {
      name: 'a scan over it',
      scans: [scan('2026-11-22T00:00:00Z', 'CRITICAL')],
      found: { vulnerabilities: 'OVER_BUDGET' },
    },
    { name: 'an old scan', scans: [scan('2026-11-01T00:00:00Z')], found: { vulnerabilities: 'STALE_SCAN' } },
    {
      name: 'an old clean scan beside a new one that is not',
      scans: [scan('2026-11-22T00:00:00Z', 'CRITICAL'), scan('2026-11-21T00:00:00Z')],
      found: { vulnerabilities: 'OVER_BUDGET' },
    },
    {
      name: 'a report that nobody can read',
      scans: [{ predicateType: VULN, predicate: { scanner: { result: {} } } }],
      found: { vulnerabilities: 'MALFORMED' },
    },
  ])('judges $name', async ({ name, scans, found }) => {
    const image = await releaseImage(world, name.replaceAll(' ', '-'));
    for (const each of scans) await attestAs(image, each);

    expect(failures(await world.verify(image, policyFor(world, { extra: budget })))).toEqual(found);
  });

  it('believes the scanner that the policy names, and no other', async () => {
    const scanner = createArtefactSigner(generateArtefactKey());
    const text = policyText(world.host, world.signer.publicKeyPem, {
      extra: 'vulnerabilities: { budget: { critical: 0 }, signedBy: [{ key: scanner }] }',
    }).replace('keys:', `keys:\n    - name: scanner\n      publicKey: ${JSON.stringify(scanner.publicKeyPem)}`);
    const policy = readArtefactPolicy(text);
    const image = await releaseImage(world, 'scanner');
    await attestAs(image, scan('2026-11-22T00:00:00Z'));

    expect(failures(await world.verify(image, policy))).toEqual({ vulnerabilities: 'UNTRUSTED_SIGNER' });
    await attestAs(image, scan('2026-11-22T00:00:00Z', 'LOW'), scanner);
    expect(failures(await world.verify(image, policy))).toEqual({});
  });
});

describe('a bill of materials', () => {
  it.each([
    { name: 'empty', files: [], sbom: '{}', found: { sbom: 'EMPTY_SBOM' } },
    { name: 'empty where that may be', files: [], sbom: '{ minComponents: 0 }', found: {} },
    {
      name: 'of another format',
      files: [{ path: 'a', digest: `sha256:${'0'.repeat(64)}` }],
      sbom: '{ formats: [SPDX] }',
      found: { sbom: 'OTHER_FORMAT' },
    },
  ])('is judged: $name', async ({ name, files, sbom, found }) => {
    const image = await releaseImage(world, `sbom-${name.replaceAll(' ', '-')}`, { without: ['sbom'] });
    await attestAs(image, sbomPredicate({ name: 'gateway', version: '1', createdAt: BUILT_AT, files }));

    expect(failures(await world.verify(image, policyFor(world, { sbom })))).toEqual(found);
  });

  /** What `cosign attach sbom` does; `sign`: and `cosign sign --attachment sbom`. */
  async function attachDocument(
    image: PushedImage,
    describes: string,
    sign: SignatureLayout | undefined,
  ): Promise<void> {
    const document = {
      spdxVersion: 'SPDX-2.3',
      packages: [
        { SPDXID: 'SPDXRef-image', name: 'gateway', versionInfo: describes },
        { SPDXID: 'SPDXRef-a', name: 'left-pad' },
      ],
      documentDescribes: ['SPDXRef-image'],
    };
    const layers = [{ mediaType: SPDX_JSON, content: Buffer.from(JSON.stringify(document)) }];
    const { registry, repository, digest } = image;
    const tag = `${digest.replace(':', '-')}.sbom`;
    const attached = await world.client.pushArtefact({ registry, repository, tag, layers });
    if (sign !== undefined)
      await signArtefact(
        { registry, repository, digest: attached },
        { client: world.client, signer: world.signer, layout: sign },
      );
  }

  it.each([
    { name: 'signed in a bundle and of this digest', sign: 'referrers' as const, other: false, found: {} },
    { name: 'signed and of this digest', sign: 'tags' as const, other: false, found: {} },
    { name: 'not signed', sign: undefined, other: false, found: { sbom: 'UNTRUSTED_SIGNER' } },
    { name: 'signed, and of another digest', sign: 'tags' as const, other: true, found: { sbom: 'UNTRUSTED_SIGNER' } },
  ])('that is a document counts only when it is bound to the image: $name', async ({ name, sign, other, found }) => {
    const image = await releaseImage(world, `document-${name.replaceAll(/[ ,]+/g, '-')}`, { without: ['sbom'] });
    await attachDocument(image, other ? `sha256:${'1'.repeat(64)}` : image.digest, sign);

    expect(failures(await world.verify(image, policyFor(world)))).toEqual(found);
  });
});

describe('a hostile registry', () => {
  const place = ({ registry, repository }: PushedImage) => ({ registry, repository });

  it('cannot hide what is good behind what is broken', async () => {
    const image = await releaseImage(world, 'noise', { layout: 'referrers' });
    const broken = [
      '{',
      '[]',
      'null',
      '{"payloadType":1}',
      JSON.stringify({ payloadType: 'x', payload: 'e30=', signatures: [] }),
    ];
    const layers = broken.map((text) => ({
      mediaType: 'application/vnd.dsse.envelope.v1+json',
      content: Buffer.from(text),
      annotations: { 'dev.sigstore.cosign/bundle': '{"Payload":{}}', 'dev.sigstore.cosign/certificate': 'none' },
    }));
    await world.client.pushArtefact({ ...place(image), tag: `${image.digest.replace(':', '-')}.att`, layers });

    expect(failures(await world.verify(image, policyFor(world)))).toEqual({});
  });

  it('cannot make the verifier read without end', async () => {
    const image = await world.push('flood');
    const layers = Array.from({ length: 300 }, (_, index) => ({
      mediaType: 'application/vnd.dsse.envelope.v1+json',
      content: Buffer.from(`{"n":${index % 3}}`),
    }));
    await world.client.pushArtefact({ ...place(image), tag: `${image.digest.replace(':', '-')}.att`, layers });

    const verdict = await world.verify(image, policyFor(world));

    expect(failures(verdict)).toEqual({ signature: 'MALFORMED', provenance: 'MALFORMED', sbom: 'MALFORMED' });
  });

  it.each([
    { answer: 'other content', status: 200, body: 'x', code: { registry: 'UNTRUSTED_REGISTRY' } },
    { answer: 'an error', status: 502, body: '', code: { registry: 'UNAVAILABLE' } },
    { answer: 'a demand for credentials', status: 401, body: '', code: { registry: 'UNAVAILABLE' } },
  ])('that gives $answer is no reason to let an image through', async ({ status, body, code }) => {
    const client = createOciClient({ fetch: () => Promise.resolve(new Response(body, { status })) });
    const image = { registry: world.host, repository: 'stoa/stoa-gateway', digest: `sha256:${'2'.repeat(64)}` };

    const verdict = await world.verify(image, policyFor(world), { client });

    expect(verdict.verified).toBe(false);
    expect(failures(verdict)).toEqual(code);
  });

  it('is asked no further once the caller has had enough', async () => {
    const image = await releaseImage(world, 'aborted');
    const abort = new AbortController();
    abort.abort(new Error('enough'));

    await expect(world.verify(image, policyFor(world), { signal: abort.signal })).rejects.toThrow('enough');
  });
});

describe('an attestation signed by the right key', () => {
  it('is not a signature', async () => {
    const image = await releaseImage(world, 'attested-only', { without: ['signature'] });
    await attestAs(image, provenancePredicate({ ...BUILD, invocation: 'job/2' }));

    expect(failures(await world.verify(image, policyFor(world)))).toEqual({ signature: 'MISSING' });
  });
});
