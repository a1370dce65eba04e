import { describe, expect, it } from 'vitest';
import {
  isDestinationPermitted,
  isKindPermitted,
  isSourcePermitted,
  normalizeRepositoryUrl,
  parseProject,
  refusalOf,
} from './app-project.ts';
import type { AppProject } from './app-project.ts';

function project(spec: Record<string, unknown>): AppProject {
  return parseProject({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'p', namespace: 'argocd' },
    spec,
  });
}

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments', namespaced: true };
const CLUSTER_ROLE = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  resource: 'clusterroles',
  namespaced: false,
};

describe('normalizeRepositoryUrl', () => {
  it.each([
    ['https://Git.example.com/Group/Repo.git', 'https://git.example.com/group/repo'],
    ['git@git.example.com:group/repo.git', 'ssh://git@git.example.com/group/repo'],
    ['https://git.example.com/group/repo/', 'https://git.example.com/group/repo'],
    ['http://127.0.0.1:8480/a/b.git', 'http://127.0.0.1:8480/a/b'],
  ])('spells %s as %s', (url, expected) => {
    expect(normalizeRepositoryUrl(url)).toBe(expected);
  });
});

describe('isSourcePermitted', () => {
  it.each([
    { repos: ['https://git/a.git'], url: 'https://GIT/a', permitted: true },
    { repos: ['https://git/*'], url: 'https://git/a', permitted: true },
    { repos: ['https://git/*'], url: 'https://git/a/b', permitted: false },
    { repos: ['*'], url: 'https://git/a/b', permitted: true },
    { repos: ['*', '!https://git/a'], url: 'https://git/a.git', permitted: false },
    { repos: [], url: 'https://git/a', permitted: false },
  ])('says $permitted for $url in $repos', ({ repos, url, permitted }) => {
    expect(isSourcePermitted(project({ sourceRepos: repos }), { repoURL: url })).toBe(permitted);
  });
});

describe('isDestinationPermitted', () => {
  const dev = { server: 'https://dev', name: 'dev' };
  it.each([
    { reason: 'the cluster by name', destinations: [{ name: 'dev', namespace: 'a' }], namespace: 'a', permitted: true },
    {
      reason: 'the cluster by server',
      destinations: [{ server: 'https://dev', namespace: 'a' }],
      namespace: 'a',
      permitted: true,
    },
    { reason: 'another namespace', destinations: [{ name: 'dev', namespace: 'a' }], namespace: 'b', permitted: false },
    { reason: 'another cluster', destinations: [{ name: 'prod', namespace: '*' }], namespace: 'a', permitted: false },
    { reason: 'no destinations', destinations: [], namespace: 'a', permitted: false },
    {
      reason: 'a denied namespace, though everything is allowed',
      destinations: [
        { name: '*', namespace: '*' },
        { name: '*', namespace: '!kube-system' },
      ],
      namespace: 'kube-system',
      permitted: false,
    },
    {
      reason: 'a denied cluster, though everything is allowed',
      destinations: [
        { server: '*', namespace: '*' },
        { server: '!https://dev', namespace: '*' },
      ],
      namespace: 'a',
      permitted: false,
    },
  ])('says $permitted for $reason', ({ destinations, namespace, permitted }) => {
    expect(isDestinationPermitted(project({ destinations }), dev, namespace)).toBe(permitted);
  });

  it('keeps to clusters of the project when it says so', () => {
    const own = project({ destinations: [{ name: '*', namespace: '*' }], permitOnlyProjectScopedClusters: true });
    expect(isDestinationPermitted(own, dev, 'a')).toBe(false);
    expect(isDestinationPermitted(own, { ...dev, project: 'p' }, 'a')).toBe(true);
  });
});

describe('isKindPermitted', () => {
  it.each([
    { reason: 'a namespaced kind without lists', spec: {}, resource: DEPLOYMENT, permitted: true },
    { reason: 'a cluster kind without lists', spec: {}, resource: CLUSTER_ROLE, permitted: false },
    { reason: 'an empty allow list', spec: { namespaceResourceWhitelist: [] }, resource: DEPLOYMENT, permitted: false },
    {
      reason: 'a denied namespaced kind',
      spec: { namespaceResourceBlacklist: [{ group: 'apps', kind: '*' }] },
      resource: DEPLOYMENT,
      permitted: false,
    },
    {
      reason: 'an allowed cluster kind',
      spec: { clusterResourceWhitelist: [{ group: '*', kind: '*' }] },
      resource: CLUSTER_ROLE,
      permitted: true,
    },
    {
      reason: 'a cluster kind allowed by another name',
      spec: { clusterResourceWhitelist: [{ group: '*', kind: '*', name: 'own-*' }] },
      resource: CLUSTER_ROLE,
      permitted: false,
    },
  ])('says $permitted for $reason', ({ spec, resource, permitted }) => {
    expect(isKindPermitted(project(spec), resource, 'web')).toBe(permitted);
  });
});

describe('refusalOf', () => {
  it('refuses an object that goes to a namespace of somebody else', () => {
    const own = project({ destinations: [{ name: 'dev', namespace: 'a' }] });
    const at = { resource: DEPLOYMENT, cluster: { server: 'https://dev', name: 'dev' } };
    const object = (namespace: string): Parameters<typeof refusalOf>[1] => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
    });
    expect(refusalOf(own, object('a'), at)).toBeUndefined();
    expect(refusalOf(own, object('b'), at)).toContain('namespace b');
  });
});
