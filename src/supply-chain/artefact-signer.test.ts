import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createArtefactSigner, generateArtefactKey } from './artefact-signer.ts';

describe(createArtefactSigner, () => {
  it('signs what its public key verifies, and names the key as Sigstore does', () => {
    const signer = createArtefactSigner(generateArtefactKey());
    const content = Buffer.from('content');
    const key = createPublicKey(signer.publicKeyPem);

    expect(verify('sha256', content, key, signer.sign(content))).toBe(true);
    expect(verify('sha256', Buffer.from('other'), key, signer.sign(content))).toBe(false);
    const spki = key.export({ type: 'spki', format: 'der' });
    expect(signer.hint).toBe(createHash('sha256').update(spki).digest('base64'));
  });

  const ed25519 = generateKeyPairSync('ed25519');
  it.each([
    { name: 'nonsense', pem: 'nonsense' },
    { name: 'an Ed25519 key', pem: ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    { name: 'a public key', pem: ed25519.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
  ])('refuses $name', ({ pem }) => {
    expect(() => createArtefactSigner(pem)).toThrow(expect.objectContaining({ code: 'INVALID_KEY' }) as Error);
  });
});
