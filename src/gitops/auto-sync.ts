import { jsonEqual } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { Application, ApplicationCondition, Operation, OperationState, SyncResource } from './application.ts';
import { hasMultipleSources, isCompleted, sourcesOf } from './application.ts';
import type { ComparedResource, Comparison } from './comparison.ts';
import { defined } from './defined.ts';
import { optionsOf } from './sync-options.ts';
import { identity, objectOf, resourceKey } from './sync-task.ts';

export interface AutoSyncInput {
  readonly application: Application;
  readonly comparison: Comparison;
  /** One commit for each source. */
  readonly revisions: readonly string[];
  /** Milliseconds since the epoch before which healing waits, because there were many of late. */
  readonly healNotBefore: number;
  readonly now: number;
  /** Keys of its objects that belong to another Application. */
  readonly shared: ReadonlySet<string>;
}

export type AutoSyncDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'sync'; readonly operation: Operation; readonly heals: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'refuse'; readonly condition: ApplicationCondition };

const NONE: AutoSyncDecision = { kind: 'none' };

/**
 * Whether the Application is to be synced without anybody asking: once for each state of Git, and again whenever the
 * cluster has moved away from a state that was reached, if it heals itself.
 */
export function decideAutoSync(input: AutoSyncInput): AutoSyncDecision {
  const automated = automationOf(input.application);
  if (automated === undefined || input.comparison.status !== 'OutOfSync' || !mayStart(input.application)) return NONE;
  const due = input.comparison.resources.filter((resource) => isDue(resource, automated.prune));
  if (due.length === 0) return NONE;
  const attempt = attempted(input.application, input.revisions);
  const objection = objectionTo(input, { automated, attempt });
  if (objection !== undefined) return { kind: 'refuse', condition: { type: 'SyncError', message: objection } };
  if (attempt === 'no') return { kind: 'sync', operation: operationFor(input, []), heals: false };
  // What another Application has is not taken from it time and again: both would heal it for ever.
  const own = due.filter((resource) => !input.shared.has(resourceKey(objectOf(resource))));
  if (!automated.selfHeal || own.length === 0) return NONE;
  const settled = attempt === 'heal-failed' ? finished(input.application) + HEAL_RETRY_MS : 0;
  const wait = Math.max(input.healNotBefore, settled) - input.now;
  return wait > 0 ? { kind: 'wait', ms: wait } : { kind: 'sync', operation: operationFor(input, own), heals: true };
}

interface Automation {
  readonly prune: boolean;
  readonly selfHeal: boolean;
  readonly allowEmpty: boolean;
}

function automationOf({ spec }: Application): Automation | undefined {
  const automated = spec.syncPolicy?.automated;
  if (automated === undefined || automated === null || automated.enabled === false) return undefined;
  const { prune = false, selfHeal = false, allowEmpty = false } = automated;
  return { prune, selfHeal, allowEmpty };
}

/** What stands against syncing, as a sentence. */
function objectionTo(
  { application, comparison, revisions, shared }: AutoSyncInput,
  { automated, attempt }: { readonly automated: Automation; readonly attempt: Attempt },
): string | undefined {
  const skipped = `Skipping sync attempt to ${revisions.join(',')}`;
  if (shared.size > 0 && optionsOf(application).includes('FailOnSharedResource=true')) {
    return `${skipped}: some objects belong to another application`;
  }
  if (attempt === 'failed') return failedAttempt(application, revisions.join(','));
  const wipes =
    automated.prune && !automated.allowEmpty && comparison.resources.every(({ target }) => target === undefined);
  return wipes ? `${skipped}: auto-sync will wipe out all resources` : undefined;
}

function mayStart({ metadata, operation, status }: Application): boolean {
  if (metadata.deletionTimestamp !== undefined || operation !== undefined) return false;
  return status.operationState === undefined || isCompleted(status.operationState.phase);
}

/** An object that a sync would change. */
function isDue({ target, live, status, extraneous }: ComparedResource, prunes: boolean): boolean {
  if (status !== 'OutOfSync' || extraneous) return false;
  return target !== undefined || (prunes && live?.metadata.deletionTimestamp === undefined);
}

/** A heal that failed for good is tried again after this long: what it met may have gone away. */
const HEAL_RETRY_MS = 60_000;

function finished({ status }: Application): number {
  return Date.parse(status.operationState?.finishedAt ?? '') || 0;
}

type Attempt = 'no' | 'failed' | 'succeeded' | 'heal-failed';

/** How the last sync to this very state of Git ended, if there was one. */
function attempted(application: Application, revisions: readonly string[]): Attempt {
  const state = application.status.operationState;
  if (state === undefined || state.operation.sync?.dryRun === true || !isOf(state, application, revisions)) return 'no';
  if (state.phase === 'Succeeded') return 'succeeded';
  const heals = state.operation.sync?.selfHealAttemptsCount !== undefined;
  return heals && wasReached(application, revisions) ? 'heal-failed' : 'failed';
}

/** Whether the operation was about these very sources and commits. */
function isOf({ syncResult }: OperationState, { spec }: Application, revisions: readonly string[]): boolean {
  if (syncResult === undefined) return false;
  const multiple = hasMultipleSources(spec);
  const known = multiple ? syncResult.revisions : [syncResult.revision];
  const sources = multiple ? syncResult.sources : [syncResult.source];
  return same(known, revisions) && same(sources, sourcesOf(spec));
}

function same(a: unknown, b: unknown): boolean {
  return jsonEqual((a ?? null) as JsonValue, (b ?? null) as JsonValue);
}

function wasReached({ status }: Application, revisions: readonly string[]): boolean {
  const last = status.history?.at(-1);
  return last !== undefined && same(last.revisions ?? [last.revision], revisions);
}

function failedAttempt({ status }: Application, revision: string): string {
  const state = status.operationState;
  const retried = (state?.retryCount ?? 0) > 0 ? ` (retried ${state?.retryCount ?? 0} times)` : '';
  return `Failed last sync attempt to ${revision}: ${state?.message ?? ''}${retried}`;
}

function operationFor({ application, revisions }: AutoSyncInput, heal: readonly ComparedResource[]): Operation {
  const { syncPolicy } = application.spec;
  return {
    sync: defined({
      ...(hasMultipleSources(application.spec) ? { revisions: [...revisions] } : { revision: revisions[0] }),
      prune: syncPolicy?.automated?.prune === true ? true : undefined,
      syncOptions: syncPolicy?.syncOptions,
      ...(heal.length > 0
        ? { resources: heal.map(selected), selfHealAttemptsCount: healAttempts(application) + 1 }
        : {}),
    }),
    initiatedBy: { automated: true },
    retry: syncPolicy?.retry ?? { limit: 5 },
  };
}

function healAttempts({ status }: Application): number {
  return status.operationState?.operation.sync?.selfHealAttemptsCount ?? 0;
}

function selected(resource: ComparedResource): SyncResource {
  const { group, kind, namespace, name } = identity(objectOf(resource));
  return { ...(group === '' ? {} : { group }), kind, ...(namespace === '' ? {} : { namespace }), name };
}

/** How often one Application may be healed. */
export interface HealAllowance {
  /** Heals at once after a calm time. */
  readonly burst: number;
  /** Milliseconds until one more is allowed. */
  readonly interval: number;
}

/** Somebody who edits for a while is put right at once; what fights the engine for ever costs one sync a second. */
export const HEAL_ALLOWANCE: HealAllowance = { burst: 10, interval: 1_000 };

/** Remembers how many heals an Application has left: a token bucket, kept as the time at which it is full again. */
export class HealHistory {
  readonly #allowance: HealAllowance;
  #fullAt = 0;

  constructor(allowance: HealAllowance = HEAL_ALLOWANCE) {
    this.#allowance = allowance;
  }

  healed(now: number): void {
    this.#fullAt = Math.max(this.#fullAt, now) + this.#allowance.interval;
  }

  /** Milliseconds since the epoch before which no heal is allowed. */
  get notBefore(): number {
    const { burst, interval } = this.#allowance;
    return Math.max(0, this.#fullAt - (burst - 1) * interval);
  }
}
