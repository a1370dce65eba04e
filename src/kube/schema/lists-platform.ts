import { ATOMIC, CONDITIONS, QUANTITY, SET, appliedBy, mapBy } from './rules.ts';
import type { FieldRules } from './rules.ts';

/** certificates, flowcontrol, node, rbac, resource and storage: what runs and guards the cluster itself. */
export const PLATFORM_ATOMIC: readonly string[] = ['RbacV1Subject', 'V1RoleRef'];

export const PLATFORM: FieldRules = {
  V1CertificateSigningRequestStatus: { conditions: appliedBy('type') },

  V1FlowSchemaStatus: { conditions: CONDITIONS },
  V1NonResourcePolicyRule: { nonResourceURLs: SET, verbs: SET },
  V1PriorityLevelConfigurationStatus: { conditions: CONDITIONS },
  V1ResourcePolicyRule: { apiGroups: SET, namespaces: SET, resources: SET, verbs: SET },

  V1Overhead: { podFixed: QUANTITY },
  V1Scheduling: { nodeSelector: ATOMIC },

  V1AllocatedDeviceStatus: { conditions: appliedBy('type') },
  V1DeviceCapacity: { value: QUANTITY },
  V1ResourceClaimStatus: { devices: appliedBy('driver', 'device', 'pool'), reservedFor: mapBy('uid') },

  V1CSIDriverSpec: { volumeLifecycleModes: SET },
  V1CSINodeSpec: { drivers: mapBy('name') },
  V1CSIStorageCapacity: { capacity: QUANTITY, maximumVolumeSize: QUANTITY },
};
