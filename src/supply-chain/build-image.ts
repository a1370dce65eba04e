import type { Clock } from '../core/index.ts';
import type { ArtefactSigner } from './artefact-signer.ts';
import type { OciClient } from './oci-client.ts';
import { provenancePredicate, sbomPredicate } from './predicates.ts';
import { digestOf } from './registry-http.ts';
import { attest, signArtefact } from './sign-artefact.ts';
import type { SignatureLayout } from './sign-artefact.ts';
import { createTar } from './tar.ts';
import type { TarFile } from './tar.ts';

/** One service, as a commit has it. */
export interface ServiceSource {
  /** Name of the service. */
  readonly service: string;
  /** Address of the repository, as a policy pins it. */
  readonly repository: string;
  /** Full ref, for instance `refs/heads/main`. */
  readonly ref: string;
  readonly commit: string;
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
  /** Folder of the repository that is built. */
  readonly path: string;
  /** Its files, by path below that folder. */
  readonly files: readonly TarFile[];
}

export interface ImageBuild {
  readonly source: ServiceSource;
  /** Where the image goes. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Who builds, as a policy pins it. */
  readonly builder: string;
  /** One run of the builder, for instance the address of a job. */
  readonly invocation: string;
}

export interface BuildOptions {
  readonly client: OciClient;
  readonly signer: ArtefactSigner;
  readonly clock: Clock;
  /** @default 'tags' */
  readonly layout?: SignatureLayout;
  readonly signal?: AbortSignal;
}

/** An image in its registry, signed and attested. */
export interface BuiltImage {
  readonly digest: string;
  /** Components that the bill of materials lists. */
  readonly components: number;
}

const BUILD_TYPE = 'https://stoa.dev/stoa-cd/ci/v1';

/**
 * Builds an image without a container runtime: one layer with the files of the service under its name, no Dockerfile is
 * run. The same commit gives the same digest. Pushes it, signs it, and attests its bill of materials and its provenance.
 * @throws RegistryError
 */
export async function buildImage(build: ImageBuild, options: BuildOptions): Promise<BuiltImage> {
  const { source, registry, repository, tag, builder, invocation } = build;
  const { client, signer, clock, layout = 'tags', signal } = options;
  const startedAt = new Date(clock.now()).toISOString();
  const files = source.files
    .map((file) => ({ ...file, path: `${source.service}/${file.path}` }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const labels = {
    'org.opencontainers.image.revision': source.commit,
    'org.opencontainers.image.source': source.repository,
    'org.opencontainers.image.title': source.service,
  };
  const image = { registry, repository, tag, layers: [createTar(files)], labels, createdAt: source.committedAt };
  const digest = await client.pushImage(image, signal);
  const signed = { registry, repository, digest };
  const how = { client, signer, layout, ...(signal === undefined ? {} : { signal }) };
  const { ref, commit, path } = source;
  const origin = { repository: source.repository, ref, commit, path };
  const content = {
    name: source.service,
    version: commit,
    createdAt: new Date(source.committedAt).toISOString(),
    files: files.map((file) => ({ path: file.path, digest: digestOf(file.content) })),
  };
  await signArtefact(signed, how);
  await attest(signed, sbomPredicate(content), how);
  const builtAt = new Date(clock.now()).toISOString();
  const record = { ...origin, builder, invocation, startedAt, builtAt, buildType: BUILD_TYPE };
  await attest(signed, provenancePredicate(record), how);
  return { digest, components: files.length };
}
