import type { OperationPhase, ResourceResult, ResultCode, SyncPhase } from './application.ts';
import { hookTypes } from './hooks.ts';
import { imagesOf } from '../kube/index.ts';
import { identity, isHookTask, objectOf, resultKey, taskKey } from './sync-task.ts';
import type { SyncTask } from './sync-task.ts';

/** What has become of a task. An absent field keeps what was known. */
export interface TaskChange {
  readonly status?: ResultCode;
  readonly hookPhase?: OperationPhase;
  readonly message?: string;
}

const PHASE_OF: Readonly<Record<ResultCode, OperationPhase>> = {
  Synced: 'Running',
  SyncFailed: 'Failed',
  Pruned: 'Succeeded',
  PruneSkipped: 'Succeeded',
};

/** The results of an operation, in the order in which they came. */
export class Results {
  readonly #results: Map<string, ResourceResult>;
  /** Prunes that wait for somebody to confirm them. */
  unconfirmed: readonly SyncTask[] = [];

  constructor(known: readonly ResourceResult[]) {
    this.#results = new Map(known.map((result) => [resultKey(result), result]));
  }

  /** Records `change` and returns the task with it. A status alone implies the phase that follows from it. */
  set(task: SyncTask, change: TaskChange): SyncTask {
    const status = change.status ?? task.status;
    const hookPhase = change.hookPhase ?? (change.status === undefined ? task.hookPhase : PHASE_OF[change.status]);
    const message = change.message ?? task.message;
    const next: SyncTask = {
      ...task,
      ...(status === undefined ? {} : { status }),
      ...(hookPhase === undefined ? {} : { hookPhase }),
      ...(message === undefined ? {} : { message }),
    };
    this.#results.set(taskKey(next), toResult(next));
    return next;
  }

  /** The task with what has been recorded of it. */
  refresh(task: SyncTask): SyncTask {
    const result = this.#results.get(taskKey(task));
    if (result === undefined) return task;
    const { status, hookPhase, message } = result;
    return {
      ...task,
      ...(status === undefined ? {} : { status }),
      ...(hookPhase === undefined ? {} : { hookPhase }),
      ...(message === undefined ? {} : { message }),
    };
  }

  /** Whether the phase of a task is not what `before` says. */
  isNew(task: SyncTask, before: readonly ResourceResult[]): boolean {
    const known = before.find((result) => resultKey(result) === taskKey(task));
    return known?.hookPhase !== task.hookPhase;
  }

  list(): readonly ResourceResult[] {
    return [...this.#results.values()];
  }
}

function toResult(task: SyncTask): ResourceResult {
  const object = objectOf(task);
  const { group, version, kind, namespace, name } = identity(object);
  const images = imagesOf(object);
  const hookType = isHookTask(task) ? hookTypeIn(task) : undefined;
  return {
    group,
    version,
    kind,
    namespace,
    name,
    ...(task.status === undefined ? {} : { status: task.status }),
    message: task.message ?? '',
    ...(hookType === undefined ? {} : { hookType }),
    ...(task.hookPhase === undefined ? {} : { hookPhase: task.hookPhase }),
    syncPhase: task.phase,
    ...(images.length > 0 ? { images } : {}),
  };
}

function hookTypeIn(task: SyncTask): SyncPhase | undefined {
  return hookTypes(objectOf(task)).find((type) => type === task.phase);
}
