import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { deletePolicies, hookTypes, isHook, isSkipped, syncPhases, waveOf } from './hooks.ts';

function annotated(annotations: Record<string, string>): KubeObject {
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a', annotations } };
}

const HOOK = 'argocd.argoproj.io/hook';

describe('hooks', () => {
  it.each([
    { annotations: {}, hook: false, skipped: false, types: [], phases: ['Sync'] },
    { annotations: { [HOOK]: 'PreSync' }, hook: true, skipped: false, types: ['PreSync'], phases: ['PreSync'] },
    {
      annotations: { [HOOK]: ' PreSync, PostSync,PreSync' },
      hook: true,
      skipped: false,
      types: ['PreSync', 'PostSync'],
      phases: ['PreSync', 'PostSync'],
    },
    { annotations: { [HOOK]: 'Skip' }, hook: false, skipped: true, types: ['Skip'], phases: [] },
    { annotations: { [HOOK]: 'Garbage' }, hook: true, skipped: false, types: [], phases: [] },
    { annotations: { [HOOK]: 'PostDelete' }, hook: true, skipped: false, types: ['PostDelete'], phases: [] },
    {
      annotations: { 'helm.sh/hook': 'pre-install,post-upgrade' },
      hook: true,
      skipped: false,
      types: ['PreSync', 'PostSync'],
      phases: ['PreSync', 'PostSync'],
    },
    { annotations: { 'helm.sh/hook': 'crd-install' }, hook: false, skipped: false, types: [], phases: ['Sync'] },
  ])('reads $annotations', ({ annotations, hook, skipped, types, phases }) => {
    const object = annotated(annotations);
    expect({
      hook: isHook(object),
      skipped: isSkipped(object),
      types: hookTypes(object),
      phases: syncPhases(object),
    }).toEqual({ hook, skipped, types, phases });
  });
});

describe('deletePolicies', () => {
  it.each([
    { annotations: {}, policies: ['BeforeHookCreation'] },
    {
      annotations: { 'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded,HookFailed' },
      policies: ['HookSucceeded', 'HookFailed'],
    },
    { annotations: { 'helm.sh/hook-delete-policy': 'hook-succeeded' }, policies: ['HookSucceeded'] },
  ])('are $policies for $annotations', ({ annotations, policies }) => {
    expect(deletePolicies(annotated(annotations as unknown as Record<string, string>))).toEqual(policies);
  });
});

describe('waveOf', () => {
  it.each([
    [{}, 0],
    [{ 'argocd.argoproj.io/sync-wave': '-5' }, -5],
    [{ 'argocd.argoproj.io/sync-wave': 'first' }, 0],
    [{ 'helm.sh/hook-weight': '7' }, 7],
  ])('of %j is %i', (annotations, wave) => {
    expect(waveOf(annotated(annotations as unknown as Record<string, string>))).toBe(wave);
  });
});
