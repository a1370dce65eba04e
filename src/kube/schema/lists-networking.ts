import { CONDITIONS, SET } from './rules.ts';
import type { FieldRules } from './rules.ts';

/** discovery.k8s.io/v1, networking.k8s.io/v1 */
export const NETWORKING_ATOMIC: readonly string[] = ['DiscoveryV1EndpointPort', 'V1ServiceBackendPort'];

export const NETWORKING: FieldRules = {
  V1Endpoint: { addresses: SET },
  V1ServiceCIDRStatus: { conditions: CONDITIONS },
};
