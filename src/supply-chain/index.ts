/**
 * Images: references, an OCI Distribution client that trusts digests only, building small images, and whether an image
 * is signed and attested as an ArtefactPolicy asks.
 * @module
 */
export { filesOfPolicy, readArtefactPolicy } from './artefact-policy.ts';
export { ArtefactPolicyError, RegistryError } from './errors.ts';
export { SigningKeyError, createArtefactSigner, generateArtefactKey } from './artefact-signer.ts';
export { buildImage } from './build-image.ts';
export { provenancePredicate, sbomPredicate } from './predicates.ts';
export { attest, signArtefact } from './sign-artefact.ts';
export { createVerdictCache } from './verdict-cache.ts';
export { verifyArtefact } from './verify-artefact.ts';
export { createOciClient } from './oci-client.ts';
export { digestOf } from './registry-http.ts';
export { formatReference, parseReference } from './reference.ts';
export { createTar } from './tar.ts';
export type { ArtefactPolicy, ReadPolicyFile } from './artefact-policy.ts';
export type { ArtefactSigner } from './artefact-signer.ts';
export type { BuildOptions, BuiltImage, ImageBuild, ServiceSource } from './build-image.ts';
export type { BuildRecord, ImageContent } from './predicates.ts';
export type { Predicate, SignOptions, SignatureLayout } from './sign-artefact.ts';
export type { RegistryErrorCode } from './errors.ts';
export type { Manifest, OciClient, OciClientOptions } from './oci-client.ts';
export type { NewArtefact, NewImage } from './push.ts';
export type { ImageReference } from './reference.ts';
export type { TarFile } from './tar.ts';
export type { ArtefactVerdict, BuildSource, Check, CheckCode, CheckName } from './verdict.ts';
export type { VerdictCache } from './verdict-cache.ts';
export type { VerifyOptions } from './verify-artefact.ts';
