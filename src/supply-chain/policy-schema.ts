import { z } from 'zod';
import { parseDuration } from '../core/index.ts';
import { refuseBuilder, refuseExactUrl, refuseRef, refuseRepository, refuseSource, refuseSubject } from './anchored.ts';

/** Milliseconds, written as a Go duration: `90s`, `15m`, `6h`, `1h30m`. */
const duration = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text) ?? 0;
  if (milliseconds <= 0) context.addIssue({ code: 'custom', message: 'write a duration, for instance 15m or 6h' });
  return milliseconds;
});

/** Milliseconds since the epoch, written as RFC 3339. */
const time = z.iso
  .datetime({ offset: true, error: 'write a time as 2026-01-31T00:00:00Z' })
  .transform((text) => Date.parse(text));

function checked(refuse: (text: string) => string | undefined): z.ZodType<string> {
  return z
    .string()
    .min(1)
    .max(1024)
    .superRefine((text, context) => {
      const reason = refuse(text);
      if (reason !== undefined) context.addIssue({ code: 'custom', message: `${JSON.stringify(text)}: ${reason}` });
    });
}

const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/, 'write a name of lower-case letters, digits and dashes');
const file = z
  .string()
  .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[\w./-]{1,200}$/, 'write a path within the repository, without ..');

const key = z.strictObject({ name, publicKey: z.string().max(10_000).optional(), file: file.optional() });

/** Who may sign: a key by its name, or an identity that a certificate authority has vouched for. */
const signer = z
  .strictObject({
    key: name.optional(),
    issuer: checked(refuseExactUrl).optional(),
    subject: checked(refuseSubject).optional(),
    transparencyLog: z.boolean().optional(),
    certificateTransparency: z.boolean().optional(),
  })
  .superRefine(({ key: keyName, issuer, subject, certificateTransparency }, context) => {
    const byKey = keyName !== undefined && issuer === undefined && subject === undefined;
    const byIdentity = keyName === undefined && issuer !== undefined && subject !== undefined;
    if (!byKey && !byIdentity) context.addIssue({ code: 'custom', message: 'give key, or issuer and subject' });
    if (byKey && certificateTransparency !== undefined)
      context.addIssue({ code: 'custom', message: 'certificateTransparency goes with issuer and subject' });
  });

const signers = z.array(signer).min(1).max(20);

const provenance = z.strictObject({
  builder: checked(refuseBuilder),
  sourceRepository: checked(refuseSource),
  refs: z.array(checked(refuseRef)).min(1).max(20),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'write the whole commit, 40 or 64 hexadecimal digits')
    .optional(),
  signedBy: signers.optional(),
});

const sbom = z.strictObject({
  formats: z
    .array(z.enum(['CycloneDX', 'SPDX']))
    .min(1)
    .default(['CycloneDX', 'SPDX']),
  minComponents: z.number().int().nonnegative().max(1_000_000).default(1),
  signedBy: signers.optional(),
});

const count = z.number().int().nonnegative().max(1_000_000).optional();

const vulnerabilities = z
  .strictObject({
    budget: z.strictObject({ critical: count, high: count, medium: count, low: count }),
    maxAge: duration.optional(),
    signedBy: signers.optional(),
  })
  .refine(({ budget }) => Object.values(budget).some((limit) => limit !== undefined), 'limit at least one severity');

const image = z
  .strictObject({
    repository: checked(refuseRepository),
    protectedEnvironments: z.array(name).min(1).max(50).optional(),
    signedBy: signers,
    provenance: provenance.optional(),
    sbom: sbom.optional(),
    vulnerabilities: vulnerabilities.optional(),
    notBefore: time.optional(),
  })
  .refine(({ notBefore, provenance: asked }) => notBefore === undefined || asked !== undefined, {
    path: ['notBefore'],
    message: 'goes with provenance, which says when an image was built',
  });

const exemption = z.strictObject({
  repository: checked(refuseRepository),
  reason: z.string().min(1).max(1024),
  until: time.optional(),
});

/** `kind: ArtefactPolicy`, as people write it. Unknown fields are mistakes. */
export const policySchema = z.strictObject({
  apiVersion: z.literal('delivery.stoa.dev/v1alpha1'),
  kind: z.literal('ArtefactPolicy'),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    trustedRoot: z.strictObject({ file }).optional(),
    keys: z.array(key).max(20).default([]),
    cache: z.strictObject({ maxAge: duration }).optional(),
    images: z.array(image).min(1, 'name at least one repository of images').max(200),
    exempt: z.array(exemption).max(200).default([]),
  }),
});

export type PolicyDocument = z.infer<typeof policySchema>;
export type SignerDocument = z.infer<typeof signer>;
export type ImageDocument = z.infer<typeof image>;
