import { createHash, createPublicKey, generateKeyPair } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SignJWT, createLocalJWKSet, exportJWK, importPKCS8, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const FILE = 'signing-key.pem';
const ALGORITHM = 'RS256';
const generate = promisify(generateKeyPair);

/** Kind of token: `at+jwt` (RFC 9068) for access, `JWT` for identity. The one is never taken for the other. */
export type TokenType = 'at+jwt' | 'JWT';

export interface SigningKey {
  readonly jwks: JSONWebKeySet;
  sign(payload: JWTPayload, type: TokenType): Promise<string>;
  /** @throws an error of jose when signature, times, issuer or type are not right */
  verify(token: string, expected: VerifyOptions): Promise<JWTPayload>;
}

export interface VerifyOptions {
  readonly issuer: string;
  readonly type: TokenType;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Lets a token pass whose time is over, as a logout hint may be. @default false */
  readonly ignoreExpiry?: boolean;
}

/** The provider's RSA key, made at the first start of a data directory. */
export async function loadSigningKey(directory: string): Promise<SigningKey> {
  const file = join(directory, FILE);
  const pem = (await readPrivateFile(file)) ?? (await createKey(file));
  const privateKey = await importPKCS8(pem, ALGORITHM);
  const jwk = await exportJWK(createPublicKey(pem));
  const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url').slice(0, 16);
  const jwks: JSONWebKeySet = { keys: [{ ...jwk, kid, use: 'sig', alg: ALGORITHM }] };
  const publicKeys = createLocalJWKSet(jwks);
  return {
    jwks,
    sign: (payload, typ) => new SignJWT(payload).setProtectedHeader({ alg: ALGORITHM, kid, typ }).sign(privateKey),
    async verify(token, { issuer, type, now, ignoreExpiry = false }) {
      const { payload } = await jwtVerify(token, publicKeys, {
        issuer,
        typ: type,
        algorithms: [ALGORITHM],
        currentDate: new Date(ignoreExpiry ? 0 : now),
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      return payload;
    },
  };
}

async function createKey(file: string): Promise<string> {
  const { privateKey } = await generate('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await writePrivateFile(file, privateKey);
  return privateKey;
}
