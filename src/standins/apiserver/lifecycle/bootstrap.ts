import type { KubeObject } from '../../../kube/index.ts';
import { DEFAULT_ROLES } from '../access/default-roles.ts';
import type { Cluster } from '../cluster.ts';
import { createIfMissing } from './internal-write.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const LABELS = { component: 'apiserver', provider: 'kubernetes' };

const KUBERNETES_SERVICE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name: 'kubernetes', labels: LABELS },
  spec: {
    clusterIP: '10.96.0.1',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    sessionAffinity: 'None',
    type: 'ClusterIP',
  },
};

/** Creates what every cluster has from the start, where it is missing. */
export async function bootstrap(cluster: Cluster): Promise<void> {
  for (const name of NAMESPACES)
    await createIfMissing(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, 'apiserver');
  for (const object of [KUBERNETES_SERVICE, ...DEFAULT_ROLES])
    await createIfMissing(cluster, structuredClone(object), 'apiserver');
}
