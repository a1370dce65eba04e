import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { Clock, JsonObject } from '../../../core/index.ts';
import { isJsonObject } from '../../../core/index.ts';

/** What a token says. Times are seconds since the epoch. */
export interface Claims extends JsonObject {
  sub: string;
  exp: number;
}

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const HEADER = { alg: 'ES256', typ: 'JWT', kid: 'stoa-cd' };
const MAX_TOKEN = 8_192;

/** Signs and checks bearer tokens (JWT, ES256). Only this server's key counts. */
export class TokenSigner {
  readonly #key: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #clock: Clock;

  /** @param key PEM, as {@link newTokenKey} makes it */
  constructor(key: string, clock: Clock) {
    this.#key = createPrivateKey(key);
    this.#publicKey = createPublicKey(this.#key);
    this.#clock = clock;
  }

  sign(claims: Claims): string {
    const iat = Math.floor(this.#clock.now() / 1_000);
    const body = `${encode(HEADER)}.${encode({ iss: ISSUER, iat, nbf: iat, ...claims })}`;
    const signature = sign('sha256', Buffer.from(body), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${body}.${signature.toString('base64url')}`;
  }

  /** `undefined` when the token is malformed, expired, or signed by somebody else. */
  verify(token: string): Claims | undefined {
    if (token.length > MAX_TOKEN) return undefined;
    const [header = '', payload = '', signature = '', ...rest] = token.split('.');
    if (rest.length > 0 || decode(header)?.['alg'] !== HEADER.alg) return undefined;
    const key = { key: this.#publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const signed = Buffer.from(`${header}.${payload}`);
    if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) return undefined;
    const claims = decode(payload);
    return claims !== undefined && this.#isCurrent(claims) ? claims : undefined;
  }

  /** The public key, as `/openid/v1/jwks` shows it. */
  get jwk(): JsonWebKey {
    return { ...this.#publicKey.export({ format: 'jwk' }), kid: HEADER.kid, alg: HEADER.alg, use: 'sig' };
  }

  #isCurrent(claims: JsonObject): claims is Claims {
    const { iss, sub, exp } = claims;
    return iss === ISSUER && typeof sub === 'string' && typeof exp === 'number' && exp * 1_000 > this.#clock.now();
  }
}

export function newTokenKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // not a token
  }
}
