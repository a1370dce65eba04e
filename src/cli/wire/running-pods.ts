import { runningPod } from '../../evidence/index.ts';
import type { RunningPod } from '../../evidence/index.ts';
import type { KubeClient } from '../../kube/index.ts';

/** What every cluster runs for itself. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** The pods that run in a cluster, but for its own. @throws ApiError when it cannot be asked */
export async function runningPodsOf(
  cluster: string,
  client: Pick<KubeClient, 'list'>,
  signal: AbortSignal,
): Promise<readonly RunningPod[]> {
  const { items } = await client.list({ group: '', version: 'v1', kind: 'Pod' }, { signal });
  return items
    .map((pod) => runningPod(cluster, pod))
    .filter((pod): pod is RunningPod => pod !== undefined && !SYSTEM_NAMESPACES.has(pod.namespace));
}
