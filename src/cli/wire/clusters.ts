import { createKubeClient, loadKubeconfig } from '../../kube/index.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { createApiServer } from '../../standins/apiserver/index.ts';
import type { ApiServer } from '../../standins/apiserver/index.ts';
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
  readonly client: KubeClient;
  readonly api: ApiServer;
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
  const { url } = await api.listen({ port: ports[name] }).catch((error: unknown) => {
    throw portError(error, name, ports[name]);
  });
  const kubeconfig = api.kubeconfig();
  const kubeconfigFile = await writeKubeconfig(data, name, kubeconfig);
  const connection = await loadKubeconfig(kubeconfig);
  const client = createKubeClient({ ...connection, fieldManager: 'stoa-cd' });
  return {
    name,
    server: url,
    kubeconfig,
    kubeconfigFile,
    client,
    api,
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
  const client = createKubeClient({
    server: cluster.server,
    fetch: cluster.api.fetch,
    fieldManager: 'kube-controller-manager',
  });
  return startSimulator({ client, clock, ids, scenario, logger: logger.with({ cluster: cluster.name }), signal });
}

/** Applies what the program itself brings to a cluster. */
export async function applyAll(client: KubeClient, objects: readonly KubeObject[], signal: AbortSignal): Promise<void> {
  for (const object of objects) await client.apply(object, { force: true, fieldManager: 'stoa-cd-bootstrap', signal });
}
