import { scaleIntOrPercent } from '../../kube/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { ApplicationSet, RolloutStatus, RolloutStep } from './application-set.ts';
import { sameSpec } from './same-spec.ts';

/** What a rollout reads of an Application. */
export interface RolloutApplication extends KubeObject {
  readonly spec?: {
    readonly syncPolicy?: { readonly retry?: unknown; readonly syncOptions?: readonly string[] } | null;
  };
  readonly status?: {
    readonly sync?: { readonly status?: string; readonly revision?: string; readonly revisions?: readonly string[] };
    readonly health?: { readonly status?: string };
    readonly reconciledAt?: string;
    readonly operationState?: { readonly phase?: string; readonly startedAt?: string } | null;
    readonly conditions?: readonly { readonly type: string }[];
  };
}

/** Applications by the step that syncs them. */
export interface RolloutPlan {
  readonly appsByStep: readonly (readonly string[])[];
  /** From 0. */
  readonly stepOfApp: Readonly<Record<string, number>>;
  readonly issues: RolloutIssues;
}

/** What is odd about a plan; none of it stops the rollout. */
export interface RolloutIssues {
  readonly emptySteps?: readonly number[];
  readonly duplicateAppSelections?: Readonly<Record<string, readonly number[]>>;
  readonly invalidMatchExpressions?: readonly { readonly stepIndex: number; readonly operator: string }[];
}

type Strategic = Pick<ApplicationSet, 'spec'>;

export function isRollingSync({ spec }: Strategic): boolean {
  return spec.strategy?.type === 'RollingSync' && (spec.strategy.rollingSync ?? undefined) !== undefined;
}

function stepsOf({ spec }: Strategic): readonly RolloutStep[] {
  return isRollingSync({ spec }) ? (spec.strategy?.rollingSync?.steps ?? []) : [];
}

export function isDeletionReversed(set: Strategic): boolean {
  return stepsOf(set).length > 0 && set.spec.strategy?.deletionOrder?.toLowerCase() === 'reverse';
}

/** Which step syncs which Application, by their labels. */
export function planRollout(set: Strategic, applications: readonly RolloutApplication[]): RolloutPlan {
  const steps = stepsOf(set);
  const appsByStep: readonly string[][] = steps.map(() => []);
  const stepOfApp: Record<string, number> = {};
  const duplicates: Record<string, readonly number[]> = {};
  for (const { metadata } of applications) {
    const name = metadata.name ?? '';
    const taking = steps.flatMap((step, index) => (takes(step, metadata.labels ?? {}) ? [index] : []));
    for (const index of taking) appsByStep[index]?.push(name);
    const [first] = taking;
    if (first !== undefined) stepOfApp[name] = first;
    if (taking.length > 1) duplicates[name] = taking;
  }
  const emptySteps = appsByStep.flatMap((names, index) => (names.length === 0 ? [index] : []));
  return { appsByStep, stepOfApp, issues: issuesOf(steps, emptySteps, duplicates) };
}

function issuesOf(
  steps: readonly RolloutStep[],
  emptySteps: readonly number[],
  duplicateAppSelections: Readonly<Record<string, readonly number[]>>,
): RolloutIssues {
  const invalidMatchExpressions = steps.flatMap(({ matchExpressions }, stepIndex) =>
    (matchExpressions ?? [])
      .filter(({ operator }) => !/^(In|NotIn)$/.test(operator))
      .map(({ operator }) => ({ stepIndex, operator })),
  );
  return {
    ...(emptySteps.length === 0 ? {} : { emptySteps }),
    ...(Object.keys(duplicateAppSelections).length === 0 ? {} : { duplicateAppSelections }),
    ...(invalidMatchExpressions.length === 0 ? {} : { invalidMatchExpressions }),
  };
}

function takes({ matchExpressions }: RolloutStep, labels: Readonly<Record<string, string>>): boolean {
  return (matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (value === undefined) return operator !== 'In';
    if (operator === 'In') return values.includes(value);
    return operator === 'NotIn' && !values.includes(value);
  });
}

/** The Applications that may sync now: those of every step up to the first one that is not all healthy. */
export function appsToSync(
  set: Pick<ApplicationSet, 'status'>,
  { appsByStep }: Pick<RolloutPlan, 'appsByStep'>,
  current: readonly RolloutApplication[],
): Readonly<Record<string, boolean>> {
  const existing = new Set(current.map(({ metadata }) => metadata.name));
  const healthy = new Set(
    (set.status?.applicationStatus ?? []).flatMap(({ application, status }) =>
      status === 'Healthy' ? [application] : [],
    ),
  );
  const allowed: Record<string, boolean> = {};
  for (const names of appsByStep) {
    for (const name of names) allowed[name] = true;
    if (!names.every((name) => existing.has(name) && healthy.has(name))) break;
  }
  return allowed;
}

interface Observation {
  readonly set: ApplicationSet;
  readonly desired: readonly RolloutApplication[];
  readonly stepOfApp: Readonly<Record<string, number>> | null;
  /** RFC 3339 */
  readonly now: string;
}

/** How far each Application is, from what it reports now; what is no longer there falls out. */
export function observeRollout(
  applications: readonly RolloutApplication[],
  observation: Observation,
): readonly RolloutStatus[] {
  return applications.map((application) => {
    const before = statusBefore(application, observation);
    const step = stepText(application.metadata.name ?? '', observation.stepOfApp);
    return advance({ ...before, step }, { before, application, observation });
  });
}

function stepText(name: string, stepOfApp: Readonly<Record<string, number>> | null): string {
  const step = stepOfApp !== null && Object.hasOwn(stepOfApp, name) ? stepOfApp[name] : undefined;
  return String(step === undefined ? -1 : step + 1);
}

function statusBefore(application: RolloutApplication, { set, stepOfApp, now }: Observation): RolloutStatus {
  const name = application.metadata.name ?? '';
  const found = set.status?.applicationStatus?.find((status) => status.application === name);
  return (
    found ?? {
      application: name,
      targetRevisions: revisionsOf(application),
      lastTransitionTime: now,
      message: 'No Application status found, defaulting status to Waiting',
      status: 'Waiting',
      step: stepText(name, stepOfApp),
    }
  );
}

function revisionsOf({ status }: RolloutApplication): readonly string[] {
  const { revision, revisions } = status?.sync ?? {};
  if (revisions !== undefined && revisions.length > 0) return revisions;
  return revision === undefined || revision === '' ? [] : [revision];
}

interface Evidence {
  readonly before: RolloutStatus;
  readonly application: RolloutApplication;
  readonly observation: Observation;
}

function advance(status: RolloutStatus, evidence: Evidence): RolloutStatus {
  const changed = withPendingChanges(status, evidence);
  if (changed.status === 'Waiting') return settledWithoutSync(changed, evidence);
  if (evidence.before.status === 'Pending') return started(changed, evidence);
  if (evidence.before.status === 'Progressing') return finished(changed, evidence);
  return changed;
}

function withPendingChanges(status: RolloutStatus, { before, application, observation }: Evidence): RolloutStatus {
  const revisions = revisionsOf(application);
  const known = before.targetRevisions ?? [];
  const revision = known.length !== revisions.length || known.some((text, index) => text !== revisions[index]);
  const desired = observation.desired.find(({ metadata }) => metadata.name === application.metadata.name);
  const spec = desired !== undefined && !sameSpec(desired, application, observation.set.spec);
  if (!revision && !spec) return status;
  const what = revision && spec ? 'revision and spec differ' : revision ? 'revision differs' : 'spec differs';
  const message =
    revision && !spec
      ? 'Application has pending changes, setting status to Waiting'
      : `Application has pending changes (${what}), setting status to Waiting`;
  return { ...status, targetRevisions: revisions, message, status: 'Waiting', lastTransitionTime: observation.now };
}

/** What waits but has nothing to sync goes on by itself. */
function settledWithoutSync(status: RolloutStatus, { application, observation }: Evidence): RolloutStatus {
  if (application.status?.sync?.status !== 'Synced') return status;
  const next = application.status.health?.status === 'Healthy' ? 'Healthy' : 'Progressing';
  return {
    ...status,
    lastTransitionTime: observation.now,
    status: next,
    message: `Application resource has synced, updating status to ${next}`,
  };
}

const AFTER_SYNC: Readonly<Record<string, string>> = {
  Succeeded: 'Application resource completed a sync successfully, updating status from Pending to Progressing',
  Failed: 'Application resource completed a sync, updating status from Pending to Progressing',
  Error: 'Application resource completed a sync, updating status from Pending to Progressing',
};
const SYNCING = 'Application resource became Progressing, updating status from Pending to Progressing';

function started(status: RolloutStatus, { before, application, observation }: Evidence): RolloutStatus {
  const since = Date.parse(before.lastTransitionTime ?? '');
  const { reconciledAt, operationState, conditions = [] } = application.status ?? {};
  if (reconciledAt !== undefined && !(Date.parse(reconciledAt) > since)) return status;
  const moved = { ...status, lastTransitionTime: observation.now, status: 'Progressing' as const };
  if (operationState !== undefined && operationState !== null && Date.parse(operationState.startedAt ?? '') > since) {
    return { ...moved, message: AFTER_SYNC[operationState.phase ?? ''] ?? SYNCING };
  }
  const fails = conditions.some(({ type }) => type === 'InvalidSpecError' || type === 'UnknownError');
  if (!fails) return status;
  return { ...moved, message: 'Application resource has error and cannot sync, updating status to Progressing' };
}

function finished(status: RolloutStatus, { application, observation }: Evidence): RolloutStatus {
  const { health, sync } = application.status ?? {};
  if (health?.status !== 'Healthy' || sync?.status !== 'Synced') return status;
  return {
    ...status,
    lastTransitionTime: observation.now,
    status: 'Healthy',
    message: 'Application resource became Healthy, updating status from Progressing to Healthy',
  };
}

interface Permission {
  readonly appsToSync: Readonly<Record<string, boolean>>;
  readonly stepOfApp: Readonly<Record<string, number>>;
  readonly now: string;
}

/** Lets the Applications that wait go on, as many of a step at a time as it says. */
export function releaseWaiting(
  set: ApplicationSet,
  { appsToSync: allowed, stepOfApp, now }: Permission,
): readonly RolloutStatus[] {
  const steps = stepsOf(set);
  if (steps.length === 0) return [];
  const statuses = set.status?.applicationStatus ?? [];
  const stepOf = (name: string): number => (Object.hasOwn(stepOfApp, name) ? (stepOfApp[name] ?? 0) : 0);
  const total = new Map<number, number>();
  const updating = new Map<number, number>();
  for (const { application, status } of statuses) {
    const step = stepOf(application);
    total.set(step, (total.get(step) ?? 0) + 1);
    if (status === 'Pending' || status === 'Progressing') updating.set(step, (updating.get(step) ?? 0) + 1);
  }
  return statuses.map((status) => {
    const step = stepOf(status.application);
    const limit = maxUpdate(steps[step], total.get(step) ?? 0);
    const free = (updating.get(step) ?? 0) < limit;
    if (status.status !== 'Waiting' || allowed[status.application] !== true || !free) return status;
    updating.set(step, (updating.get(step) ?? 0) + 1);
    const message = 'Application moved to Pending status, watching for the Application resource to start Progressing';
    return { ...status, lastTransitionTime: now, status: 'Pending' as const, message };
  });
}

function maxUpdate(step: RolloutStep | undefined, total: number): number {
  const limit = step?.maxUpdate;
  if (limit === undefined) return Infinity;
  if (typeof limit === 'number') return limit;
  const scaled = scaleIntOrPercent(limit, total, 'down');
  return limit === '0%' ? 0 : Math.max(1, scaled);
}

/** The Application with the operation that a rolling sync starts. */
export function withRolloutSync(application: RolloutApplication, prune: boolean): RolloutApplication {
  const syncPolicy = application.spec?.syncPolicy;
  const operation = {
    initiatedBy: { username: 'applicationset-controller', automated: true },
    info: [{ name: 'Reason', value: 'ApplicationSet RollingSync triggered a sync of this Application resource' }],
    sync: {
      ...(prune ? { prune } : {}),
      ...(syncPolicy?.syncOptions === undefined ? {} : { syncOptions: syncPolicy.syncOptions }),
    },
    retry: syncPolicy?.retry ?? { limit: 5 },
  };
  return { ...application, operation };
}
