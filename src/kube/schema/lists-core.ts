import { ATOMIC, CONDITIONS, MERGED_SET, QUANTITY, appliedBy, mapBy, patchedBy, unionBy } from './rules.ts';
import type { FieldRules } from './rules.ts';

/** core/v1: types whose values belong as a whole to one manager. */
export const CORE_ATOMIC: readonly string[] = [
  'CoreV1EndpointPort',
  'V1ConfigMapKeySelector',
  'V1EndpointAddress',
  'V1FileKeySelector',
  'V1LocalObjectReference',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
  'V1ObjectFieldSelector',
  'V1ObjectReference',
  'V1ResourceFieldSelector',
  'V1ScopeSelector',
  'V1ScopedResourceSelectorRequirement',
  'V1SecretKeySelector',
  'V1SecretReference',
  'V1TopologySelectorTerm',
  'V1TypedLocalObjectReference',
];

const CONTAINER = {
  env: mapBy('name'),
  ports: mapBy('containerPort', 'protocol'),
  volumeDevices: mapBy('devicePath'),
  volumeMounts: mapBy('mountPath'),
};

const TCP = { default: 'TCP' };

export const CORE: FieldRules = {
  V1Container: CONTAINER,
  V1ContainerPort: { protocol: TCP },
  V1ContainerStatus: {
    allocatedResources: QUANTITY,
    allocatedResourcesStatus: mapBy('name'),
    volumeMounts: mapBy('mountPath'),
  },
  V1EmptyDirVolumeSource: { sizeLimit: QUANTITY },
  V1EphemeralContainer: CONTAINER,
  V1LimitRangeItem: {
    default: QUANTITY,
    defaultRequest: QUANTITY,
    max: QUANTITY,
    maxLimitRequestRatio: QUANTITY,
    min: QUANTITY,
  },
  V1NamespaceStatus: { conditions: CONDITIONS },
  V1NodeSpec: { podCIDRs: MERGED_SET },
  V1NodeStatus: { addresses: mapBy('type'), allocatable: QUANTITY, capacity: QUANTITY, conditions: CONDITIONS },
  V1PersistentVolumeClaimStatus: { allocatedResources: QUANTITY, capacity: QUANTITY, conditions: CONDITIONS },
  V1PersistentVolumeSpec: { capacity: QUANTITY, claimRef: { atomic: false } },
  V1PodSpec: {
    containers: mapBy('name'),
    ephemeralContainers: mapBy('name'),
    hostAliases: mapBy('ip'),
    imagePullSecrets: mapBy('name'),
    initContainers: mapBy('name'),
    nodeSelector: ATOMIC,
    overhead: QUANTITY,
    resourceClaims: unionBy('name'),
    schedulingGates: mapBy('name'),
    topologySpreadConstraints: mapBy('topologyKey', 'whenUnsatisfiable'),
    volumes: unionBy('name'),
  },
  V1PodStatus: {
    allocatedResources: QUANTITY,
    conditions: CONDITIONS,
    hostIPs: patchedBy('ip'),
    podIPs: mapBy('ip'),
    resourceClaimStatuses: unionBy('name'),
  },
  V1ReplicationControllerSpec: { selector: ATOMIC },
  V1ReplicationControllerStatus: { conditions: CONDITIONS },
  V1ResourceFieldSelector: { divisor: QUANTITY },
  V1ResourceQuotaSpec: { hard: QUANTITY },
  V1ResourceQuotaStatus: { hard: QUANTITY, used: QUANTITY },
  V1ResourceRequirements: { claims: appliedBy('name'), limits: QUANTITY, requests: QUANTITY },
  V1ResourceStatus: { resources: appliedBy('resourceID') },
  V1ServiceAccount: { secrets: mapBy('name') },
  V1ServicePort: { protocol: TCP },
  V1ServiceSpec: { ports: mapBy('port', 'protocol'), selector: ATOMIC },
  V1ServiceStatus: { conditions: CONDITIONS },
  V1VolumeResourceRequirements: { limits: QUANTITY, requests: QUANTITY },
};
