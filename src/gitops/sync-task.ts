import { gvkOf } from '../kube/index.ts';
import type { GroupVersionKind, KubeObject } from '../kube/index.ts';
import { ANNOTATION, annotation } from './annotations.ts';
import { isCompleted } from './application.ts';
import type { OperationPhase, ResourceResult, ResultCode, SyncPhase } from './application.ts';
import { deletePolicies, isHook, waveOf } from './hooks.ts';
import type { HookDeletePolicy } from './hooks.ts';

/** An object as Git wants it and as the cluster has it; at least one of both. */
export interface ResourcePair {
  readonly target?: KubeObject;
  readonly live?: KubeObject;
}

/** One object in one phase of a sync: to be applied, or to be pruned when there is no target. */
export interface SyncTask extends ResourcePair {
  readonly phase: SyncPhase;
  readonly wave: number;
  /** Its kind is not served yet, so it cannot be tried beforehand. */
  readonly skipDryRun: boolean;
  /** What earlier passes of the same operation did with it. */
  readonly status?: ResultCode;
  readonly hookPhase?: OperationPhase;
  readonly message?: string;
}

/** Identifies a task among the results of an operation. */
export type TaskKey = string;

export function objectOf(pair: ResourcePair): KubeObject {
  const object = pair.target ?? pair.live;
  if (object === undefined) throw new TypeError('A resource needs a target or a live object');
  return object;
}

export function identity(object: KubeObject): GroupVersionKind & { readonly namespace: string; readonly name: string } {
  return { ...gvkOf(object), namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' };
}

/** `group/kind/namespace/name`: names an object whatever version it is written in. */
export function resourceKey(object: KubeObject): string {
  const { group, kind, namespace, name } = identity(object);
  return `${group}/${kind}/${namespace}/${name}`;
}

export function taskKey(task: SyncTask): TaskKey {
  return `${resourceKey(objectOf(task))}:${task.phase}`;
}

export function resultKey(result: ResourceResult): TaskKey {
  return `${result.group ?? ''}/${result.kind}/${result.namespace ?? ''}/${result.name}:${result.syncPhase}`;
}

export function isPrune(task: ResourcePair): boolean {
  return task.target === undefined;
}

export function isHookTask(task: ResourcePair): boolean {
  return isHook(objectOf(task));
}

export function isPending(task: SyncTask): boolean {
  return task.hookPhase === undefined;
}

export function isRunning(task: SyncTask): boolean {
  return task.hookPhase === 'Running' || task.hookPhase === 'Terminating';
}

export function isTaskCompleted(task: SyncTask): boolean {
  return isCompleted(task.hookPhase);
}

export function isFailed(task: SyncTask): boolean {
  return isTaskCompleted(task) && task.hookPhase !== 'Succeeded';
}

export function hasDeletePolicy(task: ResourcePair, policy: HookDeletePolicy): boolean {
  const object = objectOf(task);
  return isHook(object) && deletePolicies(object).includes(policy);
}

/** A hook left over from an earlier sync stands in the way of this one. */
export function deletesBeforeCreation(task: SyncTask): boolean {
  if (task.live === undefined || !isPending(task) || wasCreatedByThisTry(task)) return false;
  return hasDeletePolicy(task, 'BeforeHookCreation');
}

/** The hook was created, but the answer or the note of it was lost: a crash, a timeout. */
function wasCreatedByThisTry({ target, live }: SyncTask): boolean {
  const attempt = annotation(target, ANNOTATION.hookAttempt);
  return attempt !== undefined && attempt === annotation(live, ANNOTATION.hookAttempt);
}

export function kindOf(task: ResourcePair): string {
  return objectOf(task).kind;
}

export function naturalWave(pair: ResourcePair): number {
  return waveOf(objectOf(pair));
}
