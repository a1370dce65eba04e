import { X509Certificate } from 'node:crypto';
import { bundleFromJSON } from '@sigstore/bundle';
import type { Bundle } from '@sigstore/bundle';
import { z } from 'zod';
import type { Descriptor } from './oci-manifest.ts';

/** Keys of the annotations that Cosign writes beside a signature. */
export const ANNOTATIONS = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  rekor: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

const rekorSchema = z.object({
  SignedEntryTimestamp: z.string(),
  Payload: z.object({
    body: z.string(),
    integratedTime: z.number().int(),
    logIndex: z.number().int(),
    logID: z.string().regex(/^[0-9a-f]+$/),
  }),
});
const kindSchema = z.object({ kind: z.string(), apiVersion: z.string() });
const timestampSchema = z.object({ SignedRFC3161Timestamp: z.string() });

/** What was signed: a payload, or an envelope that holds its own. */
export type SignedContent =
  | { readonly messageSignature: { readonly messageDigest: object; readonly signature: string } }
  | { readonly dsseEnvelope: unknown };

/**
 * The Sigstore bundle of a signature in Cosign's older layout, whose parts are annotations of the layer.
 * @throws Error when a part is malformed
 */
export function bundleOfLayer({ annotations = {} }: Descriptor, content: SignedContent): Bundle {
  const certificate = annotations[ANNOTATIONS.certificate];
  const rekor = annotations[ANNOTATIONS.rekor];
  const timestamp = annotations[ANNOTATIONS.timestamp];
  return bundleFromJSON({
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      ...(certificate === undefined || certificate === ''
        ? { publicKey: { hint: '' } }
        : { x509CertificateChain: { certificates: [{ rawBytes: derOf(certificate) }] } }),
      tlogEntries: rekor === undefined || rekor === '' ? [] : [logEntry(rekor)],
      ...(timestamp === undefined || timestamp === '' ? {} : { timestampVerificationData: timestamps(timestamp) }),
    },
    ...content,
  });
}

function derOf(pem: string): string {
  return new X509Certificate(pem).raw.toString('base64');
}

function logEntry(text: string): object {
  const { SignedEntryTimestamp, Payload } = rekorSchema.parse(JSON.parse(text));
  const { kind, apiVersion } = kindSchema.parse(JSON.parse(Buffer.from(Payload.body, 'base64').toString()));
  return {
    logIndex: String(Payload.logIndex),
    logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(Payload.integratedTime),
    inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
    canonicalizedBody: Payload.body,
  };
}

function timestamps(text: string): object {
  const { SignedRFC3161Timestamp } = timestampSchema.parse(JSON.parse(text));
  return { rfc3161Timestamps: [{ signedTimestamp: SignedRFC3161Timestamp }] };
}
