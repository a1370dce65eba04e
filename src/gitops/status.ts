import { formatTime, jsonEqual } from '../core/index.ts';
import type { JsonObject } from '../core/index.ts';
import type {
  Application,
  ApplicationCondition,
  ApplicationSource,
  ApplicationStatus,
  ConditionType,
  HealthStatus,
  SyncStatus,
} from './application.ts';
import { hasMultipleSources } from './application.ts';
import { mergePatch } from './merge-patch.ts';

/** Conditions that a comparison finds out about; others are kept until whoever set them takes them back. */
const EVALUATED: ReadonlySet<ConditionType> = new Set<ConditionType>([
  'InvalidSpecError',
  'ComparisonError',
  'SyncError',
  'UnknownError',
  'SharedResourceWarning',
  'RepeatedResourceWarning',
  'ExcludedResourceWarning',
  'OrphanedResourceWarning',
]);

/** The conditions of now; one that was there before keeps its time. */
export function mergeConditions(
  before: readonly ApplicationCondition[],
  found: readonly ApplicationCondition[],
  now: number,
): readonly ApplicationCondition[] {
  const kept = before.filter(({ type }) => !EVALUATED.has(type) && !found.some((condition) => condition.type === type));
  const timed = found.map((condition) => {
    const same = before.find(({ type, message }) => type === condition.type && message === condition.message);
    return { ...condition, lastTransitionTime: same?.lastTransitionTime ?? formatTime(now) };
  });
  return [...kept, ...timed].sort((a, b) => compareText(a.type + a.message, b.type + b.message));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The health of now, with the time at which it last became another. */
export function mergeHealth(before: HealthStatus | undefined, found: HealthStatus, now: number): HealthStatus {
  const since = before?.status === found.status ? before.lastTransitionTime : undefined;
  const message = found.message === undefined || found.message === '' ? {} : { message: found.message };
  return { status: found.status, ...message, lastTransitionTime: since ?? formatTime(now) };
}

/** `status.sync` of a comparison of `sources` at `revisions`. */
export function syncStatus({ spec }: Application, { status, sources, revisions }: Compared): SyncStatus {
  const multiple = hasMultipleSources(spec);
  const [source] = sources;
  const comparedTo = {
    destination: spec.destination,
    ...(spec.ignoreDifferences === undefined ? {} : { ignoreDifferences: spec.ignoreDifferences }),
  };
  if (multiple)
    return { status, ...(revisions.length > 0 ? { revisions } : {}), comparedTo: { sources, ...comparedTo } };
  const [revision] = revisions;
  return {
    status,
    ...(revision === undefined ? {} : { revision }),
    comparedTo: { ...(source === undefined ? {} : { source }), ...comparedTo },
  };
}

export interface Compared {
  readonly status: SyncStatus['status'];
  readonly sources: readonly ApplicationSource[];
  /** Empty while they are not known. */
  readonly revisions: readonly string[];
}

/** A status without what says only when it was looked at. */
function lasting(status: ApplicationStatus): JsonObject {
  const { reconciledAt: _reconciledAt, observedAt: _observedAt, ...rest } = status;
  return rest as unknown as JsonObject;
}

/** The merge patch that turns `before` into `after`; undefined when nothing but the time of looking has changed. */
export function statusPatch(before: ApplicationStatus, after: ApplicationStatus): JsonObject | undefined {
  if (jsonEqual(lasting(before), lasting(after))) return undefined;
  return mergePatch(before as unknown as JsonObject, after as unknown as JsonObject);
}
