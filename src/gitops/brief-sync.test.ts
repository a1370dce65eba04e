import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import type { Application } from './application.ts';
import { isBrief } from './brief-sync.ts';
import type { ComparedResource, Comparison } from './comparison.ts';
import type { Evaluation } from './evaluation.ts';
import type { LiveCluster } from './live-cluster.ts';

interface Parts {
  readonly application?: Partial<Application>;
  readonly resources?: readonly ComparedResource[];
  readonly hooks?: readonly KubeObject[];
  readonly namespaces?: readonly string[];
}

const CREATE = {
  project: 'p',
  destination: { namespace: 'web' },
  syncPolicy: { syncOptions: ['CreateNamespace=true'] },
};

function object(name: string, annotations: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations } };
}

function resource(name: string, parts: Partial<ComparedResource> = {}): ComparedResource {
  return { key: name, target: object(name), differences: [], status: 'OutOfSync', extraneous: false, ...parts };
}

function brief({ application = {}, resources = [resource('a')], hooks = [], namespaces = [] }: Parts): boolean {
  const cluster = {
    get: ({ metadata }: KubeObject) => (namespaces.includes(metadata.name ?? '') ? object('it') : undefined),
  } as unknown as LiveCluster;
  const desired: Evaluation['desired'] = { state: { targets: [], hooks, conditions: [] }, revisions: [], types: [] };
  const comparison: Comparison = { resources, status: 'OutOfSync', health: { status: 'Missing' }, conditions: [] };
  const whole: Application = {
    metadata: { name: 'web', namespace: 'argocd' },
    spec: { project: 'p', destination: {} },
    status: {},
    ...application,
  };
  return isBrief(whole, { cluster, desired }, comparison);
}

describe(isBrief, () => {
  const { target: _, ...surplus } = resource('b', { live: object('b') });
  const running = { operation: {}, phase: 'Running', startedAt: '' } as const;
  const many = ['a', 'b', 'c', 'd'];

  it.each<{ readonly reason: string; readonly expected: boolean } & Parts>([
    { reason: 'one object of one wave has changed', expected: true },
    {
      reason: 'few of many have changed',
      expected: true,
      resources: many.map((name) => resource(name, name === 'a' ? {} : { status: 'Synced' })),
    },
    { reason: 'many have changed', expected: false, resources: many.map((name) => resource(name)) },
    { reason: 'there is a hook', expected: false, hooks: [object('hook')] },
    { reason: 'something may be pruned', expected: false, resources: [resource('a'), surplus] },
    {
      reason: 'there are two waves',
      expected: false,
      resources: [resource('a'), resource('b', { target: object('b', { 'argocd.argoproj.io/sync-wave': '1' }) })],
    },
    { reason: 'an operation is running', expected: false, application: { status: { operationState: running } } },
    { reason: 'the namespace is to be made', expected: false, application: { spec: CREATE } },
    { reason: 'the namespace is there', expected: true, application: { spec: CREATE }, namespaces: ['web'] },
  ])('is $expected when $reason', ({ expected, ...parts }) => {
    expect(brief(parts)).toBe(expected);
  });
});
