import type { Case, RecordedVerdict, Verdict } from './verdict.ts';

export interface Suite {
  run(testCase: Case): Promise<Verdict | RecordedVerdict>;
}

/** Every set of cases and the module that runs it. */
const SUITES: Readonly<Record<string, () => Promise<unknown>>> = {
  'argocd-actions': () => import('./argocd-actions.ts'),
  'argocd-appset-params': () => import('./argocd-appset-params.ts'),
  'argocd-appset-rollout': () => import('./argocd-appset-rollout.ts'),
  'argocd-appset-template': () => import('./argocd-appset-template.ts'),
  'argocd-diff': () => import('./argocd-diff.ts'),
  'argocd-health': () => import('./argocd-health.ts'),
  'argocd-health-app': () => import('./argocd-health-app.ts'),
  'argocd-health-builtin': () => import('./argocd-health.ts'),
  'argocd-project': () => import('./argocd-project.ts'),
  'argocd-sync': () => import('./argocd-sync.ts'),
  'argocd-sync-scenario': () => import('./argocd-sync-scenario.ts'),
  kustomize: () => import('./kustomize.ts'),
  'kustomize-merge': () => import('./kustomize-merge.ts'),
  'repos-directory': () => import('./repos-directory.ts'),
  'repos-kustomize': () => import('./repos-kustomize.ts'),
};

export const SUITE_NAMES: readonly string[] = Object.keys(SUITES);

export async function loadSuite(name: string): Promise<Suite | undefined> {
  if (!Object.hasOwn(SUITES, name)) return undefined;
  return (await SUITES[name]?.()) as Suite | undefined;
}
