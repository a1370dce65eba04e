/**
 * Images: references, an OCI Distribution client that trusts digests only, and building small images.
 * @module
 */
export { RegistryError } from './errors.ts';
export { createOciClient, digestOf } from './oci-client.ts';
export { formatReference, parseReference } from './reference.ts';
export { createTar } from './tar.ts';
export type { RegistryErrorCode } from './errors.ts';
export type { Manifest, NewImage, OciClient, OciClientOptions } from './oci-client.ts';
export type { ImageReference } from './reference.ts';
export type { TarFile } from './tar.ts';
