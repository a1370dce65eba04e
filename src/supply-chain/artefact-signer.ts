import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AppError, messageOf } from '../core/index.ts';

/** The key is no private key that can sign images. */
export class SigningKeyError extends AppError {
  override readonly name = 'SigningKeyError';
  readonly code = 'INVALID_KEY';
}

/** A key of our own that signs images the way Cosign does with `--key`. */
export interface ArtefactSigner {
  readonly publicKeyPem: string;
  readonly publicKey: KeyObject;
  /** Base64 of the SHA-256 of the public key's SPKI form, as Sigstore bundles name keys. */
  readonly hint: string;
  /** ECDSA with SHA-256, in DER. */
  sign(content: Uint8Array): Buffer;
}

/** A new ECDSA P-256 private key, PKCS #8 PEM. */
export function generateArtefactKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** @throws SigningKeyError for anything but an ECDSA private key in PEM */
export function createArtefactSigner(privateKeyPem: string): ArtefactSigner {
  const privateKey = readKey(privateKeyPem);
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    publicKey,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    hint: createHash('sha256').update(spki).digest('base64'),
    sign: (content) => sign('sha256', content, privateKey),
  };
}

function readKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new SigningKeyError(`Cannot read the signing key: ${messageOf(cause)}`, { cause });
  }
  if (key.asymmetricKeyType !== 'ec') throw new SigningKeyError('Cannot sign with this key: it is not an ECDSA key');
  return key;
}
