import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../src/core/index.ts';
import type { Fetch } from '../../src/core/index.ts';
import { startRegistry } from '../../src/standins/registry/index.ts';
import {
  attest,
  createArtefactSigner,
  createOciClient,
  createTar,
  generateArtefactKey,
  provenancePredicate,
  readArtefactPolicy,
  sbomPredicate,
  signArtefact,
  verifyArtefact,
} from '../../src/supply-chain/index.ts';
import type {
  ArtefactPolicy,
  ArtefactSigner,
  ArtefactVerdict,
  BuildRecord,
  CheckCode,
  ImageReference,
  OciClient,
  SignatureLayout,
  VerifyOptions,
} from '../../src/supply-chain/index.ts';

export const SOURCE = 'https://gitlab.example.com/stoa/stoa-platform';
export const BUILDER = 'https://gitlab.example.com/stoa/stoa-platform/-/runners/7';
export const MAIN = 'refs/heads/main';
export const COMMIT = 'c0ffee00'.repeat(5);
export const BUILT_AT = '2026-11-20T10:00:00.000Z';
/** In memory where the system has that: the registry flushes every write. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const NOW = Date.parse('2026-11-23T12:00:00Z');

/** An image in the registry, by digest. */
export interface PushedImage {
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
}

/** A registry with a client, a trusted key and a clock. */
export interface World extends AsyncDisposable {
  readonly host: string;
  readonly client: OciClient;
  readonly clock: VirtualClock;
  readonly signer: ArtefactSigner;
  /** Makes the registry unreachable, or reachable again. */
  setDown(down: boolean): void;
  push(tag: string, repository?: string): Promise<PushedImage>;
  verify(image: ImageReference, policy: ArtefactPolicy, options?: Partial<VerifyOptions>): Promise<ArtefactVerdict>;
}

export interface WorldOptions {
  /** `host:port` of a registry that runs already. @default the embedded one */
  readonly registry?: string;
}

export async function createWorld({ registry }: WorldOptions = {}): Promise<World> {
  const directory = await mkdtemp(join(SCRATCH, 'stoa-supply-chain-'));
  const server = registry === undefined ? await startRegistry({ directory }) : undefined;
  const host = registry ?? new URL(server?.url ?? '').host;
  let down = false;
  const throughFault: Fetch = (input, init) =>
    down ? Promise.reject(new TypeError('connection refused')) : fetch(input, init);
  const client = createOciClient({ fetch: throughFault });
  const clock = new VirtualClock(NOW);
  return {
    host,
    client,
    clock,
    signer: createArtefactSigner(generateArtefactKey()),
    setDown: (value) => (down = value),
    async push(tag, repository = 'stoa/stoa-gateway') {
      const layers = [createTar([{ path: 'version', content: tag }])];
      const digest = await client.pushImage({ registry: host, repository, tag, layers, createdAt: 0 });
      return { registry: host, repository, digest };
    },
    verify: (image, policy, options = {}) => verifyArtefact(image, policy, { client, clock, ...options }),
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface PolicyParts {
  readonly signers?: string;
  readonly provenance?: string;
  readonly sbom?: string;
  readonly extra?: string;
  readonly head?: string;
}

/** The policy of most tests: one key, provenance of `main`, and a bill of materials. */
export function policyFor({ host, signer }: Pick<World, 'host' | 'signer'>, parts: PolicyParts = {}): ArtefactPolicy {
  return readArtefactPolicy(policyText(host, signer.publicKeyPem, parts));
}

export function policyText(host: string, publicKeyPem: string, parts: PolicyParts = {}): string {
  const { signers = '[{ key: ci }]', provenance = PROVENANCE, sbom = '{}', extra = '', head = '' } = parts;
  return `
apiVersion: delivery.stoa.dev/v1alpha1
kind: ArtefactPolicy
metadata: { name: artefacts }
spec:
  ${head}
  keys:
    - name: ci
      publicKey: ${JSON.stringify(publicKeyPem)}
  images:
    - repository: ${host}/stoa/*
      signedBy: ${signers}
      ${provenance === '' ? '' : `provenance: ${provenance}`}
      ${sbom === '' ? '' : `sbom: ${sbom}`}
      ${extra}
`;
}

const PROVENANCE = `{ builder: "https://gitlab.example.com/stoa/stoa-platform/-/runners/*", sourceRepository: ${SOURCE}, refs: [${MAIN}, "refs/tags/v*"] }`;

export const BUILD: BuildRecord = {
  builder: BUILDER,
  repository: SOURCE,
  ref: MAIN,
  commit: COMMIT,
  builtAt: BUILT_AT,
  startedAt: BUILT_AT,
  buildType: 'https://gitlab.example.com/builds/v1',
  path: 'services/stoa-gateway',
  invocation: 'job/1',
};

export const SBOM = sbomPredicate({
  name: 'stoa-gateway',
  version: '1.0.0',
  createdAt: BUILT_AT,
  files: [{ path: 'version', digest: `sha256:${'ab'.repeat(32)}` }],
});

export interface ReleaseOptions {
  readonly signer?: ArtefactSigner;
  readonly layout?: SignatureLayout;
  readonly build?: Partial<BuildRecord>;
  /** What to leave out. */
  readonly without?: readonly ('signature' | 'provenance' | 'sbom')[];
}

/** Everything that CI does after it has pushed an image. */
export async function releaseImage(world: World, tag: string, options: ReleaseOptions = {}): Promise<PushedImage> {
  const { signer = world.signer, layout = 'tags', build = {}, without = [] } = options;
  const image = await world.push(tag);
  const how = { client: world.client, signer, layout };
  if (!without.includes('signature')) await signArtefact(image, how);
  if (!without.includes('provenance')) await attest(image, provenancePredicate({ ...BUILD, ...build }), how);
  if (!without.includes('sbom')) await attest(image, SBOM, how);
  return image;
}

/** The codes of the checks that failed, by check. */
export function failures({ checks }: ArtefactVerdict): Readonly<Record<string, CheckCode>> {
  return Object.fromEntries(checks.filter(({ ok }) => !ok).map(({ check, code }) => [check, code]));
}
