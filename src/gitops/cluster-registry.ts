import type { KubeClient, KubeObject } from '../kube/index.ts';
import type { RemoteCredentials } from '../git/index.ts';
import { normalizeRepositoryUrl } from './app-project.ts';
import type { ClusterRef } from './app-project.ts';
import type { ApplicationDestination } from './application.ts';
import { InvalidApplicationError } from './errors.ts';

export const SECRET_TYPE_LABEL = 'argocd.argoproj.io/secret-type';
export const IN_CLUSTER_SERVER = 'https://kubernetes.default.svc';
export const IN_CLUSTER_NAME = 'in-cluster';

/** What a cluster is reached by. The hub itself needs no Secret. */
export interface RegisteredCluster extends ClusterRef {
  readonly secret?: KubeObject;
}

function text(secret: KubeObject, field: string): string {
  const data = secret['data'] as Record<string, string> | undefined;
  const value = data?.[field];
  return value === undefined ? '' : Buffer.from(value, 'base64').toString();
}

function ofType(secrets: readonly KubeObject[], type: string): readonly KubeObject[] {
  return secrets.filter(({ metadata }) => metadata.labels?.[SECRET_TYPE_LABEL] === type);
}

/** The clusters that Secrets register, and the hub, which a Secret may name otherwise. */
export function registeredClusters(secrets: readonly KubeObject[]): readonly RegisteredCluster[] {
  const found = ofType(secrets, 'cluster').map((secret) => {
    const project = text(secret, 'project');
    const server = text(secret, 'server').replace(/\/+$/, '');
    return { server, name: text(secret, 'name') || server, secret, ...(project === '' ? {} : { project }) };
  });
  const named = found.some(({ server }) => server === IN_CLUSTER_SERVER);
  return named ? found : [...found, { server: IN_CLUSTER_SERVER, name: IN_CLUSTER_NAME }];
}

/** @throws InvalidApplicationError when the destination names no cluster, an unknown one, or two */
export function findCluster(
  clusters: readonly RegisteredCluster[],
  destination: ApplicationDestination,
): RegisteredCluster {
  const { server = '', name = '' } = destination;
  if (server !== '' && name !== '') {
    throw new InvalidApplicationError(
      `application destination can't have both name and server defined: ${name} ${server}`,
    );
  }
  if (server === '' && name === '') throw new InvalidApplicationError('Destination server missing from app spec');
  const wanted = server.replace(/\/+$/, '');
  const found = clusters.filter((cluster) => (name === '' ? cluster.server === wanted : cluster.name === name));
  const [cluster] = found;
  if (cluster === undefined) {
    throw new InvalidApplicationError(
      `there are no clusters with ${name === '' ? `server ${server}` : `this name: ${name}`}`,
    );
  }
  if (found.length > 1)
    throw new InvalidApplicationError(`there are ${found.length} clusters with the same name: ${name}`);
  return cluster;
}

/** What signs in to a repository: its own Secret, else the one for the longest prefix of its URL. */
export function repositoryCredentials(secrets: readonly KubeObject[], url: string): RemoteCredentials | undefined {
  const wanted = normalizeRepositoryUrl(url);
  const own = ofType(secrets, 'repository').find((secret) => normalizeRepositoryUrl(text(secret, 'url')) === wanted);
  const templates = ofType(secrets, 'repo-creds')
    .filter((secret) => text(secret, 'url') !== '' && isBelow(wanted, normalizeRepositoryUrl(text(secret, 'url'))))
    .sort((a, b) => text(b, 'url').length - text(a, 'url').length);
  for (const secret of [...(own === undefined ? [] : [own]), ...templates]) {
    const password = text(secret, 'password');
    if (password !== '') return { username: text(secret, 'username') || 'git', password };
  }
  return undefined;
}

/** A whole path segment at least: credentials for one host or group are never sent to another that begins alike. */
function isBelow(url: string, prefix: string): boolean {
  return url === prefix || url.startsWith(`${prefix}/`);
}

/** The address of the hub's own API, by whatever name. */
export function isHub(cluster: ClusterRef, hub: KubeClient): boolean {
  return cluster.server === IN_CLUSTER_SERVER || cluster.server === hub.server;
}
