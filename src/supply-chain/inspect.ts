import type { ArtefactPolicy, Authority, ImageRule, ProvenanceRule, VulnerabilityRule } from './artefact-policy.ts';
import { judgeCertified } from './certified-source.ts';
import { collectAttached } from './attached.ts';
import type { Attachments } from './attached.ts';
import { attempt, believe, firstOf, readClaims } from './believe.ts';
import type { Belief, Believed, Claims } from './believe.ts';
import { isSignature } from './claim.ts';
import type { Claim } from './claim.ts';
import type { OciClient } from './oci-client.ts';
import { SLSA_V02, SLSA_V1, judgeProvenance, readProvenance } from './provenance.ts';
import type { ImageReference } from './reference.ts';
import { CYCLONEDX, SPDX, checkSbom } from './sbom-check.ts';
import { failed, passed } from './verdict.ts';
import type { BuildSource, Check, Failure } from './verdict.ts';
import { judgeScan, readScan } from './vulnerabilities.ts';
import type { Scan } from './vulnerabilities.ts';

export const COSIGN_VULN = 'https://cosign.sigstore.dev/attestation/vuln/v1';

/** What a look at the registry has shown of one image. */
export interface Inspection {
  readonly checks: readonly Check[];
  /** Present when a provenance was believed. */
  readonly source?: BuildSource;
}

export interface InspectContext {
  readonly client: OciClient;
  readonly policy: ArtefactPolicy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal;
}

export type DigestReference = ImageReference & { readonly digest: string };

/**
 * Looks at everything that is attached to an image and at what the rule asks for.
 * @throws RegistryError when the registry cannot be asked or has no such image
 */
export async function inspect(
  context: InspectContext,
  reference: DigestReference,
  rule: ImageRule,
): Promise<Inspection> {
  const { client, policy, now, signal } = context;
  const manifest = (await client.manifest(reference, signal)).content;
  const attachments = await collectAttached(client, reference, signal);
  const claims = withSkipped(readClaims(attachments.found, { digest: reference.digest, manifest }), attachments);
  const believed = (wanted: (claim: Claim) => boolean, authorities: readonly Authority[], what: string): Belief =>
    believe({ ...claims, claims: claims.claims.filter(wanted) }, { authorities, trust: policy.trust, what });
  const about = (...types: readonly string[]) => {
    return ({ statement }: Claim): boolean => statement !== undefined && types.includes(statement.predicateType);
  };
  const checks: Check[] = [checkSignature(believed(isSignature, rule.signedBy, 'signature'))];
  let source: BuildSource | undefined;
  if (rule.provenance !== undefined) {
    const found = checkProvenance(
      believed(about(SLSA_V1, SLSA_V02), rule.provenance.signedBy, 'provenance'),
      rule.provenance,
    );
    checks.push(found.check);
    source = found.source;
  }
  if (rule.sbom !== undefined) {
    const belief = believed(about(CYCLONEDX, SPDX), rule.sbom.signedBy, 'SBOM attestation');
    checks.push(
      await checkSbom({ client, trust: policy.trust, signal }, { reference, attachments, belief }, rule.sbom),
    );
  }
  if (rule.vulnerabilities !== undefined) {
    const belief = believed(about(COSIGN_VULN), rule.vulnerabilities.signedBy, 'vulnerability scan');
    checks.push(checkScan(belief, rule.vulnerabilities, now));
  }
  return { checks, ...(source === undefined ? {} : { source }) };
}

function withSkipped(claims: Claims, { skipped }: Attachments): Claims {
  return { ...claims, problems: [...claims.problems, ...skipped] };
}

function checkSignature({ believed, failure }: Belief): Check {
  const [first] = believed;
  if (first === undefined) return failed('signature', failure);
  return passed('signature', `signed by ${first.evidence.signedBy ?? ''}`, first.evidence);
}

function checkProvenance(
  belief: Belief,
  rule: ProvenanceRule,
): { readonly check: Check; readonly source?: BuildSource } {
  const found = firstOf<BuildSource>(belief, ({ statement, certified }) => {
    if (statement === undefined) return belief.failure;
    const source = readProvenance(statement);
    const overruled = certified === undefined ? undefined : judgeCertified(source, certified);
    return judgeProvenance(source, rule) ?? overruled ?? source;
  });
  if ('code' in found) return { check: failed('provenance', found) };
  const { value: source, evidence } = found;
  const reason = `built from ${source.repository} ${source.ref} at ${source.commit} by ${source.builder}`;
  return { check: passed('provenance', reason, { ...evidence, facts: { ...source } }), source };
}

/** The newest scan decides: an old one that was clean does not outweigh it. */
function checkScan({ believed, failure }: Belief, rule: VulnerabilityRule, now: number): Check {
  const scans = believed.map((item) => ({ item, scan: attempt(() => readScan(item.statement?.predicate)) }));
  const readable = scans.filter((entry): entry is { item: Believed; scan: Scan } => !('code' in entry.scan));
  const newest = readable.sort((a, b) => b.scan.finishedAt - a.scan.finishedAt)[0];
  if (newest === undefined) {
    const unreadable = scans.map(({ scan }) => scan).find((scan): scan is Failure => 'code' in scan);
    return failed('vulnerabilities', unreadable ?? failure);
  }
  const { item, scan } = newest;
  const evidence = { ...item.evidence, facts: { scanner: scan.scanner, ...scan.counts } };
  const problem = judgeScan(scan, rule, now);
  if (problem !== undefined) return failed('vulnerabilities', { evidence, ...problem });
  const { critical, high, medium, low } = scan.counts;
  return passed('vulnerabilities', `${critical} critical, ${high} high, ${medium} medium, ${low} low`, evidence);
}
