import { z } from 'zod';
import type { KubeObject, ObjectMeta } from '../kube/index.ts';
import { InvalidApplicationError } from './errors.ts';

export const ARGO_GROUP = 'argoproj.io';
export const ARGO_VERSION = 'v1alpha1';
export const ARGO_API_VERSION = `${ARGO_GROUP}/${ARGO_VERSION}`;
export const APPLICATION_GVK = { group: ARGO_GROUP, version: ARGO_VERSION, kind: 'Application' } as const;
export const APPLICATION_SET_GVK = { group: ARGO_GROUP, version: ARGO_VERSION, kind: 'ApplicationSet' } as const;
export const PROJECT_GVK = { group: ARGO_GROUP, version: ARGO_VERSION, kind: 'AppProject' } as const;

const kustomizeReplica = z.looseObject({ name: z.string(), count: z.union([z.number(), z.string()]) });

/** `spec.source.kustomize`: what is laid over the kustomization of the path. */
const kustomizeSource = z.looseObject({
  namePrefix: z.string().optional(),
  nameSuffix: z.string().optional(),
  namespace: z.string().optional(),
  images: z.array(z.string()).optional(),
  replicas: z.array(kustomizeReplica).optional(),
  commonLabels: z.record(z.string(), z.string()).optional(),
  commonAnnotations: z.record(z.string(), z.string()).optional(),
  components: z.array(z.string()).optional(),
  patches: z.array(z.looseObject({})).optional(),
  version: z.string().optional(),
});

const directorySource = z.looseObject({
  recurse: z.boolean().optional(),
  include: z.string().optional(),
  exclude: z.string().optional(),
  jsonnet: z.looseObject({}).optional(),
});

const source = z.looseObject({
  repoURL: z.string(),
  path: z.string().optional(),
  targetRevision: z.string().optional(),
  chart: z.string().optional(),
  ref: z.string().optional(),
  name: z.string().optional(),
  helm: z.looseObject({}).optional(),
  plugin: z.looseObject({}).optional(),
  kustomize: kustomizeSource.optional(),
  directory: directorySource.optional(),
});

const destination = z.looseObject({
  server: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
});

const retry = z.looseObject({
  limit: z.number().optional(),
  backoff: z
    .looseObject({
      duration: z.union([z.string(), z.number()]).optional(),
      factor: z.number().optional(),
      maxDuration: z.union([z.string(), z.number()]).optional(),
    })
    .optional(),
});

const syncPolicy = z.looseObject({
  automated: z
    .looseObject({
      enabled: z.boolean().optional(),
      prune: z.boolean().optional(),
      selfHeal: z.boolean().optional(),
      allowEmpty: z.boolean().optional(),
    })
    .nullable()
    .optional(),
  syncOptions: z.array(z.string()).optional(),
  retry: retry.optional(),
  managedNamespaceMetadata: z
    .looseObject({
      labels: z.record(z.string(), z.string()).optional(),
      annotations: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});

const ignoreDifference = z.looseObject({
  group: z.string().optional(),
  kind: z.string(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  jsonPointers: z.array(z.string()).optional(),
  jqPathExpressions: z.array(z.string()).optional(),
  managedFieldsManagers: z.array(z.string()).optional(),
});

const applicationSpec = z.looseObject({
  project: z.string().default(''),
  source: source.optional(),
  sources: z.array(source).optional(),
  destination,
  syncPolicy: syncPolicy.optional(),
  ignoreDifferences: z.array(ignoreDifference).optional(),
  revisionHistoryLimit: z.number().int().optional(),
  info: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional(),
});

const syncResource = z.looseObject({
  group: z.string().optional(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
});

const syncOperation = z.looseObject({
  revision: z.string().optional(),
  revisions: z.array(z.string()).optional(),
  prune: z.boolean().optional(),
  dryRun: z.boolean().optional(),
  syncStrategy: z
    .looseObject({
      apply: z.looseObject({ force: z.boolean().optional() }).nullable().optional(),
      hook: z.looseObject({ force: z.boolean().optional() }).nullable().optional(),
    })
    .nullable()
    .optional(),
  resources: z.array(syncResource).optional(),
  source: source.optional(),
  sources: z.array(source).optional(),
  manifests: z.array(z.string()).optional(),
  syncOptions: z.array(z.string()).optional(),
  selfHealAttemptsCount: z.number().optional(),
});

const operation = z.looseObject({
  sync: syncOperation.nullable().optional(),
  initiatedBy: z.looseObject({ username: z.string().optional(), automated: z.boolean().optional() }).optional(),
  info: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional(),
  retry: retry.optional(),
});

export type KustomizeSource = z.infer<typeof kustomizeSource>;
export type DirectorySource = z.infer<typeof directorySource>;
export type ApplicationSource = z.infer<typeof source>;
export type ApplicationDestination = z.infer<typeof destination>;
export type SyncPolicy = z.infer<typeof syncPolicy>;
export type RetryStrategy = z.infer<typeof retry>;
export type IgnoreDifference = z.infer<typeof ignoreDifference>;
export type ApplicationSpec = z.infer<typeof applicationSpec>;
export type SyncResource = z.infer<typeof syncResource>;
export type SyncOperation = z.infer<typeof syncOperation>;
export type Operation = z.infer<typeof operation>;

/** An `Application` whose specification has been checked. The status is what the engine itself wrote. */
export interface Application {
  readonly metadata: ObjectMeta & { readonly name: string; readonly namespace: string };
  readonly spec: ApplicationSpec;
  readonly operation?: Operation;
  readonly status: ApplicationStatus;
}

export type SyncStatusCode = 'Synced' | 'OutOfSync' | 'Unknown';
export type HealthStatusCode = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';
export type OperationPhase = 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';
export type SyncPhase = 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail' | 'PreDelete' | 'PostDelete' | 'Skip';
export type ResultCode = 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';

export interface HealthStatus {
  readonly status: HealthStatusCode;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface ResourceStatus {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: SyncStatusCode;
  readonly health?: HealthStatus;
  readonly hook?: boolean;
  readonly requiresPruning?: boolean;
  readonly requiresDeletionConfirmation?: boolean;
  readonly syncWave?: number;
}

export type ConditionType =
  | 'InvalidSpecError'
  | 'ComparisonError'
  | 'SyncError'
  | 'UnknownError'
  | 'DeletionError'
  | 'SharedResourceWarning'
  | 'RepeatedResourceWarning'
  | 'ExcludedResourceWarning'
  | 'OrphanedResourceWarning';

export interface ApplicationCondition {
  readonly type: ConditionType;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export interface ResourceResult {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: ResultCode;
  readonly message?: string;
  readonly hookType?: SyncPhase;
  readonly hookPhase?: OperationPhase;
  readonly syncPhase: SyncPhase;
  readonly images?: readonly string[];
}

export interface SyncOperationResult {
  readonly resources?: readonly ResourceResult[];
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly managedNamespaceMetadata?: NonNullable<SyncPolicy['managedNamespaceMetadata']>;
}

export interface OperationState {
  readonly operation: Operation;
  readonly phase: OperationPhase;
  readonly message?: string;
  readonly syncResult?: SyncOperationResult;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly retryCount?: number;
}

export interface RevisionHistory {
  readonly id: number;
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly deployedAt: string;
  readonly deployStartedAt?: string;
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean };
}

export interface SyncStatus {
  readonly status: SyncStatusCode;
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly comparedTo?: ComparedTo;
}

export interface ComparedTo {
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly destination: ApplicationDestination;
  readonly ignoreDifferences?: readonly IgnoreDifference[];
}

/** `status` as upstream writes it; every field is absent until the first comparison. */
export interface ApplicationStatus {
  readonly sync?: SyncStatus;
  readonly health?: HealthStatus;
  readonly resources?: readonly ResourceStatus[];
  readonly conditions?: readonly ApplicationCondition[];
  readonly operationState?: OperationState;
  readonly history?: readonly RevisionHistory[];
  readonly reconciledAt?: string;
  readonly observedAt?: string;
  readonly sourceType?: string;
  readonly sourceTypes?: readonly string[];
  readonly summary?: { readonly images?: readonly string[]; readonly externalURLs?: readonly string[] };
  readonly resourceHealthSource?: string;
  readonly controllerNamespace?: string;
}

/**
 * Checks the fields that the engine reads.
 * @throws InvalidApplicationError naming the first field that is wrong
 */
export function parseApplication(object: KubeObject): Application {
  const { name = '', namespace = '' } = object.metadata;
  const status = (object['status'] ?? {}) as ApplicationStatus;
  const spec = applicationSpec.safeParse(object['spec']);
  if (!spec.success) throw new InvalidApplicationError(describeIssue('spec', spec.error));
  const base = { metadata: { ...object.metadata, name, namespace }, spec: spec.data, status };
  if (object['operation'] === undefined || object['operation'] === null) return base;
  const asked = operation.safeParse(object['operation']);
  if (!asked.success) throw new InvalidApplicationError(describeIssue('operation', asked.error));
  return { ...base, operation: asked.data };
}

function describeIssue(root: string, error: z.ZodError): string {
  const [issue] = error.issues;
  return `${[root, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'invalid'}`;
}

/** `spec.sources` when given, else the one `spec.source`. */
export function sourcesOf(spec: ApplicationSpec): readonly ApplicationSource[] {
  if (spec.sources !== undefined && spec.sources.length > 0) return spec.sources;
  return spec.source === undefined ? [] : [spec.source];
}

/** A source that says nothing, as clients write it for "none". */
export function isZeroSource(source: ApplicationSource): boolean {
  return Object.values(source).every((tool) => isEmpty(tool) || (isFields(tool) && Object.values(tool).every(isEmpty)));
}

function isFields(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  if (isFields(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === false || value === 0;
}

export function hasMultipleSources(spec: ApplicationSpec): boolean {
  return spec.sources !== undefined && spec.sources.length > 0;
}

export function isCompleted(phase: OperationPhase | undefined): boolean {
  return phase === 'Failed' || phase === 'Error' || phase === 'Succeeded';
}
