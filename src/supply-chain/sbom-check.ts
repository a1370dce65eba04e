import type { TrustMaterial } from '@sigstore/verify';
import type { SbomRule } from './artefact-policy.ts';
import { collectAttached } from './attached.ts';
import type { Attached, Attachments } from './attached.ts';
import { attempt, believe, firstOf, readClaims } from './believe.ts';
import type { Belief } from './believe.ts';
import { isSignature } from './claim.ts';
import { RegistryError } from './errors.ts';
import type { OciClient } from './oci-client.ts';
import type { ImageReference } from './reference.ts';
import { readSbom } from './sbom.ts';
import type { Sbom } from './sbom.ts';
import { failed, passed } from './verdict.ts';
import type { Check, CheckEvidence, Failure } from './verdict.ts';

export const CYCLONEDX = 'https://cyclonedx.org/bom';
export const SPDX = 'https://spdx.dev/Document';
const DOCUMENT = /cyclonedx|spdx/;

interface SbomContext {
  readonly client: OciClient;
  readonly trust: TrustMaterial;
  readonly signal: AbortSignal | undefined;
}

interface SbomMaterial {
  readonly reference: ImageReference & { readonly digest: string };
  readonly attachments: Attachments;
  /** The attestations. */
  readonly belief: Belief;
}

/**
 * Looks for a bill of materials of this very digest: as an attestation, else as a document under the tag `.sbom` that is
 * itself signed and names the digest. A document that nobody signed says nothing.
 */
export async function checkSbom(context: SbomContext, material: SbomMaterial, rule: SbomRule): Promise<Check> {
  const attested = firstOf<Sbom>(material.belief, ({ statement }) => {
    const sbom = readSbom(statement?.predicate);
    return judgeSbom(sbom, rule) ?? sbom;
  });
  if (!('code' in attested)) return accepted(attested.value, attested.evidence);
  const documents = material.attachments.found.filter(({ descriptor }) => DOCUMENT.test(descriptor.mediaType));
  for (const document of documents.slice(0, 4)) {
    const sbom = await checkDocument(context, { reference: material.reference, document }, rule);
    if (sbom !== undefined) return sbom;
  }
  return failed('sbom', attested.code === 'MISSING' && documents.length > 0 ? unsigned(documents) : attested);
}

async function checkDocument(
  { client, trust, signal }: SbomContext,
  { reference, document }: { readonly reference: SbomMaterial['reference']; readonly document: Attached },
  rule: SbomRule,
): Promise<Check | undefined> {
  const subject = { ...reference, digest: document.manifestDigest };
  const manifest = await client.manifest(subject, signal).catch(absent);
  if (manifest === undefined) return undefined;
  const { found } = await collectAttached(client, subject, signal);
  const claims = readClaims(found, { digest: subject.digest, manifest: manifest.content });
  const signatures = claims.claims.filter(isSignature);
  const { believed } = believe(
    { ...claims, claims: signatures },
    { authorities: rule.signedBy, trust, what: 'signature' },
  );
  const signedBy = believed[0]?.evidence.signedBy;
  const sbom = attempt(() => readSbom(JSON.parse(Buffer.from(document.content).toString('utf8'))));
  if (signedBy === undefined || 'code' in sbom || judgeSbom(sbom, rule) !== undefined) return undefined;
  if (!sbom.digests.includes(reference.digest)) return undefined;
  const { digest, mediaType } = document.descriptor;
  return accepted(sbom, { digest, mediaType, signedBy });
}

function absent(error: unknown): undefined {
  if (error instanceof RegistryError && error.code === 'NOT_FOUND') return undefined;
  throw error;
}

function unsigned(documents: readonly Attached[]): Failure {
  return {
    code: 'UNTRUSTED_SIGNER',
    reason: `its SBOM is only a document (${documents[0]?.descriptor.mediaType ?? ''}) that no allowed signer has bound to this digest`,
  };
}

function judgeSbom({ format, components }: Sbom, rule: SbomRule): Failure | undefined {
  if (!rule.formats.includes(format))
    return { code: 'OTHER_FORMAT', reason: `its SBOM is ${format}, not ${rule.formats.join(' or ')}` };
  if (components < rule.minComponents)
    return { code: 'EMPTY_SBOM', reason: `its SBOM lists ${components} components, fewer than ${rule.minComponents}` };
  return undefined;
}

function accepted({ format, version, subject, components }: Sbom, evidence: CheckEvidence): Check {
  const facts = { format, version, subject, components };
  return passed('sbom', `${format} ${version} with ${components} components`, { ...evidence, facts });
}
