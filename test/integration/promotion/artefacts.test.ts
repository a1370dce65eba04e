import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/index.ts';
import { approve, promote } from '../../../src/promotion/index.ts';
import type { GateStatus } from '../../../src/promotion/index.ts';
import { startRegistry } from '../../../src/standins/registry/index.ts';
import {
  buildImage,
  createArtefactSigner,
  createOciClient,
  createTar,
  generateArtefactKey,
  signArtefact,
} from '../../../src/supply-chain/index.ts';
import type { ArtefactSigner } from '../../../src/supply-chain/index.ts';
import { PromotionWorld, SOURCE_COMMIT } from '../../support/promotion-world.ts';

const BUILDER = 'https://ci.test/builder';
const SOURCE = 'https://git.test/stoa/stoa-platform';

const signer = createArtefactSigner(generateArtefactKey());
const stranger = createArtefactSigner(generateArtefactKey());
const client = createOciClient({ fetch });
/** A registry that is down answers nothing. */
const switches = { down: false };

let directory: string;
let registry: Awaited<ReturnType<typeof startRegistry>>;
let host: string;
let world: PromotionWorld;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stoa-artefacts-'));
  registry = await startRegistry({ directory, port: 0 });
  host = new URL(registry.url).host;
  world = await PromotionWorld.create({
    registry: host,
    files: new Map([
      ['policy/artefacts.yaml', policy()],
      ['policy/ci.pub.pem', signer.publicKeyPem],
    ]),
    wrap: (ports) => ({
      ...ports,
      registry: createOciClient({
        fetch: async (...request) =>
          switches.down ? Promise.reject(new TypeError('fetch failed')) : fetch(...request),
      }),
    }),
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

function policy(): string {
  return `apiVersion: delivery.stoa.dev/v1alpha1
kind: ArtefactPolicy
metadata: { name: artefacts }
spec:
  keys: [{ name: ci, file: policy/ci.pub.pem }]
  images:
    - repository: ${host}/stoa/*
      signedBy: [{ key: ci }]
      provenance: { builder: '${BUILDER}', sourceRepository: '${SOURCE}', refs: [refs/heads/main] }
      sbom: { formats: [CycloneDX] }
`;
}

interface Build {
  readonly by?: ArtefactSigner;
  readonly ref?: string;
  readonly repository?: string;
  readonly commit?: string;
}

let count = 0;

/** Builds, signs and attests as CI does. @returns the digest */
async function built({
  by = signer,
  ref = 'refs/heads/main',
  repository = SOURCE,
  commit = SOURCE_COMMIT,
}: Build = {}): Promise<string> {
  const content = `build ${++count}`;
  const source = {
    ...{ service: 'web', repository, ref, commit, committedAt: count * 1000, path: 'services/web' },
    files: [{ path: 'VERSION', content }],
  };
  const image = { registry: host, repository: 'stoa/web', tag: `b${count}` };
  const build = { source, ...image, builder: BUILDER, invocation: `${BUILDER}/${count}` };
  return (await buildImage(build, { client, signer: by, clock: systemClock })).digest;
}

async function unsigned(): Promise<string> {
  const layers = [createTar([{ path: 'VERSION', content: `plain ${++count}` }])];
  return client.pushImage({ registry: host, repository: 'stoa/web', tag: `p${count}`, layers, createdAt: 0 });
}

async function gateOf(name: string): Promise<GateStatus | undefined> {
  await world.settle();
  return (await world.promotion(name)).status?.gates.find((gate) => gate.name === 'artefact');
}

const released = async (digest: string): Promise<string> => world.release('web', `1.${count}.0`, digest);

describe('a release', () => {
  it('goes on when it is signed, comes from where it should, and says what is in it', async () => {
    const name = await released(await built());
    expect(await gateOf(name)).toMatchObject({
      state: 'passed',
      reason: expect.stringMatching(
        /^Verified: signature, sbom, built from .*refs\/heads\/main at cccccccccccc$/,
      ) as string,
    });
    expect((await world.promotion(name)).status).toMatchObject({ phase: 'Deployed', artefacts: [{ verified: true }] });
  });

  it.each<{ readonly what: string; readonly make: () => Promise<string>; readonly why: RegExp }>([
    { what: 'is not signed', make: unsigned, why: /signature: / },
    { what: 'is signed by somebody else', make: async () => built({ by: stranger }), why: /signature: / },
    {
      what: 'comes from another branch',
      make: async () => built({ ref: 'refs/heads/feature' }),
      why: /provenance: .*feature/,
    },
    {
      what: 'comes from another project',
      make: async () => built({ repository: 'https://git.test/stoa/other' }),
      why: /provenance: .*stoa\/other/,
    },
    { what: 'was built from another commit', make: async () => built({ commit: 'd'.repeat(40) }), why: /commit: / },
    {
      what: 'is signed, but nobody says what is in it and where it comes from',
      make: async () => {
        const digest = await unsigned();
        await signArtefact({ registry: host, repository: 'stoa/web', digest }, { client, signer });
        return digest;
      },
      why: /(provenance|sbom): /,
    },
    { what: 'is not there', make: async () => `sha256:${'e'.repeat(64)}`, why: /image: / },
  ])('is refused at the first merge request when it $what', async ({ make, why }) => {
    const before = await world.mirror.resolve('main');
    const name = await released(await make());
    expect(await gateOf(name)).toMatchObject({ state: 'failed', reason: expect.stringMatching(why) as string });
    await world.mirror.fetch();
    expect(await world.mirror.resolve('main')).toBe(before);
  });

  it('is refused when it was built before what the environment has had', async () => {
    const old = await built();
    const newer = await released(await built());
    expect(await gateOf(newer)).toMatchObject({ state: 'passed' });
    const name = await released(old);
    expect(await gateOf(name)).toMatchObject({ state: 'failed', reason: expect.stringMatching(/age: /) as string });
  });

  it('waits while the registry is down', async () => {
    const digest = await built();
    switches.down = true;
    const name = await released(digest);
    expect(await gateOf(name)).toMatchObject({
      state: 'pending',
      reason: expect.stringMatching(/registry: /) as string,
    });
    switches.down = false;
    expect(await gateOf(name)).toMatchObject({ state: 'passed' });
    expect((await world.promotion(name)).status?.phase).toBe('Deployed');
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
