import { formatTime } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Cluster } from '../cluster.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Creates what every cluster has from the start, where it is missing. */
export async function bootstrap(cluster: Cluster): Promise<void> {
  const { store } = cluster;
  for (const name of NAMESPACES) {
    if (store.collection('namespaces').get('', name) !== undefined) continue;
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        uid: cluster.ids.uuid(),
        creationTimestamp: formatTime(cluster.clock.now()),
        labels: { 'kubernetes.io/metadata.name': name },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    };
    await store.commit({ location: { collection: 'namespaces', namespace: '', name }, object }).durable;
  }
}
