import type { JsonObject } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { hasSubresource } from '../resources/resource-type.ts';
import type { ResourceType } from '../resources/resource-type.ts';

/** The status that the server gives to a new object, whatever the client sent. */
const INITIAL: Readonly<Record<string, JsonObject>> = {
  namespaces: { phase: 'Active' },
  pods: { phase: 'Pending' },
  persistentvolumes: { phase: 'Pending' },
  persistentvolumeclaims: { phase: 'Pending' },
  services: { loadBalancer: {} },
  'ingresses.networking.k8s.io': { loadBalancer: {} },
};

/** Whoever creates them may also say how they are. */
const KEPT: ReadonlySet<string> = new Set(['nodes']);

export function initialStatus(type: ResourceType, object: KubeObject): void {
  if (!hasSubresource(type, 'status') || KEPT.has(type.collection)) return;
  const initial = INITIAL[type.collection];
  if (initial === undefined) delete object['status'];
  else object['status'] = structuredClone(initial);
}
