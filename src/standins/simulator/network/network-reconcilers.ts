import type { Change, ManagedControllerOptions, Request } from '../../../controller/index.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import { planner } from '../cluster/planner.ts';
import { planOf } from '../cluster/plan.ts';
import type { Plan } from '../cluster/plan.ts';
import { isTerminating, nameOf, namespaceOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { planIngress, planLoadBalancer } from './load-balancer.ts';
import { ENDPOINTS_MANAGED_BY, planEndpoints } from './plan-endpoints.ts';
import { selects, selectsPods } from './service.ts';
import type { Service } from './service.ts';

const ENDPOINTS: Actor = { manager: 'kube-controller-manager', component: 'endpoint-controller' };
const SERVICE: Actor = { manager: 'kube-controller-manager', component: 'service-controller' };
const INGRESS: Actor = { manager: 'kube-controller-manager', component: 'ingress-controller' };

export function networkControllers(cluster: Cluster): readonly ManagedControllerOptions[] {
  const { stores } = cluster;
  return [
    {
      name: 'endpoints',
      reconciler: planner(cluster, ENDPOINTS, (request) => planEndpointsOf(cluster, request)),
      watches: [
        { informer: stores.of('Service') },
        { informer: stores.of('Endpoints') },
        { informer: stores.of('Pod'), map: (change) => servicesOf(cluster, change) },
      ],
    },
    {
      name: 'service',
      reconciler: planner(cluster, SERVICE, (request) => {
        const service = stores.get<Service>('Service', request);
        return service === undefined ? undefined : planLoadBalancer(service);
      }),
      watches: [{ informer: stores.of('Service') }],
    },
    {
      name: 'ingress',
      reconciler: planner(cluster, INGRESS, (request) => {
        const ingress = stores.get('Ingress', request);
        return ingress === undefined ? undefined : planIngress(ingress);
      }),
      watches: [{ informer: stores.of('Ingress') }],
    },
  ];
}

/** The Services that select a Pod, before or after it changed. */
function servicesOf({ stores }: Cluster, { before, after }: Change): readonly Request[] {
  const namespace = namespaceOf(after ?? before ?? { apiVersion: '', kind: '', metadata: {} });
  const labels = [before?.metadata.labels, after?.metadata.labels];
  return stores
    .list<Service>('Service', namespace)
    .filter((service) => selectsPods(service) && labels.some((given) => given !== undefined && selects(service, given)))
    .map((service) => ({ namespace, name: nameOf(service) }));
}

function planEndpointsOf({ stores }: Cluster, request: Request): Plan {
  const service = stores.get<Service>('Service', request);
  const endpoints = stores.get('Endpoints', request);
  if (service === undefined || isTerminating(service)) {
    const isOurs = endpoints?.metadata.labels?.[ENDPOINTS_MANAGED_BY] !== undefined;
    return planOf(endpoints !== undefined && isOurs ? [{ do: 'delete', object: endpoints }] : []);
  }
  if (!selectsPods(service)) return planOf([]);
  const pods = stores.list<Pod>('Pod', request.namespace);
  const slices = stores.controlledBy('EndpointSlice', service);
  return planEndpoints({ service, pods, endpoints, slices });
}
