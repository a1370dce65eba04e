import { messageOf } from '../core/index.ts';
import { isApiError } from '../kube/index.ts';
import type { DeleteOptions, KubeObject } from '../kube/index.ts';
import { hasSyncOption } from './annotations.ts';
import type { SyncInput } from './sync-plan.ts';
import type { SyncSettings } from './sync-options.ts';
import { prunePolicy } from './sync-options.ts';
import type { Results, TaskChange } from './sync-results.ts';
import { deletesBeforeCreation, isHookTask, isPrune, kindOf } from './sync-task.ts';
import type { SyncTask } from './sync-task.ts';

/** How one object is to be written. */
export interface ApplyRequest {
  readonly dryRun: boolean;
  /** Rejects fields that the kind does not have. */
  readonly validate: boolean;
  /** Takes fields from any other manager; with `replace` deletes and creates anew. */
  readonly force: boolean;
  /** Writes the whole object instead of applying it. */
  readonly replace: boolean;
}

export interface RemoveRequest {
  readonly propagation: NonNullable<DeleteOptions['propagationPolicy']>;
  readonly dryRun: boolean;
}

/** What changes the cluster. All throw what the API answered. */
export interface ApplyPorts {
  /** Whether the cluster already has everything of the target, applied by the engine: writing it again would do nothing. */
  readonly isUnchanged: (task: SyncTask) => boolean;
  /** @returns what to show, `deployment.apps/web configured` */
  readonly apply: (task: SyncTask, request: ApplyRequest) => Promise<string>;
  readonly remove: (live: KubeObject, request: RemoveRequest) => Promise<void>;
}

interface Run {
  readonly input: SyncInput;
  readonly ports: ApplyPorts;
  readonly results: Results;
  readonly dryRun: boolean;
}

/** `pending`: something has to be deleted first; `unconfirmed`: a prune waits for a person. */
export type RunState = 'done' | 'failed' | 'pending' | 'unconfirmed';

/**
 * Applies or prunes tasks of one phase and wave (or tries all of them, with `dryRun`): creations kind by kind, objects of
 * one kind at the same time, then prunes. Stops at the first kind that fails.
 */
export async function runTasks(tasks: readonly SyncTask[], run: Run): Promise<RunState> {
  const creations = tasks.filter((task) => !isPrune(task));
  if (!run.dryRun && (await clearTheWay(creations, run))) return 'pending';
  for (const group of byKind(creations)) {
    const done = await Promise.all(group.map((task) => apply(task, run)));
    if (done.includes(false)) return 'failed';
  }
  return prune(tasks.filter(isPrune), run);
}

/** Deletes hooks of earlier syncs. @returns true when there were any */
async function clearTheWay(tasks: readonly SyncTask[], { ports }: Run): Promise<boolean> {
  const leftovers = tasks.filter(deletesBeforeCreation);
  for (const { live } of leftovers) {
    if (live !== undefined) await ports.remove(live, { propagation: 'Background', dryRun: false });
  }
  return leftovers.length > 0;
}

function byKind(tasks: readonly SyncTask[]): readonly (readonly SyncTask[])[] {
  const groups: SyncTask[][] = [];
  for (const task of tasks) {
    const group = groups.at(-1);
    const [first] = group ?? [];
    if (group !== undefined && first !== undefined && kindOf(first) === kindOf(task)) group.push(task);
    else groups.push([task]);
  }
  return groups;
}

/** @returns false when the cluster refused the object */
async function apply(task: SyncTask, run: Run): Promise<boolean> {
  if (run.dryRun && task.skipDryRun) return true;
  const request = requestFor(task, run);
  try {
    const message = isIdle(task, request, run) ? 'unchanged' : await run.ports.apply(task, request);
    record(task, run, { status: 'Synced', message });
    return true;
  } catch (error) {
    if (isTransient(error)) throw error;
    if (run.dryRun && isAwaitedNamespace(error, task, run.input)) return true;
    record(task, run, { status: 'SyncFailed', message: messageOf(error) });
    return false;
  }
}

/** Nothing is to be written: neither something new, nor the same in a way that somebody insists on. */
function isIdle(task: SyncTask, { force, replace }: ApplyRequest, run: Run): boolean {
  return !force && !replace && !isHookTask(task) && run.ports.isUnchanged(task);
}

/** The object cannot be tried, because the sync itself is going to create its namespace. */
function isAwaitedNamespace(error: unknown, task: SyncTask, { resources, createNamespace }: SyncInput): boolean {
  if (!isApiError(error, 'NotFound')) return false;
  const namespace = task.target?.metadata.namespace;
  return [...resources, ...(createNamespace === undefined ? [] : [createNamespace])].some(
    ({ target }) => target?.kind === 'Namespace' && target.metadata.name === namespace,
  );
}

/** Nobody refused anything: the server could not be reached or asked to come back. The pass is repeated as it is. */
function isTransient(error: unknown): boolean {
  return isApiError(error) && (error.status.httpCode === 429 || error.status.httpCode >= 500);
}

function requestFor(task: SyncTask, run: Run): ApplyRequest {
  const { settings } = run.input;
  const either = (option: string): boolean => hasSyncOption(task.target, option) || hasSyncOption(task.live, option);
  return {
    dryRun: run.dryRun,
    validate: settings.validate && !hasSyncOption(task.target, 'Validate=false'),
    force: settings.force || either('Force=true'),
    replace: settings.replace || either('Replace=true'),
  };
}

/** A trial leaves a trace only where it failed, or where the whole sync is one. */
function record(task: SyncTask, run: Run, change: TaskChange): void {
  const wholeIsTrial = run.input.settings.dryRun;
  if (run.dryRun && !wholeIsTrial && change.status !== 'SyncFailed') return;
  const done = wholeIsTrial && change.status === 'Synced' ? ({ hookPhase: 'Succeeded' } as const) : {};
  run.results.set(task, { ...change, ...done });
}

async function prune(tasks: readonly SyncTask[], run: Run): Promise<RunState> {
  const { settings } = run.input;
  const unconfirmed = tasks.filter((task) => needsConfirmation(task, settings));
  if (unconfirmed.length > 0 && !run.dryRun) {
    run.results.unconfirmed = unconfirmed;
    return 'unconfirmed';
  }
  const done = await Promise.all(tasks.map((task) => pruneOne(task, run)));
  return done.includes(false) ? 'failed' : 'done';
}

function needsConfirmation({ live }: SyncTask, settings: SyncSettings): boolean {
  return live !== undefined && settings.prune && !settings.pruneConfirmed && prunePolicy(live, settings) === 'confirm';
}

async function pruneOne(task: SyncTask, run: Run): Promise<boolean> {
  const { settings } = run.input;
  const { live } = task;
  if (live === undefined || isHookTask(task)) return true;
  if (!settings.prune) return skip(task, { run, message: 'ignored (requires pruning)' });
  if (prunePolicy(live, settings) === 'false') return skip(task, { run, message: 'ignored (no prune)' });
  if (run.dryRun) {
    record(task, run, { status: 'Pruned', message: 'pruned (dry run)' });
    return true;
  }
  try {
    if (live.metadata.deletionTimestamp === undefined) {
      await run.ports.remove(live, { propagation: settings.propagation, dryRun: false });
    }
    record(task, run, { status: 'Pruned', message: 'pruned' });
    return true;
  } catch (error) {
    if (isTransient(error)) throw error;
    record(task, run, { status: 'SyncFailed', message: messageOf(error) });
    return false;
  }
}

function skip(task: SyncTask, { run, message }: { readonly run: Run; readonly message: string }): true {
  record(task, run, { status: 'PruneSkipped', message });
  return true;
}
