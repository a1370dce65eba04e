import type { TrustMaterial } from '@sigstore/verify';
import { messageOf } from '../core/index.ts';
import type { Authority } from './artefact-policy.ts';
import type { Attached } from './attached.ts';
import type { CertifiedSource } from './certified-source.ts';
import { readClaim } from './claim.ts';
import type { Claim, Subject } from './claim.ts';
import type { Statement } from './statement.ts';
import { verifySigner } from './signer.ts';
import type { CheckEvidence, Failure } from './verdict.ts';

/** A claim whose signature, signer and digest are right. */
export interface Believed {
  readonly statement: Statement | undefined;
  readonly evidence: CheckEvidence;
  /** What the certificate of the signer says; absent for a key. */
  readonly certified?: CertifiedSource;
}

/** What was read from the blobs that are attached to an image. */
export interface Claims {
  readonly claims: readonly Claim[];
  /** Blobs that should have been claims and could not be read. */
  readonly problems: readonly string[];
}

/** The claims that are to be believed and, when there are none, the most telling reason why. */
export interface Belief {
  readonly believed: readonly Believed[];
  readonly failure: Failure;
}

export function readClaims(attached: readonly Attached[], subject: Subject): Claims {
  const read = attached.map((item) => readClaim(item, subject)).filter((claim) => claim !== undefined);
  return {
    claims: read.filter((claim) => 'entity' in claim),
    problems: read.flatMap((claim) => ('problem' in claim ? [`${claim.evidence.digest}: ${claim.problem}`] : [])),
  };
}

/** Believes those of `claims` that one of `authorities` has signed for this very digest. `what` names what is missing. */
export function believe(
  { claims, problems }: Claims,
  {
    authorities,
    trust,
    what,
  }: { readonly authorities: readonly Authority[]; readonly trust: TrustMaterial; readonly what: string },
): Belief {
  const believed: Believed[] = [];
  const unreadable =
    problems.length > 0 ? `; ${problems.length} could not be read: ${problems.slice(0, 3).join(', ')}` : '';
  let failure: Failure = {
    code: problems.length > 0 && claims.length === 0 ? 'MALFORMED' : 'MISSING',
    reason: `it has no ${what}${unreadable}`,
  };
  let stage = 0;
  for (const { entity, evidence, statement, otherDigest } of claims) {
    const signer = verifySigner(entity, authorities, trust);
    const problem = 'code' in signer ? signer : digestFailure(otherDigest, what);
    if (problem === undefined && 'signedBy' in signer) {
      const { signedBy, ...rest } = signer;
      believed.push({ statement, evidence: { ...evidence, signedBy }, ...rest });
    }
    const reached = 'code' in signer ? 1 : 2;
    if (problem === undefined || reached <= stage) continue;
    stage = reached;
    failure = { ...problem, reason: `its ${what} does not count: ${problem.reason}`, evidence };
  }
  return { believed, failure };
}

function digestFailure(otherDigest: string | undefined, what: string): Failure | undefined {
  return otherDigest === undefined
    ? undefined
    : { code: 'OTHER_DIGEST', reason: `the ${what} is for another image, ${otherDigest.slice(0, 80)}` };
}

/** The first value that `read` makes of what is believed, else why there is none. `read` may throw on a wrong shape. */
export function firstOf<T extends object>(
  { believed, failure }: Belief,
  read: (item: Believed) => T | Failure,
): { readonly value: T; readonly evidence: CheckEvidence } | Failure {
  let last = failure;
  for (const item of believed) {
    const value = attempt(() => read(item));
    if (!('code' in value)) return { value, evidence: item.evidence };
    last = { evidence: item.evidence, ...value };
  }
  return last;
}

/** What `read` answers, or a failure in place of the error that a wrong shape raises. */
export function attempt<T extends object>(read: () => T | Failure): T | Failure {
  try {
    return read();
  } catch (error) {
    return {
      code: 'MALFORMED',
      reason: `it cannot be read: ${(messageOf(error).split('\n', 1)[0] ?? '').slice(0, 200)}`,
    };
  }
}
