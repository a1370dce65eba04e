import { describe, expect, it } from 'vitest';
import { applyJsonPatch, asJson } from '../kube/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../kube/index.ts';
import type { FieldChange } from './changes.ts';
import type { FieldPath } from './field-path.ts';
import { formatPath } from './field-path.ts';
import { madeAgain, planHeal } from './heal-plan.ts';

function object(spec: Readonly<Record<string, unknown>>, labels: Readonly<Record<string, string>> = {}): KubeObject {
  const managed: ManagedFieldsEntry = {
    manager: 'argocd-controller',
    operation: 'Apply',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:own': { 'f:a': {} } } },
  };
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 'a', resourceVersion: '7', labels: { ...labels }, managedFields: [managed] },
    spec,
  };
}

function change(path: FieldPath, parts: Partial<FieldChange> = {}): FieldChange {
  return { path, field: formatPath(path), kind: 'Added', actor: 'x', since: 0, ofGit: false, ...parts };
}

function healed(live: KubeObject, changes: readonly FieldChange[]): unknown {
  return (applyJsonPatch(asJson(live), planHeal(live, changes) ?? []) as { readonly spec: unknown }).spec;
}

describe('planHeal', () => {
  it('removes what was added, and restores what was changed', () => {
    const live = object({ own: { a: 1, b: 2 }, other: 'new' });

    expect(
      healed(live, [change(['spec', 'own', 'b']), change(['spec', 'other'], { kind: 'Changed', before: 'old' })]),
    ).toEqual({
      own: { a: 1 },
      other: 'old',
    });
  });

  it('removes several items of one list, whatever their order', () => {
    const items = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
    const paths = ['b', 'd'].map((name): FieldPath => ['spec', 'items', { keys: { name } }]);

    expect(
      healed(
        object({ items }),
        paths.map((path) => change(path)),
      ),
    ).toEqual({ items: [{ name: 'a' }, { name: 'c' }] });
  });

  it('leaves no empty rest of what somebody built up, but what Git knows of', () => {
    const live = object({ own: { a: {} }, deep: { er: { x: 1, y: 2 } } });
    const paths: readonly FieldPath[] = [
      ['spec', 'deep', 'er', 'x'],
      ['spec', 'deep', 'er', 'y'],
    ];

    expect(
      healed(
        live,
        paths.map((path) => change(path)),
      ),
    ).toEqual({ own: { a: {} } });
  });

  it('leaves to the engine what Git sets', () => {
    expect(planHeal(object({ own: { a: 2 } }), [change(['spec', 'own', 'a'], { ofGit: true })])).toBeUndefined();
  });

  it('is bound to the version that was judged', () => {
    expect(planHeal(object({ b: 1 }), [change(['spec', 'b'])])?.[0]).toEqual({
      op: 'test',
      path: '/metadata/resourceVersion',
      value: '7',
    });
  });
});

describe('madeAgain', () => {
  it('names what the server puts back', () => {
    const changes = [change(['spec', 'a']), change(['spec', 'b'])];

    expect(madeAgain(changes, object({ a: 1, b: 1 }), object({ a: 1 }))).toEqual([changes[0]]);
  });
});
