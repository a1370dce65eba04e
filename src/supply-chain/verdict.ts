/** What was looked at. `registry`: whether it could be asked; `policy`: whether a rule covers the image. */
export type CheckName =
  | 'policy'
  | 'registry'
  | 'image'
  | 'quarantine'
  | 'signature'
  | 'provenance'
  | 'commit'
  | 'sbom'
  | 'vulnerabilities'
  | 'age';

/** Why a check failed, stable; `PASSED` when it did not. */
export type CheckCode =
  | 'PASSED'
  | 'NO_RULE'
  | 'UNAVAILABLE'
  | 'UNTRUSTED_REGISTRY'
  | 'NO_IMAGE'
  | 'QUARANTINED'
  | 'MISSING'
  | 'MALFORMED'
  | 'UNTRUSTED_SIGNER'
  | 'UNTRUSTED_CERTIFICATE'
  | 'NO_TIMESTAMP'
  | 'NO_LOG_ENTRY'
  | 'OTHER_DIGEST'
  | 'OTHER_BUILDER'
  | 'OTHER_SOURCE'
  | 'OTHER_REF'
  | 'OTHER_COMMIT'
  | 'EMPTY_SBOM'
  | 'OTHER_FORMAT'
  | 'OVER_BUDGET'
  | 'STALE_SCAN'
  | 'BUILD_TIME_UNKNOWN'
  | 'TOO_OLD'
  | 'REPLAYED';

/** What a check stands on, for the ledger. */
export interface CheckEvidence {
  /** Of the blob that holds the signature or attestation. */
  readonly digest: string;
  readonly mediaType: string;
  /** Key by its name, or the subject of the certificate. */
  readonly signedBy?: string;
  readonly predicateType?: string;
  readonly facts?: Readonly<Record<string, string | number>>;
}

export interface Check {
  readonly check: CheckName;
  readonly ok: boolean;
  readonly code: CheckCode;
  /** A sentence for people. */
  readonly reason: string;
  readonly evidence?: CheckEvidence;
}

/** Whether an image is what the policy asks for. Plain data: it can be shown, stored and recorded. */
export interface ArtefactVerdict {
  /** The reference as it was given. */
  readonly image: string;
  /** What was verified; empty when the reference could not be resolved. */
  readonly digest: string;
  readonly policy: { readonly name: string; readonly hash: string };
  readonly verified: boolean;
  /** Whether the policy protects the environment asked about: a gate refuses what is enforced and not verified. */
  readonly enforced: boolean;
  readonly checks: readonly Check[];
  /** Where the build says it came from; absent when the policy asks for no provenance or it was not believed. */
  readonly source?: BuildSource;
  /** RFC 3339. Of the look at the registry: an old time when the verdict is from the cache. */
  readonly checkedAt: string;
  readonly from: 'registry' | 'cache';
}

/** The facts of a SLSA provenance. */
export interface BuildSource {
  readonly builder: string;
  readonly repository: string;
  readonly ref: string;
  readonly commit: string;
  /** RFC 3339; empty when the provenance names no time. */
  readonly builtAt: string;
}

export function passed(check: CheckName, reason: string, evidence?: CheckEvidence): Check {
  return { check, ok: true, code: 'PASSED', reason, ...(evidence === undefined ? {} : { evidence }) };
}

export function failed(check: CheckName, { code, reason, evidence }: Failure): Check {
  return { check, ok: false, code, reason, ...(evidence === undefined ? {} : { evidence }) };
}

export interface Failure {
  readonly code: CheckCode;
  readonly reason: string;
  readonly evidence?: CheckEvidence;
}
