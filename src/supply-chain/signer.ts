import { VerificationError, Verifier } from '@sigstore/verify';
import type { SignedEntity, Signer, TrustMaterial } from '@sigstore/verify';
import { messageOf } from '../core/index.ts';
import type { Authority } from './artefact-policy.ts';
import { certifiedSource } from './certified-source.ts';
import type { CertifiedSource } from './certified-source.ts';
import type { Failure } from './verdict.ts';

/** Who signed, once it is believed; otherwise why not. */
export type SignerResult = BelievedSigner | Failure;

export interface BelievedSigner {
  /** Key by its name, or the subject of the certificate. */
  readonly signedBy: string;
  /** Absent for a key. */
  readonly certified?: CertifiedSource;
}

type KeyAuthority = Extract<Authority, { readonly kind: 'key' }>;
type IdentityAuthority = Extract<Authority, { readonly kind: 'identity' }>;

/** Checks a signature against every signer that the policy allows. The first that fits is believed. */
export function verifySigner(
  entity: SignedEntity,
  authorities: readonly Authority[],
  trust: TrustMaterial,
): SignerResult {
  let failure: Failure | undefined;
  for (const authority of authorities) {
    const result =
      authority.kind === 'key' ? verifyByKey(entity, authority, trust) : verifyByIdentity(entity, authority, trust);
    if ('signedBy' in result) return result;
    failure = tellingFailure(failure, result);
  }
  return failure ?? { code: 'UNTRUSTED_SIGNER', reason: 'the policy allows no signer' };
}

function verifyByKey(entity: SignedEntity, authority: KeyAuthority, trust: TrustMaterial): SignerResult {
  const { name, key, transparencyLog } = authority;
  if (entity.key.$case !== 'public-key')
    return { code: 'UNTRUSTED_SIGNER', reason: `it is not signed with key ${name}` };
  const material = { ...trust, publicKey: () => ({ publicKey: key, validFor: () => true }) };
  const options = { ctlogThreshold: 0, tlogThreshold: transparencyLog ? 1 : 0, timestampThreshold: 0 };
  // Without a log in the policy there is nothing to check an entry against, and nothing hangs on it.
  const subject = transparencyLog ? entity : { ...entity, tlogEntries: [], timestamps: [] };
  const result = run(() => new Verifier(material, options).verify(subject));
  if (!('code' in result)) return { signedBy: `key ${name}` };
  return result.code === 'NO_LOG_ENTRY'
    ? result
    : { code: 'UNTRUSTED_SIGNER', reason: `it is not signed with key ${name}` };
}

function verifyByIdentity(entity: SignedEntity, authority: IdentityAuthority, trust: TrustMaterial): SignerResult {
  const { issuer, subject, transparencyLog, certificateTransparency } = authority;
  if (entity.key.$case !== 'certificate')
    return { code: 'UNTRUSTED_SIGNER', reason: `it is signed with a key, not by ${subject.text}` };
  const options = {
    ctlogThreshold: certificateTransparency ? 1 : 0,
    tlogThreshold: transparencyLog ? 1 : 0,
    timestampThreshold: 1,
  };
  const result = run(() => new Verifier(trust, options).verify(entity));
  if ('code' in result) return result;
  const { subjectAlternativeName: actual = 'nobody', extensions } = result.identity ?? {};
  if (extensions?.issuer === issuer && subject.matches(actual))
    return { signedBy: actual, certified: certifiedSource(result) };
  return {
    code: 'UNTRUSTED_SIGNER',
    reason: `it is signed by ${actual} of ${extensions?.issuer ?? 'no issuer'}, not by ${subject.text} of ${issuer}`,
  };
}

/** The library throws its own errors for what does not verify, and others for what is malformed. Neither is believed. */
function run(verify: () => Signer): Signer | Failure {
  try {
    return verify();
  } catch (error) {
    if (error instanceof VerificationError) return { code: codeOf(error), reason: reasonOf(error) };
    return { code: 'MALFORMED', reason: `its signature cannot be read: ${messageOf(error)}` };
  }
}

function codeOf({ code }: VerificationError): Failure['code'] {
  if (code === 'TIMESTAMP_ERROR') return 'NO_TIMESTAMP';
  if (code === 'CERTIFICATE_ERROR') return 'UNTRUSTED_CERTIFICATE';
  return code.startsWith('TLOG_') ? 'NO_LOG_ENTRY' : 'UNTRUSTED_SIGNER';
}

function reasonOf(error: VerificationError): string {
  switch (codeOf(error)) {
    case 'NO_TIMESTAMP':
      return `no trusted time shows that it was signed while its certificate was valid: ${error.message}`;
    case 'UNTRUSTED_CERTIFICATE':
      return `its certificate is not to be trusted: ${error.message}`;
    case 'NO_LOG_ENTRY':
      return `no transparency log vouches for it: ${error.message}`;
    default:
      return `its signature is wrong: ${error.message}`;
  }
}

/** Of two failures the one that came further says more: a signer that is another over a signature that is none. */
function tellingFailure(first: Failure | undefined, second: Failure): Failure {
  if (first === undefined) return second;
  if (first.code === second.code && first.code === 'UNTRUSTED_SIGNER')
    return {
      ...first,
      reason: first.reason.includes(second.reason) ? first.reason : `${first.reason}; ${second.reason}`,
    };
  return second.code === 'UNTRUSTED_SIGNER' ? first : second;
}
