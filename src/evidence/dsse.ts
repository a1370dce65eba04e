import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { preAuthenticationEncoding } from '../core/index.ts';
import { EvidenceError } from './errors.ts';

/** A Dead Simple Signing Envelope, v1. */
export interface Envelope {
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

export interface Signer {
  /** SHA-256 of the public key's SPKI form, in hexadecimal. */
  readonly keyId: string;
  readonly publicKeyPem: string;
  sign(payloadType: string, payload: Uint8Array): Envelope;
}

/** A new Ed25519 private key, PKCS #8 PEM. */
export function generateSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** @throws EvidenceError `INVALID_KEY` for anything but an Ed25519 private key */
export function createSigner(privateKeyPem: string): Signer {
  const privateKey = readKey(() => createPrivateKey(privateKeyPem));
  const publicKey = createPublicKey(privateKey);
  const keyId = keyIdOf(publicKey);
  return {
    keyId,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (payloadType, payload) => ({
      payloadType,
      payload: Buffer.from(payload).toString('base64'),
      signatures: [
        {
          keyid: keyId,
          sig: sign(null, preAuthenticationEncoding(payloadType, payload), privateKey).toString('base64'),
        },
      ],
    }),
  };
}

/** Public keys by their id. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** @throws EvidenceError `INVALID_KEY` */
export function trustKeys(pems: readonly string[]): TrustedKeys {
  const keys = pems.map((pem) => readKey(() => createPublicKey(pem)));
  return new Map(keys.map((key) => [keyIdOf(key), key]));
}

/** True when one signature of the envelope is by a trusted key. Computed off the main thread: many at once use every core. */
export async function verifyEnvelope(
  { payloadType, payload, signatures }: Envelope,
  trusted: TrustedKeys,
): Promise<boolean> {
  const bytes = preAuthenticationEncoding(payloadType, Buffer.from(payload, 'base64'));
  for (const { keyid, sig } of signatures) {
    const key = trusted.get(keyid);
    if (key !== undefined && (await isSignedBy(key, bytes, Buffer.from(sig, 'base64')))) return true;
  }
  return false;
}

function isSignedBy(key: KeyObject, bytes: Buffer, signature: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(null, bytes, key, signature, (error, valid) => (error === null ? resolve(valid) : reject(error)));
  });
}

/** The id of a public key; `undefined` for what is no Ed25519 key. */
export function keyIdOfPem(pem: string): string | undefined {
  try {
    return trustKeys([pem]).keys().next().value;
  } catch {
    return undefined; // Whatever is wrong with it, it is not the key that is looked for.
  }
}

function keyIdOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function readKey(read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new EvidenceError('INVALID_KEY', 'Cannot use the key of the ledger: it is no PEM key', { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new EvidenceError('INVALID_KEY', 'Cannot use the key of the ledger: it is not Ed25519');
  return key;
}
