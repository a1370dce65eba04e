import { z } from 'zod';
import type { KubeObject } from '../object.ts';
import { ClusterAccessError, checkAccess, decodeBase64, parseShape, refuseUnsupported } from './cluster-access.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { connectCluster } from './cluster-connection.ts';
import type { ClusterConnection } from './cluster-connection.ts';

/** Marks a Secret as the registration of a cluster. */
const TYPE_LABEL = 'argocd.argoproj.io/secret-type';

/** A cluster that deployments can go to, as Argo CD registers it. */
export interface RegisteredCluster {
  readonly name: string;
  readonly server: string;
  readonly access: ClusterAccess;
  /** The only namespaces to manage; all when empty. */
  readonly namespaces: readonly string[];
  /** Whether cluster-scoped kinds are managed although `namespaces` is given. */
  readonly clusterResources: boolean;
  /** The only project that may deploy there. */
  readonly project?: string;
}

const TLS = z.object({
  insecure: z.boolean().optional(),
  serverName: z.string().optional(),
  caData: z.string().optional(),
  certData: z.string().optional(),
  keyData: z.string().optional(),
});

const CONFIG = z.object({
  bearerToken: z.string().optional(),
  username: z.string().optional(),
  tlsClientConfig: TLS.optional(),
  awsAuthConfig: z.unknown().optional(),
  execProviderConfig: z.unknown().optional(),
  proxyUrl: z.string().optional(),
});

const SECRET = z.object({
  data: z.record(z.string(), z.string()).optional(),
  stringData: z.record(z.string(), z.string()).optional(),
});

/** Whether an object registers a cluster. */
export function isClusterSecret(object: KubeObject): boolean {
  return object.kind === 'Secret' && object.metadata.labels?.[TYPE_LABEL] === 'cluster';
}

/**
 * Reads the registration of a cluster.
 * @throws ClusterAccessError when it is malformed, or authenticates in a way that is not supported
 */
export function parseClusterSecret(secret: KubeObject): RegisteredCluster {
  const { data = {}, stringData = {} } = parseShape(SECRET, secret, 'a cluster Secret');
  const field = (key: string): string | undefined =>
    stringData[key] ?? (data[key] === undefined ? undefined : decodeBase64(data[key], key));
  const server = field('server');
  if (server === undefined) throw new ClusterAccessError('Cannot read a cluster Secret: it has no server');
  const project = field('project');
  return {
    name: field('name') ?? server,
    server,
    access: accessOf(server, field('config') ?? '{}'),
    namespaces: (field('namespaces') ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    clusterResources: field('clusterResources') === 'true',
    ...(project === undefined || project === '' ? {} : { project }),
  };
}

function accessOf(server: string, json: string): ClusterAccess {
  const config = parseShape(CONFIG, parseJson(json), 'the config of a cluster Secret');
  refuseUnsupported({
    'an exec plugin': config.execProviderConfig,
    'AWS authentication': config.awsAuthConfig,
    'a user name and password': config.username,
    'a proxy': config.proxyUrl,
  });
  const { tlsClientConfig: tls = {}, bearerToken } = config;
  const pem = (key: 'caData' | 'certData' | 'keyData'): string | undefined =>
    tls[key] === undefined || tls[key] === '' ? undefined : decodeBase64(tls[key], key);
  return checkAccess({
    server,
    ca: pem('caData'),
    certificate: pem('certData'),
    key: pem('keyData'),
    token: bearerToken === '' ? undefined : bearerToken,
    serverName: tls.serverName === '' ? undefined : tls.serverName,
    insecure: tls.insecure,
  });
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ClusterAccessError('Cannot read a cluster Secret: config is not JSON'); // the cause would quote secrets
  }
}

/** Connects as the registration of a cluster says. @throws ClusterAccessError */
export function clusterConnection(secret: KubeObject): ClusterConnection {
  return connectCluster(parseClusterSecret(secret).access);
}

export interface ClusterSecretOptions {
  /** Name of the cluster, and of the Secret after `cluster-`. */
  readonly name: string;
  readonly namespace: string;
  /** More labels, for generators to select by. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The Secret that registers a cluster with Argo CD.
 * @throws ClusterAccessError for a token that is read from a file or an impersonation, which it cannot hold
 */
export function clusterSecret(access: ClusterAccess, options: ClusterSecretOptions): KubeObject {
  if (access.readToken !== undefined || access.impersonate !== undefined) {
    throw new ClusterAccessError(
      'Cannot register the cluster: a cluster Secret holds no token file and no impersonation',
    );
  }
  const { ca, certificate, key, token, serverName, insecure } = access;
  const tlsClientConfig = present({
    insecure: insecure ?? false,
    serverName,
    caData: base64(ca),
    certData: base64(certificate),
    keyData: base64(key),
  });
  const config = JSON.stringify(present({ bearerToken: token, tlsClientConfig }));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `cluster-${options.name}`,
      namespace: options.namespace,
      labels: { ...options.labels, [TYPE_LABEL]: 'cluster' },
    },
    type: 'Opaque',
    data: { name: base64(options.name), server: base64(access.server), config: base64(config) },
  };
}

function base64(value: string | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value).toString('base64');
}

function present(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
