import { createRemoteJWKSet, customFetch as joseFetch, errors, jwtVerify } from 'jose';
import type { RemoteJWKSet } from 'jose';
import * as oidc from 'openid-client';
import { UsageError, messageOf } from '../../core/index.ts';
import type { Clock, Fetch } from '../../core/index.ts';
import type { User } from '../contract.ts';
import { IdentityProviderError, NotSignedInError } from '../errors.ts';
import { userOfClaims } from './claims.ts';

const SCOPE = 'openid profile groups';
const DISCOVERY_MS = 60 * 60_000;

export interface IdentityProviderOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** The `aud` that an access token must have. @default the client id */
  readonly audience?: string;
  readonly clock: Clock;
  readonly fetch: Fetch;
}

/** Tokens of somebody who is signed in. Times are milliseconds since the epoch. */
export interface SignedInTokens {
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly expires: number;
}

/** What has to be remembered between leaving for the provider and coming back. */
export interface SignInChecks {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

interface Discovered {
  readonly server: oidc.ServerMetadata;
  readonly keys: RemoteJWKSet;
  readonly at: number;
}

/** The OpenID Connect provider, found by discovery when it is first needed and looked up again each hour. */
export class IdentityProvider {
  readonly #options: IdentityProviderOptions;
  readonly #insecure: boolean;
  #discovered: Promise<Discovered> | undefined;

  /** @throws UsageError when the issuer is not HTTPS and not on this machine */
  constructor(options: IdentityProviderOptions) {
    this.#options = options;
    this.#insecure = isInsecure(options.issuer);
  }

  /** Where to send somebody to sign in, and what to remember until they are back. */
  async begin(redirectUri: string): Promise<{ readonly url: URL; readonly checks: SignInChecks }> {
    const checks = { verifier: oidc.randomPKCECodeVerifier(), state: oidc.randomState(), nonce: oidc.randomNonce() };
    const url = oidc.buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: redirectUri,
      scope: SCOPE,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
      state: checks.state,
      nonce: checks.nonce,
    });
    return { url, checks };
  }

  /** @throws NotSignedInError when the provider refuses, or answers something else than was asked for */
  async finish(callback: URL, checks: SignInChecks): Promise<SignedInTokens> {
    const configuration = await this.#configuration();
    const tokens = await oidc
      .authorizationCodeGrant(configuration, callback, {
        pkceCodeVerifier: checks.verifier,
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        idTokenExpected: true,
      })
      .catch((error: unknown) => this.#refused(error));
    const user = userOfClaims(tokens.claims());
    if (user === undefined) throw new NotSignedInError('The identity provider names nobody: the ID token has no sub');
    return this.#signedIn(tokens, { user });
  }

  /** @throws NotSignedInError when the sign-in is over */
  async refresh(before: SignedInTokens): Promise<SignedInTokens> {
    if (before.refreshToken === undefined) throw new NotSignedInError('The session is over: sign in again');
    const configuration = await this.#configuration();
    const tokens = await oidc
      .refreshTokenGrant(configuration, before.refreshToken)
      .catch((error: unknown) => this.#refused(error));
    return this.#signedIn(tokens, { ...before, user: userOfClaims(tokens.claims()) ?? before.user });
  }

  /** Where to go to end the sign-in at the provider too; `undefined` when it has no such address. */
  async endSessionUrl(idToken: string | undefined, returnTo: string): Promise<URL | undefined> {
    const configuration = await this.#configuration();
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
    return oidc.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: returnTo,
      ...(idToken === undefined ? {} : { id_token_hint: idToken }),
    });
  }

  /**
   * The user of an access token from the `Authorization` header.
   * @throws NotSignedInError when it is not an access token of this issuer for us, or its time is over
   */
  async verify(accessToken: string): Promise<User> {
    const { issuer, clientId, audience = clientId, clock } = this.#options;
    const { keys } = await this.#discover();
    const verified = await jwtVerify(accessToken, keys, {
      issuer,
      audience,
      currentDate: new Date(clock.now()),
      clockTolerance: 5,
      requiredClaims: ['sub', 'exp'],
    }).catch((error: unknown) => {
      if (isProviderFailure(error)) throw unreachable(error);
      throw new NotSignedInError('The access token is not, or no longer, good', { cause: error });
    });
    const isAccess = verified.protectedHeader.typ?.toLowerCase() === 'at+jwt' || verified.payload['typ'] === 'Bearer';
    const user = isAccess ? userOfClaims(verified.payload) : undefined;
    if (user === undefined) throw new NotSignedInError('The token is not an access token');
    return user;
  }

  #signedIn(
    tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
    before: Pick<SignedInTokens, 'user' | 'refreshToken' | 'idToken'>,
  ): SignedInTokens {
    const refreshToken = tokens.refresh_token ?? before.refreshToken;
    const idToken = tokens.id_token ?? before.idToken;
    return {
      user: before.user,
      accessToken: tokens.access_token,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(idToken === undefined ? {} : { idToken }),
      expires: this.#options.clock.now() + (tokens.expires_in ?? 300) * 1_000,
    };
  }

  #refused(error: unknown): never {
    if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
      throw new NotSignedInError(`The identity provider refused: ${error.error}`, { cause: error });
    }
    if (isProviderFailure(error)) throw unreachable(error);
    throw new NotSignedInError('The answer of the identity provider is not the one that was asked for', {
      cause: error,
    });
  }

  async #configuration(): Promise<oidc.Configuration> {
    const { clientId, clock } = this.#options;
    const { server } = await this.#discover();
    // openid-client reads the machine's clock; ours may be another.
    const skew = Math.round((clock.now() - Date.now()) / 1_000);
    const metadata = { [oidc.clockSkew]: skew, [oidc.clockTolerance]: 5 };
    const configuration = new oidc.Configuration(server, clientId, metadata, oidc.None());
    configuration[oidc.customFetch] = this.#fetch;
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked to stand out: only for a provider on loopback
    if (this.#insecure) oidc.allowInsecureRequests(configuration);
    return configuration;
  }

  async #discover(): Promise<Discovered> {
    const known = await this.#discovered?.catch(() => undefined);
    if (known !== undefined && known.at + DISCOVERY_MS > this.#options.clock.now()) return known;
    this.#discovered = this.#lookUp();
    return this.#discovered;
  }

  async #lookUp(): Promise<Discovered> {
    const { issuer, clientId, clock, fetch } = this.#options;
    try {
      const configuration = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
        [oidc.customFetch]: this.#fetch,
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
        execute: this.#insecure ? [oidc.allowInsecureRequests] : [],
      });
      const server = configuration.serverMetadata();
      const keys = createRemoteJWKSet(new URL(server.jwks_uri ?? ''), { [joseFetch]: fetch });
      return { server, keys, at: clock.now() };
    } catch (error) {
      throw unreachable(error);
    }
  }

  readonly #fetch: oidc.CustomFetch = (url, options) => this.#options.fetch(url, options as RequestInit);
}

function isInsecure(issuer: string): boolean {
  const url = URL.parse(issuer);
  if (url?.protocol === 'https:') return false;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return true;
  throw new UsageError(`Cannot use the issuer, it must be an https address: ${issuer}`);
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isProviderFailure(error: unknown): boolean {
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JWKS_TIMEOUT' || error.code === 'ERR_JOSE_GENERIC';
  return error instanceof TypeError && error.message.includes('fetch');
}

function unreachable(error: unknown): IdentityProviderError {
  return new IdentityProviderError(`Cannot reach the identity provider: ${messageOf(error)}`, { cause: error });
}
