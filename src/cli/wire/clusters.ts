import type { Fetch } from '../../core/index.ts';
import { createKubeClient, loadKubeconfig } from '../../kube/index.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { createApiServer } from '../../standins/apiserver/index.ts';
import { startSimulator } from '../../standins/simulator/index.ts';
import type { Scenario } from '../../standins/simulator/index.ts';
import type { InstanceContext } from './context.ts';
import { writeKubeconfig } from './kubeconfigs.ts';
import { portError } from './ports.ts';
import type { ClusterName } from './ports.ts';

/** One embedded cluster, reached as any other: by the kubeconfig that it prints. */
export interface Cluster extends AsyncDisposable {
  readonly name: ClusterName;
  readonly server: string;
  readonly kubeconfig: string;
  readonly kubeconfigFile: string;
  /** With the credentials of the kubeconfig. */
  readonly fetch: Fetch;
  /** A client with a name of its own in `managedFields`. */
  client(fieldManager: string): KubeClient;
}

export async function startCluster(name: ClusterName, context: InstanceContext): Promise<Cluster> {
  const { clock, ids, data, ports, logger } = context;
  const api = await createApiServer({
    name,
    clock,
    ids,
    directory: data.at('clusters', name),
    logger: logger.with({ cluster: name }),
  });
  const { url } = await api.listen({ port: ports[name] }).catch(async (error: unknown) => {
    await api[Symbol.asyncDispose]();
    throw portError(error, name, ports[name]);
  });
  const kubeconfig = api.kubeconfig();
  const kubeconfigFile = await writeKubeconfig(data, name, kubeconfig);
  const connection = await loadKubeconfig(kubeconfig);
  return {
    name,
    server: url,
    kubeconfig,
    kubeconfigFile,
    fetch: connection.fetch,
    client: (fieldManager) => createKubeClient({ server: connection.server, fetch: connection.fetch, fieldManager }),
    async [Symbol.asyncDispose]() {
      await connection.close();
      await api[Symbol.asyncDispose]();
    },
  };
}

/** Lets the workloads of `cluster` become ready without a container runtime. */
export async function simulate(
  cluster: Cluster,
  scenario: Scenario,
  context: InstanceContext,
): Promise<AsyncDisposable> {
  const { clock, ids, logger, signal } = context;
  const client = cluster.client('kube-controller-manager');
  return startSimulator({ client, clock, ids, scenario, logger: logger.with({ cluster: cluster.name }), signal });
}

/** Applies what the program itself brings to a cluster. */
export async function applyAll(client: KubeClient, objects: readonly KubeObject[], signal: AbortSignal): Promise<void> {
  for (const object of objects) await client.apply(object, { force: true, signal });
}
