import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { findCluster, registeredClusters, repositoryCredentials } from './cluster-registry.ts';

function secret(type: string, data: Record<string, string>): KubeObject {
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', labels: { 'argocd.argoproj.io/secret-type': type } },
    data: encoded,
  };
}

const CLUSTERS = registeredClusters([
  secret('cluster', { name: 'dev', server: 'https://dev/' }),
  secret('cluster', { name: 'twin', server: 'https://a' }),
  secret('cluster', { name: 'twin', server: 'https://b', project: 'team' }),
  secret('other', { name: 'x', server: 'https://x' }),
]);

describe('findCluster', () => {
  it.each([
    { destination: { name: 'dev' }, server: 'https://dev' },
    { destination: { server: 'https://dev' }, server: 'https://dev' },
    { destination: { server: 'https://kubernetes.default.svc' }, server: 'https://kubernetes.default.svc' },
    { destination: { name: 'in-cluster' }, server: 'https://kubernetes.default.svc' },
  ])('finds $server for $destination', ({ destination, server }) => {
    expect(findCluster(CLUSTERS, destination).server).toBe(server);
  });

  it.each([{}, { name: 'x' }, { server: 'https://x' }, { name: 'twin' }, { name: 'dev', server: 'https://dev' }])(
    'refuses %j',
    (destination) => {
      expect(() => findCluster(CLUSTERS, destination)).toThrow(expect.objectContaining({ code: 'INVALID_SPEC' }));
    },
  );
});

describe('repositoryCredentials', () => {
  const secrets = [
    secret('repo-creds', { url: 'https://git.example.com/team', username: 'team', password: 'template' }),
    secret('repo-creds', { url: 'https://git.example.com', username: 'all', password: 'host' }),
    secret('repository', { url: 'https://git.example.com/team/own.git', username: 'own', password: 'exact' }),
  ];

  it.each([
    { url: 'https://git.example.com/team/own', password: 'exact' },
    { url: 'https://git.example.com/team/other', password: 'template' },
    { url: 'https://git.example.com/teammate/x', password: 'host' },
    { url: 'https://git.example.com.evil.org/team/x', password: undefined },
    { url: 'https://elsewhere.org/x', password: undefined },
  ])('signs in to $url with $password', ({ url, password }) => {
    expect(repositoryCredentials(secrets, url)?.password).toBe(password);
  });
});
