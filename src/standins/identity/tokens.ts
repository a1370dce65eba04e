import { createHash, randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { Clock } from '../../core/index.ts';
import type { User, UserDirectory } from './directory.ts';
import type { Grant, Grants } from './grants.ts';
import type { SigningKey } from './signing-key.ts';

/** Seconds for which an access or ID token is good. */
const TOKEN_SECONDS = 15 * 60;

export interface TokenPorts {
  readonly issuer: string;
  readonly key: SigningKey;
  readonly clock: Clock;
  readonly users: UserDirectory;
  readonly grants: Grants;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
  readonly id_token?: string;
}

export interface Issue {
  readonly user: User;
  readonly grant: Grant;
  readonly refreshToken: string;
  readonly nonce?: string;
}

/** Makes and checks the tokens of one issuer. */
export class Tokens {
  readonly #ports: TokenPorts;

  constructor(ports: TokenPorts) {
    this.#ports = ports;
  }

  async issue({ user, grant, refreshToken, nonce }: Issue): Promise<TokenAnswer> {
    const { key, issuer } = this.#ports;
    const iat = Math.floor(this.#ports.clock.now() / 1_000);
    const common = { iss: issuer, aud: grant.client, iat, exp: iat + TOKEN_SECONDS, sid: grant.id, ...claimsOf(user) };
    const access_token = await key.sign(
      { ...common, jti: randomUUID(), client_id: grant.client, azp: grant.client, scope: grant.scope },
      'at+jwt',
    );
    const answer = {
      access_token,
      token_type: 'Bearer',
      expires_in: TOKEN_SECONDS,
      refresh_token: refreshToken,
      scope: grant.scope,
    } as const;
    if (!grant.scope.split(' ').includes('openid')) return answer;
    const identity: JWTPayload = {
      ...common,
      auth_time: Math.floor(grant.authTime / 1_000),
      at_hash: createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url'),
      ...(nonce === undefined ? {} : { nonce }),
    };
    return { ...answer, id_token: await key.sign(identity, 'JWT') };
  }

  /** The user of an access token of this issuer that is in time and whose sign-in has not been ended. */
  async userOf(accessToken: string): Promise<User | undefined> {
    const { key, issuer, clock, users, grants } = this.#ports;
    const payload = await key
      .verify(accessToken, { issuer, type: 'at+jwt', now: clock.now() })
      // A token that does not verify is an answer, not a failure: nobody is signed in.
      .catch(() => undefined);
    const { preferred_username: name, sid } = payload ?? {};
    if (typeof name !== 'string' || typeof sid !== 'string' || !grants.has(sid)) return undefined;
    return users.find(name);
  }

  /** The sign-in that an ID token of this issuer belongs to, also after the token's time. */
  async grantOf(idToken: string): Promise<{ readonly id: string; readonly client: string } | undefined> {
    const { key, issuer, clock } = this.#ports;
    const payload = await key
      .verify(idToken, { issuer, type: 'JWT', now: clock.now(), ignoreExpiry: true })
      // As above: a hint that does not verify hints at nothing.
      .catch(() => undefined);
    const { sid, aud } = payload ?? {};
    return typeof sid === 'string' && typeof aud === 'string' ? { id: sid, client: aud } : undefined;
  }
}

/** Standard claims, plus `groups` by name as Keycloak's group mapper writes them without the full path. */
export function claimsOf(user: User): JWTPayload & { readonly groups: readonly string[] } {
  return { sub: user.subject, preferred_username: user.name, name: user.displayName, groups: user.groups };
}
