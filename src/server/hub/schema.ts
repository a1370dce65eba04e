import { z } from 'zod';
import { gateSchema, healthSchema, phaseSchema, syncSchema } from '../contract.ts';

const metadata = z.object({
  name: z.string(),
  uid: z.string().optional(),
  creationTimestamp: z.string().optional(),
});

const environment = z.object({
  name: z.string(),
  path: z.string(),
  application: z.string(),
  ref: z.string(),
  sync: z.enum(['auto', 'manual']),
  deployers: z.array(z.string()).optional(),
  approvals: z.object({ quorum: z.number(), groups: z.array(z.string()) }).optional(),
  breakGlass: z.object({ groups: z.array(z.string()) }).optional(),
});

export const pipelineSchema = z.object({
  metadata,
  spec: z.object({ service: z.string(), images: z.array(z.string()), environments: z.array(environment) }),
});

export const releaseSchema = z.object({
  metadata,
  spec: z.object({
    service: z.string(),
    images: z.array(
      z.object({ name: z.string(), repository: z.string(), tag: z.string().default(''), digest: z.string() }),
    ),
    source: z.object({ commit: z.string(), author: z.string().optional() }),
  }),
});

export const promotionSchema = z.object({
  metadata,
  spec: z.object({
    service: z.string(),
    release: z.string(),
    environment: z.string(),
    mergeRequest: z.object({ iid: z.number(), url: z.string() }),
    requestedBy: z.string(),
    rollbackOf: z.string().optional(),
    breakGlass: z.object({ reason: z.string(), until: z.string() }).optional(),
    review: z.object({ by: z.string() }).optional(),
    deploy: z.object({ requestedBy: z.string(), at: z.string() }).optional(),
  }),
  status: z
    .object({
      phase: phaseSchema,
      message: z.string().optional(),
      gates: z.array(gateSchema).default([]),
      approvers: z.array(z.string()).optional(),
      openedAt: z.string().optional(),
      mergedAt: z.string().optional(),
      deployedAt: z.string().optional(),
      finishedAt: z.string().optional(),
      evidence: z.string().optional(),
    })
    // A promotion that nobody has looked at yet.
    .default({ phase: 'Waiting', gates: [] }),
});

export const freezeObjectSchema = z.object({
  metadata,
  spec: z.object({
    environment: z.string(),
    service: z.string().optional(),
    by: z.string(),
    reason: z.string(),
    until: z.string().optional(),
  }),
});

export const quarantineObjectSchema = z.object({
  metadata,
  spec: z.object({
    digest: z.string(),
    image: z.string(),
    reason: z.string(),
    by: z.string(),
    at: z.string(),
    lifted: z.object({ by: z.string() }).optional(),
  }),
});

const source = z.object({
  repoURL: z.string().optional(),
  path: z.string().optional(),
  targetRevision: z.string().optional(),
});

const resource = z.object({
  group: z.string().optional(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  status: syncSchema.optional(),
  health: z.object({ status: healthSchema.catch('Unknown'), message: z.string().optional() }).optional(),
  requiresPruning: z.boolean().optional(),
});

const applicationStatus = z.object({
  sync: z.object({ status: syncSchema.catch('Unknown'), revision: z.string().optional() }).optional(),
  health: z.object({ status: healthSchema.catch('Unknown'), message: z.string().optional() }).optional(),
  resources: z.array(resource).default([]),
  conditions: z
    .array(z.object({ type: z.string(), message: z.string(), lastTransitionTime: z.string().optional() }))
    .default([]),
  operationState: z
    .object({
      phase: z.string(),
      message: z.string().optional(),
      startedAt: z.string().optional(),
      finishedAt: z.string().optional(),
    })
    .optional(),
  summary: z.object({ images: z.array(z.string()).optional() }).optional(),
});

export const applicationObjectSchema = z.object({
  metadata,
  spec: z.object({
    project: z.string().default('default'),
    source: source.optional(),
    sources: z.array(source).optional(),
    destination: z.object({ name: z.string().optional(), server: z.string().optional() }),
  }),
  status: applicationStatus.default({ resources: [], conditions: [] }),
});

/** The fields that the page shows. */
export type PipelineView = z.infer<typeof pipelineSchema>;
export type PipelineEnvironmentView = PipelineView['spec']['environments'][number];
export type ReleaseView = z.infer<typeof releaseSchema>;
export type PromotionView = z.infer<typeof promotionSchema>;
export type FreezeObjectView = z.infer<typeof freezeObjectSchema>;
export type QuarantineObjectView = z.infer<typeof quarantineObjectSchema>;
export type ApplicationView = z.infer<typeof applicationObjectSchema>;

/** All that an overview is made of. */
export interface HubState {
  readonly pipelines: readonly PipelineView[];
  readonly releases: readonly ReleaseView[];
  readonly promotions: readonly PromotionView[];
  readonly applications: readonly ApplicationView[];
  readonly freezes: readonly FreezeObjectView[];
  readonly quarantines: readonly QuarantineObjectView[];
}
