import type { KubeObject } from '../kube/index.ts';
import type { HealthStatus, OperationPhase, ResourceResult } from './application.ts';
import { runTasks } from './sync-apply.ts';
import type { ApplyPorts } from './sync-apply.ts';
import { planSync } from './sync-plan.ts';
import type { PlanLookup, SyncInput, SyncPlan } from './sync-plan.ts';
import { Results } from './sync-results.ts';
import {
  deletesBeforeCreation,
  hasDeletePolicy,
  identity,
  isFailed,
  isHookTask,
  isPending,
  isPrune,
  isRunning,
  isTaskCompleted,
  objectOf,
} from './sync-task.ts';
import type { SyncTask } from './sync-task.ts';

/** What a pass reads and does. */
export interface SyncPorts extends PlanLookup, ApplyPorts {
  readonly health: (object: KubeObject) => HealthStatus | undefined;
  /** Takes the hook finalizer off, so that the hook can be deleted. */
  readonly releaseHook: (live: KubeObject) => Promise<void>;
  /** Whether the pair differs; consulted with `ApplyOutOfSyncOnly`. */
  readonly isOutOfSync: (task: SyncTask) => boolean;
}

/** Where the operation stands after a pass. */
export interface SyncOutcome {
  readonly phase: OperationPhase;
  readonly message: string;
  readonly resources: readonly ResourceResult[];
  /** Nothing is waited for but that this is written down. */
  readonly toBeNoted?: true;
}

interface Pass {
  readonly input: SyncInput;
  readonly ports: SyncPorts;
  readonly results: Results;
}

const FAILED_TASKS = 'one or more synchronization tasks completed unsuccessfully';

/**
 * Brings a sync as far as it can go without waiting: tries everything first, then applies the first phase and wave that
 * is not done. Called again whenever something that it waits for may have changed; what earlier passes did is in
 * `input.results`, so a pass can be repeated after a crash.
 */
export async function runSyncPass(input: SyncInput, ports: SyncPorts): Promise<SyncOutcome> {
  const results = new Results(input.results);
  const pass: Pass = { input, ports, results };
  const plan = await planSync(input, ports);
  const end = (await refuse(plan, pass)) ?? (await rehearse(plan.tasks, pass)) ?? (await advance(plan.tasks, pass));
  return { ...end, resources: results.list() };
}

type End = Omit<SyncOutcome, 'resources'>;

async function refuse(plan: SyncPlan, { results }: Pass): Promise<End | undefined> {
  if (plan.invalid.length === 0) return undefined;
  for (const { task, reason } of plan.invalid) results.set(task, { status: 'SyncFailed', message: reason });
  const reasons = [...new Set(plan.invalid.map(({ reason }) => reason))].join(',');
  return { phase: 'Failed', message: `one or more synchronization tasks are not valid, reason: ${reasons}` };
}

/** Before anything is changed, every object is tried: one that the cluster refuses stops the sync. */
async function rehearse(tasks: readonly SyncTask[], pass: Pass): Promise<End | undefined> {
  const { input, ports, results } = pass;
  if (input.results.length > 0) return undefined;
  const namespace = tasks.filter((task) => task.target !== undefined && task.target === input.createNamespace?.target);
  if (!input.settings.dryRun) await runTasks(namespace, { ...pass, dryRun: false });
  const others = outOfSync(
    tasks.filter((task) => !namespace.includes(task)),
    pass,
  );
  if (isAlone(others, pass)) return undefined;
  const state = await runTasks(others, { input, ports, results, dryRun: true });
  if (state !== 'failed' && results.list().every((result) => result.status !== 'SyncFailed')) return undefined;
  return { phase: 'Failed', message: 'one or more objects failed to apply (dry run)' };
}

/** A single write that is refused stops the sync before anything is changed, tried beforehand or not. */
function isAlone(tasks: readonly SyncTask[], { input, ports }: Pass): boolean {
  if (input.settings.dryRun || input.createNamespace !== undefined) return false;
  const writes = tasks.filter((task) => isPrune(task) || isHookTask(task) || !ports.isUnchanged(task));
  return writes.length === 1 && writes.every((task) => !isPrune(task));
}

function outOfSync(tasks: readonly SyncTask[], { input, ports }: Pass): readonly SyncTask[] {
  if (!input.settings.applyOutOfSyncOnly) return tasks;
  return tasks.filter((task) => isHookTask(task) || isPrune(task) || ports.isOutOfSync(task));
}

async function advance(planned: readonly SyncTask[], pass: Pass): Promise<End> {
  const all = observe(planned, pass);
  const several = isMultiStep(all);
  const running = all.filter((task) => (several || isHookTask(task)) && isRunning(task));
  if (running.length > 0) return waiting(running, 'completion');
  const deleting = all.filter(
    (task) => task.status === 'Pruned' && task.live?.metadata.deletionTimestamp !== undefined,
  );
  if (deleting.length > 0 && several) return waiting(deleting, 'deletion');
  await releaseHooks(all, pass);
  if (all.some((task) => isUnnoted(task, pass))) return NOTE_FIRST;
  const failHooks = all.filter((task) => task.phase === 'SyncFail');
  const tasks = all.filter((task) => task.phase !== 'SyncFail');
  if (tasks.some(isFailed)) return fail({ failHooks, tasks: all, message: FAILED_TASKS }, pass);
  const pending = outOfSync(tasks.filter(isPending), pass);
  const [first] = pending;
  if (first === undefined) {
    await deleteHooks(all, { pass, policy: 'HookSucceeded' });
    return { phase: 'Succeeded', message: 'successfully synced (no more tasks)' };
  }
  return step({ first, pending, all, failHooks }, pass);
}

const NOTE_FIRST: End = { phase: 'Running', message: 'one or more hooks are done', toBeNoted: true };

/**
 * A hook that is over and is to be deleted, while the operation says that it runs: a crash after its deletion would leave
 * that for ever, so it is written down first.
 */
function isUnnoted(task: SyncTask, { input, results }: Pass): boolean {
  const deleted = hasDeletePolicy(task, 'HookSucceeded') || hasDeletePolicy(task, 'HookFailed');
  if (task.live === undefined || !deleted || !isHookTask(task) || !isTaskCompleted(task)) return false;
  return results.isNew(task, input.results);
}

interface Step {
  readonly first: SyncTask;
  readonly pending: readonly SyncTask[];
  readonly all: readonly SyncTask[];
  readonly failHooks: readonly SyncTask[];
}

/** Runs the first phase and wave that is not done. */
async function step({ first, pending, all, failHooks }: Step, pass: Pass): Promise<End> {
  const { input, ports, results } = pass;
  const inStep = (task: SyncTask): boolean => task.phase === first.phase && task.wave === first.wave;
  const current = pending.filter(inStep);
  const rest = pending.filter((task) => !inStep(task) || isHookTask(task));
  const state = await runTasks(current, { input, ports, results, dryRun: input.settings.dryRun });
  if (state === 'failed') {
    return fail(
      { failHooks, tasks: all.map((task) => results.refresh(task)), message: 'one or more objects failed to apply' },
      pass,
    );
  }
  if (state === 'unconfirmed') return waitingForConfirmation(results.unconfirmed);
  if (state === 'pending') return waiting(current.filter(deletesBeforeCreation), 'deletion');
  if (rest.length === 0 || input.settings.dryRun) {
    if (rest.length > 0)
      return advance(
        all.map((task) => results.refresh(task)),
        pass,
      );
    await deleteHooks(all, { pass, policy: 'HookSucceeded' });
    return { phase: 'Succeeded', message: 'successfully synced (all tasks run)' };
  }
  return waiting(current, 'completion');
}

/** Brings running tasks up to date with the health of their live objects. */
function observe(tasks: readonly SyncTask[], { ports, results }: Pass): readonly SyncTask[] {
  return tasks.map((planned) => {
    const task = results.refresh(planned);
    if (!isRunning(task) || task.live === undefined) return task;
    const health = ports.health(task.live);
    if (health === undefined) return results.set(task, { hookPhase: 'Succeeded' });
    const message = health.message ?? '';
    switch (health.status) {
      case 'Healthy':
        return results.set(task, { hookPhase: 'Succeeded', message });
      case 'Degraded':
        return results.set(task, { hookPhase: 'Failed', message });
      case 'Suspended':
        // A hook such as a suspended workflow waits for somebody, and so does the sync.
        return task;
      default:
        return isHookTask(task) ? results.set(task, { message }) : task;
    }
  });
}

/** Whether the tasks take more than one phase or wave, so that each waits for the one before. */
export function isMultiStep(tasks: readonly SyncTask[]): boolean {
  const regular = tasks.filter((task) => task.phase !== 'SyncFail');
  const [first] = regular;
  const last = regular.at(-1);
  return first !== undefined && last !== undefined && (first.phase !== last.phase || first.wave !== last.wave);
}

async function releaseHooks(tasks: readonly SyncTask[], { ports, results }: Pass): Promise<void> {
  for (const task of tasks) {
    if (!isHookTask(task) || !isTaskCompleted(task) || task.live === undefined) continue;
    try {
      await ports.releaseHook(task.live);
    } catch (error) {
      results.set(task, { hookPhase: 'Error', message: `failed to remove hook finalizer: ${String(error)}` });
    }
  }
}

interface Failure {
  readonly failHooks: readonly SyncTask[];
  readonly tasks: readonly SyncTask[];
  readonly message: string;
}

/** Runs the hooks for a failed sync, once, and ends it when they are done. */
async function fail({ failHooks, tasks, message }: Failure, pass: Pass): Promise<End> {
  const { input, ports, results } = pass;
  const reason = reasons(tasks.filter((task) => task.phase !== 'SyncFail' && task.status === 'SyncFailed'));
  await deleteHooks(
    tasks.filter((task) => task.phase !== 'SyncFail'),
    { pass, policy: 'HookFailed' },
  );
  const left = failHooks.filter((task) => !isTaskCompleted(task));
  if (left.length > 0) {
    await runTasks(left, { input, ports, results, dryRun: input.settings.dryRun });
    const after = left.map((task) => results.refresh(task)).filter((task) => !isTaskCompleted(task) || isFailed(task));
    if (after.some((task) => !isTaskCompleted(task))) return waiting(after, 'completion');
  }
  const hooks = failHooks.map((task) => results.refresh(task));
  await deleteHooks(hooks, { pass, policy: 'HookSucceeded' });
  const failed = hooks.filter(isFailed);
  const suffix = failed.length > 0 ? `\none or more SyncFail hooks failed${reasons(failed)}` : '';
  return { phase: 'Failed', message: `${message}${reason}${suffix}` };
}

function reasons(tasks: readonly SyncTask[]): string {
  const messages = tasks.map((task) => task.message ?? '').filter((message) => message !== '');
  return messages.length === 0 ? '' : `, reason: ${messages.join(',')}`;
}

/** Deletes finished hooks whose policy says so, on the given outcome of the sync. */
async function deleteHooks(
  tasks: readonly SyncTask[],
  { pass, policy }: { readonly pass: Pass; readonly policy: 'HookSucceeded' | 'HookFailed' },
): Promise<void> {
  for (const task of tasks) {
    if (task.live === undefined || isRunning(task) || isPending(task) || !hasDeletePolicy(task, policy)) continue;
    await pass.ports.remove(task.live, { propagation: 'Background', dryRun: false });
  }
}

/** Ends the operation on request: running hooks are deleted. */
export async function terminateSync(input: SyncInput, ports: SyncPorts): Promise<SyncOutcome> {
  const results = new Results(input.results);
  const pass: Pass = { input, ports, results };
  const { tasks } = await planSync(input, ports);
  for (const task of observe(tasks, pass)) {
    if (!isHookTask(task) || !isRunning(task)) continue;
    if (task.live !== undefined) {
      await ports.releaseHook(task.live);
      await ports.remove(task.live, { propagation: 'Background', dryRun: false });
    }
    results.set(task, { hookPhase: 'Failed', message: 'Terminated' });
  }
  return { phase: 'Failed', message: 'Operation terminated', resources: results.list() };
}

function waiting(tasks: readonly SyncTask[], what: 'completion' | 'deletion'): End {
  const hooks = tasks.filter(isHookTask);
  const [subject] = hooks.length > 0 ? hooks : tasks;
  if (subject === undefined) return { phase: 'Running', message: 'one or more tasks are running' };
  const more = tasks.length - 1;
  const kinds = hooks.length === tasks.length ? 'hooks' : 'resources';
  const verb = what === 'completion' && !isHookTask(subject) ? 'healthy state' : what;
  const suffix = more > 0 ? ` and ${more} more ${kinds}` : '';
  return {
    phase: 'Running',
    message: `waiting for ${verb} of ${isHookTask(subject) ? 'hook ' : ''}${path(subject)}${suffix}`,
  };
}

function waitingForConfirmation(tasks: readonly SyncTask[]): End {
  const [first] = tasks;
  const more = tasks.length > 1 ? ` and ${tasks.length - 1} more resources` : '';
  const name = first === undefined ? '' : path(first);
  return { phase: 'Running', message: `waiting for pruning confirmation of ${name}${more}` };
}

function path(task: SyncTask): string {
  const { group, kind, name } = identity(objectOf(task));
  return `${group}/${kind}/${name}`;
}
