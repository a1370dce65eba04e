import { describe, expect, it } from 'vitest';
import { diffLive } from './live-diff.ts';
import { builtinSchema } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';

const ROLES = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole' };

function role(more: Readonly<Record<string, unknown>>): KubeObject {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'all' }, ...more };
}

const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { team: 'x' } }] };
const target = role({ aggregationRule, rules: [] });
const live = role({ aggregationRule, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] });

describe('diffLive of a ClusterRole', () => {
  const schema = builtinSchema(ROLES);

  it('does not count rules that are collected from other roles', () => {
    expect(diffLive({ target, live, schema, now: 0 }).modified).toBe(false);
  });

  it('counts them where that is asked for', () => {
    expect(diffLive({ target, live, schema, now: 0, ignoreAggregatedRoles: false }).modified).toBe(true);
  });

  it('counts the rules of a role that collects none', () => {
    const plain = (rules: unknown): KubeObject => role({ rules });
    expect(diffLive({ target: plain([]), live: plain(live['rules']), schema, now: 0 }).modified).toBe(true);
  });
});

describe('diffLive with what the API server answered', () => {
  const config: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } };

  it('is modified by what a webhook adds', () => {
    const predicted = { ...config, metadata: { name: 'a', labels: { by: 'webhook' } } };
    expect(diffLive({ target: config, live: config, predicted, now: 0 })).toMatchObject({ modified: true });
  });

  it('is not by what only the API server keeps', () => {
    const predicted = { ...config, metadata: { name: 'a', resourceVersion: '2' } };
    expect(diffLive({ target: config, live: config, predicted, now: 0 })).toMatchObject({ modified: false });
  });
});
