import type { KubeObject } from '../kube/index.ts';

const PREFIX = 'argocd.argoproj.io';

export const ANNOTATION = {
  trackingId: `${PREFIX}/tracking-id`,
  syncWave: `${PREFIX}/sync-wave`,
  syncOptions: `${PREFIX}/sync-options`,
  compareOptions: `${PREFIX}/compare-options`,
  hook: `${PREFIX}/hook`,
  hookDeletePolicy: `${PREFIX}/hook-delete-policy`,
  refresh: `${PREFIX}/refresh`,
  ignoreHealthcheck: `${PREFIX}/ignore-healthcheck`,
  /** Ours: which try of which operation created a hook, so that the try knows it again. */
  hookAttempt: 'gitops.stoa.dev/hook-attempt',
  deletionApproved: `${PREFIX}/deletion-approved`,
  helmHook: 'helm.sh/hook',
  helmHookWeight: 'helm.sh/hook-weight',
  helmHookDeletePolicy: 'helm.sh/hook-delete-policy',
  lastApplied: 'kubectl.kubernetes.io/last-applied-configuration',
} as const;

export const HOOK_FINALIZER = `${PREFIX}/hook-finalizer`;
export const RESOURCES_FINALIZER = `resources-finalizer.${PREFIX}`;

/** An object, as far as its annotations go. */
type Annotated = Pick<KubeObject, 'metadata'> | undefined;

export function annotation(object: Annotated, key: string): string | undefined {
  const value = object?.metadata.annotations?.[key];
  return typeof value === 'string' ? value : undefined;
}

/** The comma-separated values of an annotation, trimmed, empty ones left out. */
export function annotationValues(object: Annotated, key: string): readonly string[] {
  return (annotation(object, key) ?? '')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** Whether `option` (`Prune=false`) is one of the annotation's values. */
export function hasOption(object: Annotated, key: string, option: string): boolean {
  return annotationValues(object, key).includes(option);
}

/** The value of the first `name=value` in the annotation. */
export function optionValue(object: Annotated, key: string, name: string): string | undefined {
  const found = annotationValues(object, key).find((value) => value.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

export function hasSyncOption(object: Annotated, option: string): boolean {
  return hasOption(object, ANNOTATION.syncOptions, option);
}
