import { z } from 'zod';
import type { PipelineSpec } from './kinds.ts';

const approvals = z.object({ quorum: z.number().int().positive(), groups: z.array(z.string()) });
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
        smokeTest: smokeTest.exactOptional(),
      }),
    )
    .min(1),
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
