import type { KubeObject } from '../kube/index.ts';
import { ANNOTATION, annotation, annotationValues } from './annotations.ts';
import type { SyncPhase } from './application.ts';

export type HookDeletePolicy = 'HookSucceeded' | 'HookFailed' | 'BeforeHookCreation';

const HOOK_TYPES: ReadonlySet<string> = new Set<SyncPhase>([
  'PreSync',
  'Sync',
  'PostSync',
  'SyncFail',
  'PreDelete',
  'PostDelete',
  'Skip',
]);
const DELETE_POLICIES: ReadonlySet<string> = new Set<HookDeletePolicy>([
  'HookSucceeded',
  'HookFailed',
  'BeforeHookCreation',
]);

const HELM_HOOKS: Readonly<Record<string, SyncPhase>> = {
  'pre-install': 'PreSync',
  'pre-upgrade': 'PreSync',
  'post-install': 'PostSync',
  'post-upgrade': 'PostSync',
  'pre-delete': 'PreDelete',
  'post-delete': 'PostDelete',
};
const HELM_POLICIES: Readonly<Record<string, HookDeletePolicy>> = {
  'before-hook-creation': 'BeforeHookCreation',
  'hook-succeeded': 'HookSucceeded',
  'hook-failed': 'HookFailed',
};

function helmHooks(object: KubeObject): readonly string[] {
  const values = annotationValues(object, ANNOTATION.helmHook);
  // A CRD installed by Helm 2 is an ordinary object.
  return values.includes('crd-install') ? [] : values;
}

/** The phases that the object is a hook of; `Skip` among them when it asks to be left alone. */
export function hookTypes(object: KubeObject): readonly SyncPhase[] {
  const own = annotationValues(object, ANNOTATION.hook).filter((value): value is SyncPhase => HOOK_TYPES.has(value));
  if (annotation(object, ANNOTATION.hook) !== undefined) return [...new Set(own)];
  const helm = helmHooks(object).flatMap((value) => HELM_HOOKS[value] ?? []);
  return [...new Set(helm)];
}

/** Whether the object is a hook, and so neither compared nor pruned. */
export function isHook(object: KubeObject): boolean {
  if (annotation(object, ANNOTATION.hook) !== undefined) return !isSkipped(object);
  return helmHooks(object).length > 0;
}

/** The object asks never to be applied. */
export function isSkipped(object: KubeObject): boolean {
  const types = hookTypes(object);
  return types.length > 0 && types.every((type) => type === 'Skip');
}

/** When a finished or leftover hook is deleted. @default BeforeHookCreation */
export function deletePolicies(object: KubeObject): readonly HookDeletePolicy[] {
  const own = annotationValues(object, ANNOTATION.hookDeletePolicy).filter((value): value is HookDeletePolicy =>
    DELETE_POLICIES.has(value),
  );
  const helm = annotationValues(object, ANNOTATION.helmHookDeletePolicy).flatMap((value) => HELM_POLICIES[value] ?? []);
  const policies = [...own, ...helm];
  return policies.length > 0 ? policies : ['BeforeHookCreation'];
}

/** `argocd.argoproj.io/sync-wave`, else Helm's hook weight, else 0. */
export function waveOf(object: KubeObject): number {
  return (
    integer(annotation(object, ANNOTATION.syncWave)) ?? integer(annotation(object, ANNOTATION.helmHookWeight)) ?? 0
  );
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^[-+]?\d+$/.test(text.trim()) ? Number(text) : undefined;
}

/** The phases in which the object is applied. */
export function syncPhases(object: KubeObject): readonly SyncPhase[] {
  if (isSkipped(object)) return [];
  const types = hookTypes(object).filter((type) => type !== 'Skip');
  if (types.length === 0) return isHook(object) ? [] : ['Sync'];
  return types.filter((type) => type !== 'PreDelete' && type !== 'PostDelete');
}
