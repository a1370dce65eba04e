import { UsageError } from '../../core/index.ts';
import type { RunningPod } from '../../evidence/index.ts';
import { connectTo } from '../wire/connect.ts';
import type { InstanceAddresses } from '../wire/instance-file.ts';
import { runningPodsOf } from '../wire/running-pods.ts';

/** The pods that run in every cluster of the instance, but for the clusters' own. @throws ApiError when one cannot be asked */
export async function runningPods(instance: InstanceAddresses, signal: AbortSignal): Promise<readonly RunningPod[]> {
  const perCluster = await Promise.all(
    Object.keys(instance.clusters).map(async (cluster) => {
      await using connected = await connectTo(instance, { cluster, fieldManager: 'stoa-cd-cli' });
      return await runningPodsOf(cluster, connected.client, signal);
    }),
  );
  return perCluster.flat();
}

/**
 * The pod that `CLUSTER/NAMESPACE/NAME` or `pod/NAME` names; `undefined` when `text` is of neither form.
 * @throws UsageError when there is no such pod, or several
 */
export function findPod(text: string, pods: readonly RunningPod[]): RunningPod {
  const found = pods.filter(
    ({ cluster, namespace, name }) => text === `pod/${name}` || text === `${cluster}/${namespace}/${name}`,
  );
  const [pod, another] = found;
  if (pod === undefined) throw new UsageError(`Cannot find the pod ${text} in any cluster`);
  if (another === undefined) return pod;
  const names = found.map(({ cluster, namespace, name }) => `${cluster}/${namespace}/${name}`).join(', ');
  throw new UsageError(`Cannot tell which pod ${text} is: ${names}`);
}
