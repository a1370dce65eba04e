/**
 * What the API under `/api/v1` takes and answers. The page and scripts build on these shapes; times are RFC 3339.
 * @module
 */
import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'is not a name');

/** Body of `POST /promotions` and `POST /rollback`. */
export const targetSchema = z.strictObject({ service: name, environment: name });
export const nameSchema = name;

const reason = z.string().trim().min(1, 'is missing').max(1000);
const duration = z.string().max(40);

/** Body of `POST /freeze`; without a service it is about all of them, without `lasts` until it is lifted. */
export const freezeSchema = z.strictObject({
  environment: name,
  service: name.optional(),
  reason,
  lasts: duration.optional(),
});
/** Body of `POST /unfreeze`. */
export const unfreezeSchema = z.strictObject({ environment: name, service: name.optional() });
/** Body of `POST /break-glass`. */
export const breakGlassSchema = z.strictObject({ service: name, environment: name, release: name, reason });
/** Body of `POST /promotions/:name/review`. */
export const reviewSchema = z.strictObject({ comment: reason });
/** Body of `POST /quarantine/lift`; the first digits of a digest are enough. */
export const liftSchema = z.strictObject({
  digest: z.string().regex(/^sha256:[0-9a-f]{4,64}$/, 'is no digest'),
  reason,
});

export const userSchema = z.object({ name: z.string(), displayName: z.string(), groups: z.array(z.string()) });

/** `GET /me`; `user` is null for somebody who has not signed in. */
export const meSchema = z.object({ user: userSchema.nullable() });

/** Whether the person who asks may do something now, and if not, why not. */
const actionSchema = z.object({ allowed: z.boolean(), reason: z.string().optional() });

export const syncSchema = z.enum(['Synced', 'OutOfSync', 'Unknown']);
export const healthSchema = z.enum(['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing', 'Unknown']);

const environmentSchema = z.object({
  name: z.string(),
  /** Branch of the environments repository that is deployed. */
  ref: z.string(),
  sync: z.enum(['auto', 'manual']),
  /** Absent where merge requests merge by policy. */
  approvals: z.object({ quorum: z.number(), groups: z.array(z.string()) }).optional(),
  /** Keeping everything out for a while. */
  freeze: actionSchema,
});

const versionSchema = z.object({
  /** The tag: for people. */
  version: z.string(),
  /** `sha256:…`: what decides. Empty when the cluster runs an image by tag only. */
  digest: z.string(),
  /** Commit of the source repository; absent for an image that no release names. */
  commit: z.string().optional(),
  release: z.string().optional(),
});

const cellSchema = z.object({
  environment: z.string(),
  application: z.string(),
  running: versionSchema.optional(),
  /** Commit of the environments repository that is deployed. */
  revision: z.string().optional(),
  sync: syncSchema,
  health: healthSchema,
  message: z.string().optional(),
  /** A sync operation is running. */
  syncing: z.boolean(),
  since: z.string().optional(),
  /** Taking what runs in the environment before to this one; absent for the first environment. */
  promote: actionSchema.extend({ version: z.string().optional() }).optional(),
  rollback: actionSchema.extend({ version: z.string().optional() }),
});

const serviceSchema = z.object({ name: z.string(), cells: z.array(cellSchema) });

export const gateSchema = z.object({
  name: z.string(),
  state: z.enum(['passed', 'pending', 'failed']),
  reason: z.string(),
  at: z.string(),
});

export const phaseSchema = z.enum([
  'Waiting',
  'AwaitingDeploy',
  'Deploying',
  'Verifying',
  'Deployed',
  'Refused',
  'Superseded',
  'Failed',
]);

const openPromotionSchema = z.object({
  name: z.string(),
  service: z.string(),
  environment: z.string(),
  /** The environment that it comes from; absent for the first one. */
  from: z.string().optional(),
  target: versionSchema,
  /** Version that the environment runs now. */
  current: z.string().optional(),
  phase: phaseSchema,
  message: z.string().optional(),
  /** Takes an earlier promotion back. */
  rollback: z.boolean(),
  requestedBy: z.string(),
  approvers: z.array(z.string()),
  openedAt: z.string().optional(),
  mergeRequest: z.object({ iid: z.number(), url: z.string(), diff: z.string() }),
  gates: z.array(gateSchema),
  /** Absent where the merge request merges by policy. */
  approve: actionSchema.optional(),
  /** Absent where the environment syncs by itself. */
  deploy: actionSchema.optional(),
  /** Why it goes past approvals, order and windows, and until when it may; absent where it goes the usual way. */
  need: z.object({ reason: z.string(), until: z.string() }).optional(),
  /** Bringing its release there past approvals, order and windows; absent where the pipeline lets nobody do that. */
  breakGlass: actionSchema.optional(),
  release: z.string(),
});

const freezeViewSchema = freezeSchema
  .omit({ lasts: true })
  .extend({ by: z.string(), until: z.string().optional(), lift: actionSchema });

const quarantineSchema = z.object({
  digest: z.string(),
  image: z.string(),
  reason: z.string(),
  by: z.string(),
  at: z.string(),
  lift: actionSchema,
});

/** What was done in need and nobody else has looked at yet. */
const openReviewSchema = z.object({
  promotion: z.string(),
  service: z.string(),
  environment: z.string(),
  version: z.string(),
  by: z.string(),
  reason: z.string(),
  review: actionSchema,
});

const deploymentSchema = z.object({
  promotion: z.string(),
  service: z.string(),
  environment: z.string(),
  target: versionSchema,
  previous: z.string().optional(),
  phase: phaseSchema,
  message: z.string().optional(),
  /** Takes an earlier promotion back. */
  rollback: z.boolean(),
  requestedBy: z.string(),
  approvers: z.array(z.string()),
  deployedBy: z.string().optional(),
  at: z.string(),
  mergeRequest: z.object({ iid: z.number(), url: z.string() }),
  /** The record in the ledger. `GET /evidence/:promotion` answers with it where `readable`. */
  evidence: z.object({ commit: z.string(), href: z.string().optional(), readable: z.boolean() }).optional(),
});

const applicationSummarySchema = z.object({
  name: z.string(),
  project: z.string(),
  /** Cluster name or URL. */
  destination: z.string(),
  sync: syncSchema,
  health: healthSchema,
  revision: z.string().optional(),
  targetRevision: z.string().optional(),
  conditions: z.number(),
});

/** `GET /overview`, and each `overview` event of `GET /events`. */
export const overviewSchema = z.object({
  user: userSchema,
  /** False until the hub has been read once: nothing is not the same as not yet. */
  ready: z.boolean(),
  environments: z.array(environmentSchema),
  services: z.array(serviceSchema),
  promotions: z.array(openPromotionSchema),
  /** Newest first. */
  deployments: z.array(deploymentSchema),
  applications: z.array(applicationSummarySchema),
  freezes: z.array(freezeViewSchema),
  quarantines: z.array(quarantineSchema),
  reviews: z.array(openReviewSchema),
});

const resourceSchema = z.object({
  group: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  sync: syncSchema.optional(),
  health: healthSchema.optional(),
  message: z.string().optional(),
  requiresPruning: z.boolean(),
});

/** `GET /applications/:name`. */
export const applicationSchema = applicationSummarySchema.omit({ conditions: true }).extend({
  repository: z.string().optional(),
  path: z.string().optional(),
  healthMessage: z.string().optional(),
  resources: z.array(resourceSchema),
  conditions: z.array(z.object({ type: z.string(), message: z.string(), at: z.string().optional() })),
  operation: z
    .object({
      phase: z.string(),
      message: z.string().optional(),
      startedAt: z.string().optional(),
      finishedAt: z.string().optional(),
    })
    .optional(),
});

/** `GET /evidence/:promotion`: the signed statement of one deployment and its place in the chain. */
export const evidenceRecordSchema = z.object({
  promotion: z.string(),
  sequence: z.number(),
  recordedAt: z.string(),
  /** SHA-256 of the signed envelope, and of the one before. */
  hash: z.string(),
  previous: z.string(),
  predicateType: z.string(),
  /** What was deployed, by digest. */
  subjects: z.array(z.object({ name: z.string(), digest: z.string() })),
  /** What the statement says, as it was signed. */
  fact: z.record(z.string(), z.json()),
});

/** Answer of the verbs that open a promotion. */
export const openedSchema = z.object({
  name: z.string(),
  mergeRequest: z.object({ iid: z.number(), url: z.string() }),
});

/** RFC 9457. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string().optional(),
  code: z.string(),
  retryable: z.boolean(),
});

export type Me = z.infer<typeof meSchema>;
export type User = z.infer<typeof userSchema>;
export type Action = z.infer<typeof actionSchema>;
export type SyncState = z.infer<typeof syncSchema>;
export type HealthState = z.infer<typeof healthSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type Version = z.infer<typeof versionSchema>;
export type Cell = z.infer<typeof cellSchema>;
export type Service = z.infer<typeof serviceSchema>;
export type Gate = z.infer<typeof gateSchema>;
export type EvidenceRecord = z.infer<typeof evidenceRecordSchema>;
export type Phase = z.infer<typeof phaseSchema>;
export type OpenPromotion = z.infer<typeof openPromotionSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
export type ApplicationSummary = z.infer<typeof applicationSummarySchema>;
export type FreezeView = z.infer<typeof freezeViewSchema>;
export type QuarantineView = z.infer<typeof quarantineSchema>;
export type OpenReview = z.infer<typeof openReviewSchema>;
export type Resource = z.infer<typeof resourceSchema>;
export type ApplicationDetail = z.infer<typeof applicationSchema>;
export type Overview = z.infer<typeof overviewSchema>;
export type Target = z.infer<typeof targetSchema>;
export type FreezeRequest = z.infer<typeof freezeSchema>;
export type UnfreezeRequest = z.infer<typeof unfreezeSchema>;
export type BreakGlassRequest = z.infer<typeof breakGlassSchema>;
export type LiftRequest = z.infer<typeof liftSchema>;
export type Opened = z.infer<typeof openedSchema>;
export type Problem = z.infer<typeof problemSchema>;
