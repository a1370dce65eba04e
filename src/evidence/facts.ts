import { z } from 'zod';

/** Predicate types; each is described under docs/spec/evidence. */
export const DEPLOYMENT = 'https://stoa.dev/evidence/deployment/v1';
export const ROLLBACK = 'https://stoa.dev/evidence/rollback/v1';
export const DRIFT = 'https://stoa.dev/evidence/drift/v1';
export const MERGE_REQUEST = 'https://stoa.dev/evidence/merge-request/v1';
export const APPROVAL = 'https://stoa.dev/evidence/approval/v1';
export const REFUSAL = 'https://stoa.dev/evidence/refusal/v1';
export const MERGE = 'https://stoa.dev/evidence/merge/v1';
export const GATE = 'https://stoa.dev/evidence/gate/v1';
export const DEPLOY_REQUEST = 'https://stoa.dev/evidence/deploy-request/v1';
export const QUARANTINE = 'https://stoa.dev/evidence/quarantine/v1';
export const BREAK_GLASS = 'https://stoa.dev/evidence/break-glass/v1';
export const FREEZE = 'https://stoa.dev/evidence/freeze/v1';
export const ARTEFACT = 'https://stoa.dev/evidence/artefact/v1';
export const ADOPTION = 'https://stoa.dev/evidence/adoption/v1';
export const KPI_PERIOD = 'https://stoa.dev/evidence/kpi-period/v1';

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
  /** Older records may have an offset. */
  committedAt: z.iso.datetime({ offset: true }),
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
  /** What follows is absent from records of before it was known. */
  kind: z.enum(['Fields', 'Deleted', 'AddedObject']).optional(),
  foundAt: time.optional(),
  /** Field manager of the write that put it right. */
  healedBy: z.string().optional(),
  /** As the API server's audit log names them, where there is one. */
  user: z.string().optional(),
  agent: z.string().optional(),
  /** How often it was put right, where it kept coming back. */
  repeats: z.number().int().optional(),
  changes: z
    .array(
      z.object({
        field: z.string(),
        kind: z.enum(['Added', 'Changed', 'Removed', 'Found']),
        /** Short, and of secrets only a hash. */
        before: z.string().optional(),
        after: z.string().optional(),
        actor: z.string(),
        since: time,
      }),
    )
    .optional(),
});

const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const name = z.string().min(1).max(1000);

/** Where it happened and who did it; what all facts below share. */
const occasion = {
  service: z.string().optional(),
  environment: z.string().optional(),
  release: z.string().optional(),
  /** Account that acted; `stoa-cd` for the program itself. */
  actor: name,
  at: time,
};

/** A step of one promotion. */
const step = {
  ...occasion,
  /** Uid of the Promotion: the record of how it ended is `deployment/UID`. */
  promotion: name,
  /** URL. */
  mergeRequest: z.string(),
};

/** A merge request that proposes a release for an environment was opened. */
export const mergeRequestSchema = z.object({
  ...step,
  title: z.string(),
  /** Head of the branch. */
  sha: z.string(),
  /** Tickets that it names. */
  tickets: z.array(z.string()).optional(),
  /** Commits of the source that the release brings, oldest first. */
  commits: z.array(z.object({ sha: z.string(), author: z.string(), at: time, title: z.string() })).optional(),
});

/** Somebody who may approved a merge request as it stood at a commit. */
export const approvalSchema = z.object({ ...step, sha: z.string(), groups: z.array(z.string()) });

/** Something was not let through. */
export const refusalSchema = z.object({
  ...occasion,
  /** What was refused: uid of a Promotion, a merge request, a commit or a digest. */
  about: name,
  outcome: z.enum(['Refused', 'Superseded']),
  reason: name,
  mergeRequest: z.string().optional(),
  /** Release that took its place. */
  supersededBy: z.string().optional(),
});

/** A merge request was merged. */
export const mergeSchema = z.object({
  ...step,
  /** Head that was judged. */
  sha: z.string(),
  /** What the merge made. */
  mergeCommit: z.string(),
});

/** A gate came to a verdict. */
export const gateSchema = z.object({
  ...step,
  gate: name,
  state: z.enum(['passed', 'failed']),
  reason: z.string(),
  /** Where its evidence is. */
  link: z.string().optional(),
});

/** Somebody pressed Deploy. */
export const deployRequestSchema = z.object({
  ...step,
  /** Commit that the environment is asked to run. */
  commit: z.string(),
});

/** A digest may not be deployed any more, or may be again. */
export const quarantineSchema = z.object({
  ...occasion,
  repository: z.string(),
  digest: sha256,
  reason: name,
  lifted: z.boolean(),
});

/** Gates were passed by in an emergency. */
export const breakGlassSchema = z.object({
  ...occasion,
  /** Names the emergency from its start to the end of its review. */
  incident: name,
  reason: name,
  until: time,
  review: z.enum(['Open', 'Closed']),
  /** Who closed the review; never who broke the glass. */
  reviewedBy: z.string().optional(),
  mergeRequest: z.string().optional(),
});

/** Deployments were stopped for a while, or are free again. */
export const freezeSchema = z.object({
  ...occasion,
  name,
  state: z.enum(['Started', 'Ended']),
  reason: z.string(),
  /** When it ends by itself. */
  until: time.optional(),
});

/** An artefact's signature, provenance and SBOM were judged. */
export const artefactSchema = z.object({
  ...occasion,
  /** What for: uid of a Promotion, or a merge request. */
  about: name,
  stage: z.enum(['MergeRequest', 'Promotion', 'Admission']),
  repository: z.string(),
  digest: sha256,
  verdict: z.enum(['Verified', 'Refused']),
  checks: z.array(z.object({ name: z.string(), passed: z.boolean(), reason: z.string() })),
  /** Identity that signed. */
  signer: z.string().optional(),
  /** Digests of the attestations. */
  provenance: sha256.optional(),
  sbom: sha256.optional(),
});

/** What an environment ran before anything was promoted to it: taken over as it was, and by nobody approved. */
export const adoptionSchema = z.object({
  ...occasion,
  cluster: z.string(),
  application: name,
  /** Commit of `stoa-envs` that runs. */
  commit: name,
  images: z
    .array(
      z.object({
        ...{ name, repository: name, tag: z.string(), digest: sha256 },
        /** Whether the policy for images would let it through, and why. */
        verified: z.boolean(),
        reason: z.string(),
      }),
    )
    .min(1),
});

/** The figures of a period, as they were computed at its end. */
export const kpiPeriodSchema = z.object({
  ...occasion,
  from: time,
  to: time,
  /** Hash of the last record that they rest on. */
  head: z.string(),
  figures: z.array(
    z.object({
      name: z.string(),
      target: z.string(),
      unit: z.enum(['s', '%']),
      value: z.number().optional(),
      samples: z.number().int(),
      hits: z.number().int().optional(),
      met: z.boolean().optional(),
    }),
  ),
});

export type MergeRequestFact = z.infer<typeof mergeRequestSchema>;
export type ApprovalFact = z.infer<typeof approvalSchema>;
export type RefusalFact = z.infer<typeof refusalSchema>;
export type MergeFact = z.infer<typeof mergeSchema>;
export type GateFact = z.infer<typeof gateSchema>;
export type DeployRequestFact = z.infer<typeof deployRequestSchema>;
export type QuarantineFact = z.infer<typeof quarantineSchema>;
export type BreakGlassFact = z.infer<typeof breakGlassSchema>;
export type FreezeFact = z.infer<typeof freezeSchema>;
export type ArtefactFact = z.infer<typeof artefactSchema>;
export type AdoptionFact = z.infer<typeof adoptionSchema>;
export type KpiPeriodFact = z.infer<typeof kpiPeriodSchema>;
export type DeploymentFact = z.infer<typeof deploymentFact>;
export type RollbackFact = z.infer<typeof rollbackFact>;
export type DriftFact = z.infer<typeof driftFact>;
