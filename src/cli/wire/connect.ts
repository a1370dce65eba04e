import { readFile } from 'node:fs/promises';
import { UsageError } from '../../core/index.ts';
import { createKubeClient, loadKubeconfig } from '../../kube/index.ts';
import type { KubeClient } from '../../kube/index.ts';
import type { InstanceAddresses } from './instance-file.ts';

export interface ConnectOptions {
  /** Name of a cluster of the instance. */
  readonly cluster: string;
  /** As which the client writes. */
  readonly fieldManager: string;
}

export interface ConnectedCluster extends AsyncDisposable {
  readonly client: KubeClient;
}

/** A client of one of the instance's clusters, by the kubeconfig that it wrote. @throws UsageError for an unknown cluster */
export async function connectTo(
  { clusters }: InstanceAddresses,
  { cluster, fieldManager }: ConnectOptions,
): Promise<ConnectedCluster> {
  const file = clusters[cluster]?.kubeconfig;
  if (file === undefined) throw new UsageError(`Cannot find a cluster ${cluster} in the instance`);
  const connection = await loadKubeconfig(await readFile(file, 'utf8'));
  return {
    client: createKubeClient({ server: connection.server, fetch: connection.fetch, fieldManager }),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
