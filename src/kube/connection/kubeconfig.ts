import { z } from 'zod';
import { YamlError, parseYaml } from '../../core/index.ts';
import { ClusterAccessError, checkAccess, decodeBase64, parseShape, refuseUnsupported } from './cluster-access.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { connectCluster } from './cluster-connection.ts';
import type { ClusterConnection } from './cluster-connection.ts';

export interface KubeconfigOptions {
  /** @default the kubeconfig's `current-context` */
  readonly context?: string;
  /** Reads a file that the kubeconfig refers to. @default such a kubeconfig is refused */
  readonly readFile?: (path: string) => Promise<string>;
}

const text = z.string().optional();
const CLUSTER = z.object({
  server: z.string(),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text,
  'proxy-url': text,
});

const USER = z.object({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
  as: text,
  'as-groups': z.array(z.string()).optional(),
});

const KUBECONFIG = z.object({
  clusters: z.array(z.object({ name: z.string(), cluster: CLUSTER })).nullish(),
  users: z.array(z.object({ name: z.string(), user: USER.nullish() })).nullish(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: text }) })).nullish(),
  'current-context': text,
});

type Cluster = z.infer<typeof CLUSTER>;
type User = z.infer<typeof USER>;

/**
 * Connects as a kubeconfig says.
 * @throws ClusterAccessError when it is malformed, or authenticates in a way that is not supported (plugins, passwords)
 */
export async function loadKubeconfig(kubeconfig: string, options: KubeconfigOptions = {}): Promise<ClusterConnection> {
  return connectCluster(await parseKubeconfig(kubeconfig, options));
}

/** What a kubeconfig says of one context. @throws ClusterAccessError */
export async function parseKubeconfig(kubeconfig: string, options: KubeconfigOptions = {}): Promise<ClusterAccess> {
  const {
    clusters,
    users,
    contexts,
    'current-context': current,
  } = parseShape(KUBECONFIG, parseDocument(kubeconfig), 'the kubeconfig');
  const name = options.context ?? current;
  const context = contexts?.find((item) => item.name === name)?.context;
  if (context === undefined) throw new ClusterAccessError(`Cannot find the context in the kubeconfig: ${name ?? ''}`);
  const cluster = clusters?.find((item) => item.name === context.cluster)?.cluster;
  if (cluster === undefined)
    throw new ClusterAccessError(`Cannot find the cluster in the kubeconfig: ${context.cluster}`);
  const user = users?.find((item) => item.name === context.user)?.user ?? {};
  refuseUnsupported({
    'an exec plugin': user.exec,
    'an auth provider': user['auth-provider'],
    'a user name and password': user.username,
    'a proxy': cluster['proxy-url'],
  });
  return checkAccess({ ...(await clusterPart(cluster, options)), ...(await userPart(user, options)) });
}

function parseDocument(kubeconfig: string): unknown {
  try {
    return parseYaml(kubeconfig)[0] ?? {};
  } catch (error) {
    if (error instanceof YamlError)
      throw new ClusterAccessError('Cannot read the kubeconfig: not YAML', { cause: error });
    throw error;
  }
}

type ClusterPart = Pick<ClusterAccess, 'server' | 'ca' | 'serverName' | 'insecure'>;

async function clusterPart(cluster: Cluster, options: KubeconfigOptions): Promise<ClusterPart> {
  return {
    server: cluster.server,
    ca: await pem(cluster, 'certificate-authority', options),
    serverName: cluster['tls-server-name'],
    insecure: cluster['insecure-skip-tls-verify'],
  };
}

async function userPart(user: User, options: KubeconfigOptions): Promise<Omit<ClusterAccess, keyof ClusterPart>> {
  const { token, tokenFile, as, 'as-groups': groups = [] } = user;
  return {
    certificate: await pem(user, 'client-certificate', options),
    key: await pem(user, 'client-key', options),
    token: token === '' ? undefined : token,
    readToken: tokenFile === undefined || token ? undefined : async () => (await read(tokenFile, options)).trim(),
    impersonate: as === undefined ? undefined : { user: as, groups },
  };
}

/** Data wins over a file, as in kubectl. */
async function pem(
  part: Readonly<Record<string, unknown>>,
  name: string,
  options: KubeconfigOptions,
): Promise<string | undefined> {
  const [data, file] = [part[`${name}-data`], part[name]];
  if (typeof data === 'string' && data !== '') return decodeBase64(data, `${name}-data`);
  return typeof file === 'string' && file !== '' ? read(file, options) : undefined;
}

async function read(path: string, { readFile }: KubeconfigOptions): Promise<string> {
  if (readFile === undefined) throw new ClusterAccessError(`Cannot read a file for the kubeconfig here: ${path}`);
  return readFile(path);
}
