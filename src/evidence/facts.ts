import { z } from 'zod';

/** Predicate types; each is described under docs/spec/evidence. */
export const DEPLOYMENT = 'https://stoa.dev/evidence/deployment/v1';
export const ROLLBACK = 'https://stoa.dev/evidence/rollback/v1';
export const DRIFT = 'https://stoa.dev/evidence/drift/v1';

const time = z.iso.datetime();

/** One release in one environment. */
export const deploymentFact = z.object({
  service: z.string(),
  release: z.string(),
  environment: z.string(),
  /** True for the last environment of the pipeline. */
  last: z.boolean(),
  cluster: z.string(),
  application: z.string(),
  result: z.enum(['Deployed', 'Failed']),
  images: z.array(z.object({ name: z.string(), repository: z.string(), tag: z.string(), digest: z.string() })),
  /** Commit of the source repository, its author and time. */
  commit: z.string(),
  author: z.string(),
  committedAt: time,
  mergeRequest: z.string(),
  requestedBy: z.string(),
  approvers: z.array(z.string()),
  mergedBy: z.string(),
  deployedBy: z.string(),
  /** Commit of `stoa-envs` that runs. */
  approvedCommit: z.string(),
  gates: z.array(z.object({ name: z.string(), state: z.string(), reason: z.string(), at: time })),
  openedAt: time,
  mergedAt: time,
  deployedAt: time,
  finishedAt: time,
});

/** A release that failed was taken back. */
export const rollbackFact = z.object({
  service: z.string(),
  environment: z.string(),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
  automatic: z.boolean(),
  succeeded: z.boolean(),
  /** When the release that failed arrived: the outage counts from here. */
  startedAt: time,
  detectedAt: time,
  recoveredAt: time,
  mergeRequest: z.string(),
});

/** A difference that nobody approved was corrected. */
export const driftFact = z.object({
  environment: z.string(),
  application: z.string(),
  object: z.string(),
  fields: z.array(z.string()),
  actor: z.string(),
  since: time,
  healedAt: time,
});

export type DeploymentFact = z.infer<typeof deploymentFact>;
export type RollbackFact = z.infer<typeof rollbackFact>;
export type DriftFact = z.infer<typeof driftFact>;
