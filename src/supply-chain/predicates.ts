import type { JsonObject } from '../core/index.ts';
import { SLSA_V1 } from './provenance.ts';
import { CYCLONEDX } from './sbom-check.ts';
import type { Predicate } from './sign-artefact.ts';
import type { BuildSource } from './verdict.ts';

/** A build, for its provenance. Times are RFC 3339. */
export interface BuildRecord extends BuildSource {
  /** What kind of build it is: an address that documents the parameters. */
  readonly buildType: string;
  /** Folder of the repository that was built. */
  readonly path: string;
  /** One run of the builder. */
  readonly invocation: string;
  readonly startedAt: string;
}

/** SLSA provenance, version 1. */
export function provenancePredicate(build: BuildRecord): Predicate {
  const { builder, repository, ref, commit, builtAt, buildType, path, invocation, startedAt } = build;
  return {
    predicateType: SLSA_V1,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: { source: { uri: repository, ref }, path },
        resolvedDependencies: [{ uri: `git+${repository}@${ref}`, digest: { gitCommit: commit } }],
      },
      runDetails: {
        builder: { id: builder },
        metadata: { invocationId: invocation, startedOn: startedAt, finishedOn: builtAt },
      },
    },
  };
}

/** What an image is made of, for its bill of materials. */
export interface ImageContent {
  readonly name: string;
  readonly version: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly files: readonly { readonly path: string; readonly digest: string }[];
}

/** A CycloneDX 1.6 bill of materials that lists the files of an image. The same content gives the same document. */
export function sbomPredicate({ name, version, createdAt, files }: ImageContent): Predicate {
  const components = files.map(({ path, digest }): JsonObject => ({
    type: 'file',
    'bom-ref': path,
    name: path,
    hashes: [{ alg: 'SHA-256', content: digest.slice('sha256:'.length) }],
  }));
  return {
    predicateType: CYCLONEDX,
    predicate: {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: { timestamp: createdAt, component: { type: 'container', 'bom-ref': name, name, version } },
      components,
      dependencies: [{ ref: name, dependsOn: files.map(({ path }) => path) }],
    },
  };
}
