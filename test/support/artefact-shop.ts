import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/index.ts';
import { startRegistry } from '../../src/standins/registry/index.ts';
import {
  buildImage,
  createArtefactSigner,
  createOciClient,
  createTar,
  generateArtefactKey,
  signArtefact,
} from '../../src/supply-chain/index.ts';
import type { ArtefactSigner, OciClient } from '../../src/supply-chain/index.ts';
import { SOURCE_COMMIT } from './promotion-world.ts';

const BUILDER = 'https://ci.test/builder';
const SOURCE = 'https://git.test/stoa/stoa-platform';

export interface Build {
  /** @default who the policy names */
  readonly by?: ArtefactSigner;
  readonly ref?: string;
  readonly repository?: string;
  readonly commit?: string;
}

/** A registry of its own, a CI that builds `stoa/web` into it, and the policy that asks for what this CI does. */
export class ArtefactShop implements AsyncDisposable {
  /** `host:port`. */
  readonly host: string;
  readonly stranger = createArtefactSigner(generateArtefactKey());
  /** For everybody but CI: fails while {@link down}. */
  readonly client: OciClient;
  down = false;
  readonly #ci = createOciClient({ fetch });
  readonly #signer = createArtefactSigner(generateArtefactKey());
  readonly #directory: string;
  readonly #registry: AsyncDisposable;
  #count = 0;

  private constructor(directory: string, registry: AsyncDisposable & { readonly url: string }) {
    this.#directory = directory;
    this.#registry = registry;
    this.host = new URL(registry.url).host;
    this.client = createOciClient({
      fetch: async (...request) => (this.down ? Promise.reject(new TypeError('fetch failed')) : fetch(...request)),
    });
  }

  static async open(): Promise<ArtefactShop> {
    const directory = await mkdtemp(join(tmpdir(), 'stoa-artefacts-'));
    return new ArtefactShop(directory, await startRegistry({ directory, port: 0 }));
  }

  /** Files of `policy/`. @param more of the document's spec @param host where images are released from */
  files(more = '', host = this.host): ReadonlyMap<string, string> {
    const policy = `apiVersion: delivery.stoa.dev/v1alpha1
kind: ArtefactPolicy
metadata: { name: artefacts }
spec:
  keys: [{ name: ci, file: policy/ci.pub.pem }]
  images:
    - repository: ${host}/stoa/*
      signedBy: [{ key: ci }]
      provenance: { builder: '${BUILDER}', sourceRepository: '${SOURCE}', refs: [refs/heads/main] }
      sbom: { formats: [CycloneDX] }
${more}`;
    return new Map([
      ['policy/artefacts.yaml', policy],
      ['policy/ci.pub.pem', this.#signer.publicKeyPem],
    ]);
  }

  /** Number of the last build: later builds are younger. */
  get count(): number {
    return this.#count;
  }

  /** Builds, signs and attests as CI does. @returns the digest */
  async built({
    by = this.#signer,
    ref = 'refs/heads/main',
    repository = SOURCE,
    commit = SOURCE_COMMIT,
  }: Build = {}): Promise<string> {
    const count = ++this.#count;
    const source = {
      ...{ service: 'web', repository, ref, commit, committedAt: count * 1000, path: 'services/web' },
      files: [{ path: 'VERSION', content: `build ${count}` }],
    };
    const image = { registry: this.host, repository: 'stoa/web', tag: `b${count}` };
    const build = { source, ...image, builder: BUILDER, invocation: `${BUILDER}/${count}` };
    return (await buildImage(build, { client: this.#ci, signer: by, clock: systemClock })).digest;
  }

  /** An image and nothing about it. */
  async unsigned(): Promise<string> {
    const count = ++this.#count;
    const layers = [createTar([{ path: 'VERSION', content: `plain ${count}` }])];
    const image = { registry: this.host, repository: 'stoa/web', tag: `p${count}`, layers, createdAt: 0 };
    return this.#ci.pushImage(image);
  }

  /** Signed by CI, but nobody says where it comes from and what is in it. */
  async bare(): Promise<string> {
    const digest = await this.unsigned();
    const image = { registry: this.host, repository: 'stoa/web', digest };
    await signArtefact(image, { client: this.#ci, signer: this.#signer });
    return digest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#registry[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Images that no environment is given, and why. */
export const ATTACKS: readonly {
  readonly what: string;
  readonly make: (shop: ArtefactShop) => Promise<string>;
  readonly why: RegExp;
}[] = [
  { what: 'is not signed', make: (shop) => shop.unsigned(), why: /signature: / },
  { what: 'is signed by somebody else', make: (shop) => shop.built({ by: shop.stranger }), why: /signature: / },
  {
    what: 'comes from another branch',
    make: (shop) => shop.built({ ref: 'refs/heads/feature' }),
    why: /provenance: .*feature/,
  },
  {
    what: 'comes from another project',
    make: (shop) => shop.built({ repository: 'https://git.test/stoa/other' }),
    why: /provenance: .*stoa\/other/,
  },
  {
    what: 'is signed, but nobody says what is in it and where it comes from',
    make: (shop) => shop.bare(),
    why: /(provenance|sbom): /,
  },
  { what: 'is not there', make: async () => `sha256:${'e'.repeat(64)}`, why: /image: / },
];
