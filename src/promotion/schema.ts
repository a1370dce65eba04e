import { z } from 'zod';
import { parseDuration, windowFault } from '../core/index.ts';
import type { Freeze, Gate, PipelineSpec, Quarantine } from './kinds.ts';

const duration = z.string().refine((text) => (parseDuration(text) ?? -1) >= 0, 'is no duration such as 1h30m');
const approvals = z.object({
  quorum: z.number().int().positive(),
  groups: z.array(z.string()),
  expiresAfter: duration.exactOptional(),
});
const changeWindow = z
  .object({
    kind: z.enum(['allow', 'deny']),
    schedule: z.string(),
    duration: z.string(),
    timeZone: z.string().exactOptional(),
    reason: z.string().exactOptional(),
  })
  .refine((window) => windowFault(window) === undefined, 'has a schedule, duration or time zone that cannot be read');
const breakGlass = z.object({ groups: z.array(z.string()).min(1), validFor: duration });
const smokeTest = z.object({
  namespace: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  timeoutSeconds: z.number().int().positive(),
});

/** `spec` of a Pipeline, as people write it. */
export const pipelineSchema: z.ZodType<PipelineSpec> = z.object({
  service: z.string(),
  images: z.array(z.string()).min(1),
  environments: z
    .array(
      z.object({
        name: z.string(),
        path: z.string(),
        application: z.string(),
        ref: z.string(),
        sync: z.enum(['auto', 'manual']),
        deployers: z.array(z.string()).exactOptional(),
        approvals: approvals.exactOptional(),
        soak: duration.exactOptional(),
        windows: z.array(changeWindow).exactOptional(),
        gates: z.array(z.string()).exactOptional(),
        breakGlass: breakGlass.exactOptional(),
        smokeTest: smokeTest.exactOptional(),
      }),
    )
    .min(1),
});

/** `spec` of the smaller kinds. */
export const gateSchema: z.ZodType<Gate['spec']> = z.object({
  service: z.string().exactOptional(),
  release: z.string().exactOptional(),
  environment: z.string().exactOptional(),
  state: z.enum(['passed', 'pending', 'failed']),
  reason: z.string(),
});
export const freezeSchema: z.ZodType<Freeze['spec']> = z.object({
  environment: z.string(),
  service: z.string().exactOptional(),
  by: z.string(),
  reason: z.string(),
  until: z.iso.datetime().exactOptional(),
});
const signature = { by: z.string(), reason: z.string(), at: z.iso.datetime() };
export const quarantineSchema: z.ZodType<Quarantine['spec']> = z.object({
  digest: z.string(),
  image: z.string(),
  ...signature,
  lifted: z.object(signature).exactOptional(),
});

/** Of an Application's status, what delivery reads. */
export const applicationSchema = z.object({
  spec: z.object({
    destination: z.object({
      name: z.string().optional(),
      server: z.string().optional(),
      namespace: z.string().optional(),
    }),
  }),
  status: z
    .object({
      sync: z.object({ status: z.string().optional(), revision: z.string().optional() }).optional(),
      health: z.object({ status: z.string().optional(), message: z.string().optional() }).optional(),
      operationState: z
        .object({
          phase: z.string().optional(),
          message: z.string().optional(),
          syncResult: z.object({ revision: z.string().optional() }).optional(),
        })
        .optional(),
      conditions: z.array(z.object({ type: z.string(), message: z.string().optional() })).optional(),
      resources: z.array(z.object({ namespace: z.string().optional() })).optional(),
    })
    .optional(),
});

export type ApplicationView = z.infer<typeof applicationSchema>;
