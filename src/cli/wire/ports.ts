import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../../core/index.ts';
import type { DataDirectory } from './data-directory.ts';

export const CLUSTER_NAMES = ['hub', 'dev', 'staging', 'prod'] as const;
export type ClusterName = (typeof CLUSTER_NAMES)[number];

const ENDPOINTS = ['page', 'forge', 'registry', 'identity', ...CLUSTER_NAMES] as const;
export type Endpoint = (typeof ENDPOINTS)[number];
export type Ports = Readonly<Record<Endpoint, number>>;

export const DEFAULT_PORT = 8480;
const FILE = 'ports.json';

/**
 * The port of each endpoint. Chosen at the first start and kept, because repositories, kubeconfigs and sessions name
 * these addresses. `base` 0 picks free ones.
 * @throws UsageError when `base` is given and is not what the directory was created with
 */
export async function choosePorts(data: DataDirectory, base?: number): Promise<Ports> {
  const text = await data.read(FILE);
  if (text !== undefined) {
    const kept = JSON.parse(text) as Ports;
    if (base !== undefined && base !== 0 && base !== kept.page) {
      throw new UsageError(
        `Cannot use --port ${base}: the repositories in ${data.path} name port ${kept.page}; leave --port out, or choose another --data`,
      );
    }
    return kept;
  }
  const ports = base === 0 ? await freePorts() : sequence(base ?? DEFAULT_PORT);
  await data.write(FILE, JSON.stringify(ports));
  return ports;
}

function sequence(base: number): Ports {
  return Object.fromEntries(ENDPOINTS.map((name, index) => [name, base + index])) as Ports;
}

/** Ports that are free now, all held open at once so that they differ. */
async function freePorts(): Promise<Ports> {
  const servers = ENDPOINTS.map(() => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(ENDPOINTS.map((name, index) => [name, ports[index]])) as Ports;
}

/** Names the port in the error of a `listen` that failed. */
export function portError(error: unknown, endpoint: Endpoint, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new UsageError(`Cannot listen on port ${port} (${endpoint}): it is taken; choose others with --port`, {
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new UsageError(`Cannot listen on port ${port} (${endpoint}): permission denied; choose others with --port`, {
      cause: error,
    });
  }
  return error;
}
