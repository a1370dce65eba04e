import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.ts';
import { planRemovals } from './removal.ts';
import { REMOVAL_REQUESTED, setOptionsOf } from './set-options.ts';
import type { SetOptions } from './set-options.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const OPTIONS = setOptionsOf({ metadata: {} });

function app(name: string, requested?: string, more: Readonly<Record<string, unknown>> = {}): KubeObject {
  const annotations = requested === undefined ? {} : { [REMOVAL_REQUESTED]: requested };
  const finalizers = ['resources-finalizer.argocd.argoproj.io'];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, annotations, finalizers },
    ...more,
  };
}

function plan(obsolete: readonly KubeObject[], options: Partial<SetOptions> = {}, lastPass?: number) {
  const passed = lastPass === undefined ? {} : { lastPass };
  const found = planRemovals({ obsolete, options: { ...OPTIONS, ...options }, now: NOW, ...passed });
  const names = (objects: readonly KubeObject[]): string => objects.map(({ metadata }) => metadata.name).join();
  const { requests, removals, unapproved, again } = found;
  return { requests: names(requests), removals: names(removals), unapproved: names(unapproved), again };
}

const DUE = '2026-01-01T11:50:00Z';
const DATA = { status: { resources: [{ kind: 'PersistentVolumeClaim', name: 'data' }] } };

describe('planRemovals', () => {
  it.each([
    ['asks first', [app('a')], {}, { requests: 'a', removals: '', again: 600_000 }],
    ['waits for the grace to end', [app('a', '2026-01-01T11:51:00Z')], {}, { removals: '', again: 60_000 }],
    ['removes after it', [app('a', DUE)], {}, { requests: '', removals: 'a', again: undefined }],
    ['asks anew where the time means nothing', [app('a', 'yesterday')], {}, { requests: 'a', removals: '' }],
    [
      'removes no more than the budget',
      [app('b', DUE), app('a', DUE)],
      { budget: 1 },
      { removals: 'a', again: 60_000 },
    ],
    ['removes nothing with a budget of none', [app('a', DUE)], { budget: 0 }, { removals: '', again: undefined }],
    ['waits for approval of what holds data', [app('a', DUE, DATA)], {}, { removals: '', unapproved: 'a' }],
    ['needs none where that is said', [app('a', DUE, DATA)], { removeData: true }, { removals: 'a', unapproved: '' }],
  ] as const)('%s', (...[, obsolete, options, expected]) => {
    expect(plan(obsolete, options)).toMatchObject(expected);
  });

  it('leaves alone what is being deleted', () => {
    const gone = app('a', DUE);
    const deleted = { ...gone, metadata: { ...gone.metadata, deletionTimestamp: DUE } };
    expect(plan([deleted])).toEqual({ requests: '', removals: '', unapproved: '', again: undefined });
  });

  it('removes nothing within a minute of the last pass that did', () => {
    expect(plan([app('a', DUE)], {}, NOW - 20_000)).toMatchObject({ removals: '', again: 40_000 });
  });

  it('takes an approval given after the request', () => {
    const approved = (at: string): KubeObject => {
      const object = app('a', DUE, DATA);
      const annotations = { ...object.metadata.annotations, 'argocd.argoproj.io/deletion-approved': at };
      return { ...object, metadata: { ...object.metadata, annotations } };
    };
    expect(plan([approved('2026-01-01T11:55:00Z')]).removals).toBe('a');
    expect(plan([approved('2026-01-01T11:45:00Z')]).removals).toBe('');
  });
});

describe('setOptionsOf', () => {
  it.each([
    ['removal-grace', 'soon'],
    ['removal-grace', '-1m'],
    ['removal-budget', '-1'],
    ['removal-budget', 'all'],
    ['allow-empty', 'yes'],
    ['dry-run', ''],
  ])('refuses %s: %s', (name, value) => {
    const annotations = { [`applicationset.stoa.dev/${name}`]: value };
    expect(() => setOptionsOf({ metadata: { annotations } })).toThrow('has an invalid value');
  });
});
