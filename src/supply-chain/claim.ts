import { bundleFromJSON } from '@sigstore/bundle';
import type { Bundle } from '@sigstore/bundle';
import { toSignedEntity } from '@sigstore/verify';
import type { SignedEntity } from '@sigstore/verify';
import { z } from 'zod';
import { messageOf } from '../core/index.ts';
import type { Attached } from './attached.ts';
import { digestOf } from './registry-http.ts';
import { ANNOTATIONS, bundleOfLayer } from './sigstore-bundle.ts';
import { IN_TOTO, parseStatement, speaksOf } from './statement.ts';
import type { Statement } from './statement.ts';
import type { CheckEvidence } from './verdict.ts';

/** Predicate of a signature in Cosign's bundle layout. */
export const COSIGN_SIGN = 'https://sigstore.dev/cosign/sign/v1';
export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const DSSE_ENVELOPE = 'application/vnd.dsse.envelope.v1+json';
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle/;

/** Something signed about a digest; neither its signature nor its signer has been checked. */
export interface Claim {
  readonly evidence: CheckEvidence;
  readonly entity: SignedEntity;
  /** Present for attestations and for signatures in the bundle layout. */
  readonly statement: Statement | undefined;
  /** The digest that the claim speaks of, when it is not the one asked about. */
  readonly otherDigest: string | undefined;
}

/** Whether a claim says that somebody signed the image, rather than something about it. */
export function isSignature({ statement }: Claim): boolean {
  return statement === undefined || statement.predicateType === COSIGN_SIGN;
}

/** A claim, or why the blob is none. Blobs that hold no signature at all are `undefined`. */
export type ReadClaim = Claim | { readonly evidence: CheckEvidence; readonly problem: string } | undefined;

/** The image that claims are about. */
export interface Subject {
  readonly digest: string;
  readonly manifest: Uint8Array;
}

/** Takes a blob apart, without believing it. */
export function readClaim(attached: Attached, subject: Subject): ReadClaim {
  const { descriptor } = attached;
  const evidence: CheckEvidence = { digest: descriptor.digest, mediaType: descriptor.mediaType };
  try {
    if (descriptor.mediaType === SIMPLE_SIGNING) return { evidence, ...readSimpleSigning(attached, subject) };
    if (descriptor.mediaType === DSSE_ENVELOPE) {
      const bundle = bundleOfLayer(descriptor, { dsseEnvelope: json(attached.content) });
      return readStatement(evidence, bundle, subject);
    }
    if (BUNDLE.test(descriptor.mediaType)) return readBundle(evidence, attached.content, subject);
    return undefined;
  } catch (error) {
    return { evidence, problem: firstLine(messageOf(error)) };
  }
}

const simpleSigning = z.object({
  critical: z.object({
    type: z.literal('cosign container image signature'),
    image: z.object({ 'docker-manifest-digest': z.string() }),
  }),
});

function readSimpleSigning({ descriptor, content }: Attached, { digest }: Subject): Omit<Claim, 'evidence'> {
  const { critical } = simpleSigning.parse(json(content));
  const signed = critical.image['docker-manifest-digest'];
  const messageDigest = {
    algorithm: 'SHA2_256',
    digest: Buffer.from(digestOf(content).slice(7), 'hex').toString('base64'),
  };
  const signature = descriptor.annotations?.[ANNOTATIONS.signature] ?? '';
  const bundle = bundleOfLayer(descriptor, { messageSignature: { messageDigest, signature } });
  const entity = toSignedEntity(bundle, Buffer.from(content));
  return { entity, statement: undefined, otherDigest: signed === digest ? undefined : signed };
}

function readBundle(evidence: CheckEvidence, content: Uint8Array, subject: Subject): ReadClaim {
  const bundle = bundleFromJSON(json(content));
  return bundle.content.$case === 'dsseEnvelope'
    ? readStatement(evidence, bundle, subject)
    : { evidence, ...readManifestSignature(bundle, subject) };
}

/** A signature over the manifest itself. */
function readManifestSignature(bundle: Bundle, { digest, manifest }: Subject): Omit<Claim, 'evidence'> {
  if (bundle.content.$case !== 'messageSignature') throw new Error('the bundle holds no signature');
  const signed = `sha256:${Buffer.from(bundle.content.messageSignature.messageDigest.digest).toString('hex')}`;
  const entity = toSignedEntity(bundle, Buffer.from(manifest));
  return { entity, statement: undefined, otherDigest: signed === digest ? undefined : signed };
}

function readStatement(evidence: CheckEvidence, bundle: Bundle, { digest }: Subject): Claim {
  if (bundle.content.$case !== 'dsseEnvelope') throw new Error('the bundle holds no envelope');
  const { payloadType, payload } = bundle.content.dsseEnvelope;
  if (payloadType !== IN_TOTO) throw new Error(`the envelope holds ${payloadType}, not an in-toto statement`);
  const statement = parseStatement(payload);
  const [first] = statement.subject;
  const other = `sha256:${first?.digest['sha256'] ?? '?'}`;
  return {
    evidence: { ...evidence, predicateType: statement.predicateType },
    entity: toSignedEntity(bundle),
    statement,
    otherDigest: speaksOf(statement, digest) ? undefined : other,
  };
}

function json(content: Uint8Array): unknown {
  return JSON.parse(Buffer.from(content).toString('utf8'));
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 200);
}
