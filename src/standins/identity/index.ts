/**
 * An OpenID Connect provider with development users: authorization code with PKCE for a browser, the password grant for a
 * command line, and a `groups` claim. Where a team has Keycloak, Keycloak takes its place.
 * @module
 */
export { startIdentity } from './identity.ts';
export type { Identity, IdentityOptions, IdentityUser } from './identity.ts';
