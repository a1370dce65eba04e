import { formatTime, parseDuration } from '../core/index.ts';
import { hasMultipleSources, isCompleted, isZeroSource, sourcesOf } from './application.ts';
import type {
  Application,
  ApplicationSource,
  Operation,
  OperationState,
  RetryStrategy,
  RevisionHistory,
  SyncOperationResult,
} from './application.ts';
import { defined } from './defined.ts';
import type { SyncOutcome } from './sync-pass.ts';

const HISTORY_LIMIT = 10;
const RETRY = { duration: 5_000, factor: 2, maxDuration: 180_000 };

/** The state of an operation that begins now. */
export function beginOperation(operation: Operation, now: number): OperationState {
  return { operation, phase: 'Running', message: 'waiting for the sync to start', startedAt: formatTime(now) };
}

/** The operation to carry on with, else the one that was asked for. */
export function currentOperation(application: Application, now: number): OperationState | undefined {
  const state = application.status.operationState;
  if (state !== undefined && !isCompleted(state.phase)) return state;
  return application.operation === undefined ? undefined : beginOperation(application.operation, now);
}

function milliseconds(value: string | number | undefined, fallback: number): number {
  if (typeof value === 'number') return value * 1000;
  if (value === undefined || value === '') return fallback;
  return /^\d+$/.test(value) ? Number(value) * 1000 : (parseDuration(value) ?? fallback);
}

/** Milliseconds between the failure of try `count + 1` and the next one. */
export function retryDelay(retry: RetryStrategy | undefined, count: number): number {
  const { duration, factor = RETRY.factor, maxDuration } = retry?.backoff ?? {};
  const delay = milliseconds(duration, RETRY.duration) * Math.max(1, factor) ** count;
  return Math.min(delay, milliseconds(maxDuration, RETRY.maxDuration));
}

/** Milliseconds until a failed operation is tried again; undefined when it is not waiting for that. */
export function retryWait(state: OperationState, now: number): number | undefined {
  if (state.phase !== 'Running' || state.finishedAt === undefined) return undefined;
  const failed = Date.parse(state.finishedAt);
  return Math.max(0, failed + retryDelay(state.operation.retry, (state.retryCount ?? 1) - 1) - now);
}

/** The operation as its next try begins: what the last one did is forgotten. */
export function beginRetry(state: OperationState): OperationState {
  const { finishedAt: _finishedAt, syncResult, ...rest } = state;
  if (syncResult === undefined) return rest;
  const { resources: _resources, ...kept } = syncResult;
  return { ...rest, syncResult: kept };
}

export interface PassEnd {
  readonly outcome: SyncOutcome;
  readonly result: SyncOperationResult;
  readonly now: number;
}

/** The operation after a pass: still running, done, or failed and perhaps to be tried again. */
export function afterPass(state: OperationState, { outcome, result, now }: PassEnd): OperationState {
  const syncResult: SyncOperationResult = { ...result, resources: outcome.resources };
  const next: OperationState = { ...state, phase: outcome.phase, message: outcome.message, syncResult };
  if (!isCompleted(outcome.phase)) return state.phase === 'Terminating' ? { ...next, phase: 'Terminating' } : next;
  const ended: OperationState = { ...next, finishedAt: formatTime(now) };
  if (outcome.phase === 'Succeeded' || state.phase === 'Terminating') return ended;
  const limit = state.operation.retry?.limit ?? 0;
  const count = state.retryCount ?? 0;
  if (limit >= 0 && count >= limit) return ended;
  const at = formatTime(now + retryDelay(state.operation.retry, count));
  const message = `${outcome.message}. Retrying attempt #${count + 1} at ${at.slice(11, 19)}Z.`;
  return { ...ended, phase: 'Running', message, retryCount: count + 1 };
}

export interface Deployed {
  readonly state: OperationState;
  readonly sources: readonly ApplicationSource[];
  readonly revisions: readonly string[];
}

/** The history with a successful sync added, as long as the Application keeps it. */
export function addHistory({ spec, status }: Application, deployed: Deployed): readonly RevisionHistory[] {
  const { state, sources, revisions } = deployed;
  const history = status.history ?? [];
  const [source] = sources;
  const entry: RevisionHistory = defined({
    id: (history.at(-1)?.id ?? -1) + 1,
    ...(hasMultipleSources(spec) ? { revisions, sources } : { revision: revisions[0], source }),
    deployedAt: state.finishedAt ?? state.startedAt,
    deployStartedAt: state.startedAt,
    initiatedBy: initiator(state.operation),
  });
  const limit = spec.revisionHistoryLimit ?? HISTORY_LIMIT;
  return limit <= 0 ? [] : [...history, entry].slice(-limit);
}

function initiator({ initiatedBy }: Operation): RevisionHistory['initiatedBy'] {
  return initiatedBy === undefined
    ? undefined
    : defined({ username: initiatedBy.username, automated: initiatedBy.automated });
}

/** Whether a finished sync deployed anything new: not a trial, not a part, not a heal. */
export function isDeployment({ operation, phase }: OperationState): boolean {
  const { sync } = operation;
  const partial = (sync?.resources?.length ?? 0) > 0;
  return phase === 'Succeeded' && sync?.dryRun !== true && !partial;
}

/** The sources that an operation renders. */
export function operationSources(application: Application, operation: Operation): readonly ApplicationSource[] {
  const { sync } = operation;
  if (sync?.sources !== undefined && sync.sources.length > 0) return sync.sources;
  return sync?.source === undefined || isZeroSource(sync.source) ? sourcesOf(application.spec) : [sync.source];
}
