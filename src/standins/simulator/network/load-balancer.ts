import { createHash } from 'node:crypto';
import type { KubeObject } from '../../../kube/index.ts';
import { NOTHING, normal, planOf } from '../cluster/plan.ts';
import type { Plan } from '../cluster/plan.ts';
import { isTerminating, uidOf } from '../model/meta.ts';
import type { Service } from './service.ts';

/** Of the block that RFC 2544 sets aside for tests: nobody is ever reached there by accident. */
const INGRESS_IP = '198.18.0.1';

/** Gives a Service of type LoadBalancer an address, and takes it from one that is of that type no more. */
export function planLoadBalancer(service: Service): Plan {
  const has = (service.status?.loadBalancer?.ingress ?? []).length > 0;
  const wants = service.spec.type === 'LoadBalancer' && !isTerminating(service);
  if (has === wants) return NOTHING;
  if (!wants) return planOf([{ do: 'status', object: service, status: { ...service.status, loadBalancer: {} } }]);
  const ip = service.spec.loadBalancerIP ?? addressOf(service);
  const loadBalancer = { ingress: [{ ip, ipMode: 'VIP' }] };
  return planOf([
    { do: 'status', object: service, status: { ...service.status, loadBalancer } },
    normal(service, 'EnsuredLoadBalancer', 'Ensured load balancer'),
  ]);
}

/** Publishes every Ingress at the address of the one ingress controller. */
export function planIngress(ingress: KubeObject): Plan {
  const status = (ingress['status'] ?? {}) as { readonly loadBalancer?: { readonly ingress?: readonly object[] } };
  if (isTerminating(ingress) || (status.loadBalancer?.ingress ?? []).length > 0) return NOTHING;
  const loadBalancer = { ingress: [{ ip: INGRESS_IP }] };
  return planOf([{ do: 'status', object: ingress, status: { ...status, loadBalancer } }]);
}

function addressOf(service: Service): string {
  const [high = 0, low = 0] = createHash('sha256').update(uidOf(service)).digest();
  return `198.19.${high}.${(low % 254) + 1}`;
}
