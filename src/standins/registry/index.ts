/**
 * An image registry: OCI Distribution 1.1 with referrers, for `skopeo`, `docker`, `cosign` and our own client.
 * @module
 */
export { startRegistry } from './registry.ts';
export type { RegistryOptions, RegistryServer } from './registry.ts';
