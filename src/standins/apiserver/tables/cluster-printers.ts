import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { AGE, NAME, age } from './column.ts';
import type { Column } from './column.ts';
import { NONE, UNKNOWN, UNSET, listAt, numberAt, pairs, selectorText, sizeAt, textAt, textsAt } from './values.ts';
import { integer, text, wide } from './workload-printers.ts';

const CREATED_AT: Column = {
  name: 'Created At',
  type: 'date',
  cell: (object) => object.metadata.creationTimestamp ?? '',
};

function ports(service: KubeObject): string {
  const parts = listAt(service, 'spec', 'ports').map((port) => {
    const node = numberAt(port, 'nodePort');
    return `${numberAt(port, 'port')}${node === 0 ? '' : `:${node}`}/${textAt(port, ['protocol'], 'TCP')}`;
  });
  return parts.length === 0 ? NONE : parts.join(',');
}

function externalIp(service: KubeObject): string {
  const type = textAt(service, ['spec', 'type'], 'ClusterIP');
  if (type === 'ExternalName') return textAt(service, ['spec', 'externalName']);
  const assigned = listAt(service, 'status', 'loadBalancer', 'ingress').map((each) =>
    textAt(each, ['ip'], textAt(each, ['hostname'])),
  );
  const all = [...assigned, ...textsAt(service, 'spec', 'externalIPs')];
  if (all.length > 0) return all.join(',');
  return type === 'LoadBalancer' ? '<pending>' : NONE;
}

function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, 'status', 'conditions').find((each) => each['type'] === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return getPath(node, 'spec', 'unschedulable') === true ? `${state},SchedulingDisabled` : state;
}

function nodeRoles(node: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
  return roles.length === 0
    ? NONE
    : roles
        .map((label) => label.slice(prefix.length))
        .sort()
        .join(',');
}

function nodeAddress(node: KubeObject, type: string): string {
  const found = listAt(node, 'status', 'addresses').find((each) => each['type'] === type);
  return textAt(found, ['address'], NONE);
}

function eventObject(event: KubeObject): string {
  const about = event['involvedObject'] ?? event['regarding'];
  return `${textAt(about, ['kind']).toLowerCase()}/${textAt(about, ['name'])}`;
}

function lastSeen(event: KubeObject, now: number): string {
  const series = getPath(event, 'series', 'lastObservedTime');
  const time = series ?? event['lastTimestamp'] ?? event['deprecatedLastTimestamp'] ?? event['eventTime'];
  return age(typeof time === 'string' ? time : event.metadata.creationTimestamp, now);
}

function ingressHosts(ingress: KubeObject): string {
  const hosts = listAt(ingress, 'spec', 'rules').map((rule) => textAt(rule, ['host']));
  const named = hosts.filter((host) => host !== '');
  return named.length === 0 ? '*' : named.join(',');
}

function endpointsText(endpoints: KubeObject): string {
  const all = listAt(endpoints, 'subsets').flatMap((subset) =>
    listAt(subset, 'addresses').flatMap((address) =>
      listAt(subset, 'ports').map((port) => `${textAt(address, ['ip'])}:${numberAt(port, 'port')}`),
    ),
  );
  if (all.length === 0) return NONE;
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
}

function sliceEndpoints(slice: KubeObject): string {
  const addresses = listAt(slice, 'endpoints').flatMap((endpoint) => textsAt(endpoint, 'addresses'));
  if (addresses.length === 0) return UNSET;
  return addresses.length > 3
    ? `${addresses.slice(0, 3).join(',')} + ${addresses.length - 3} more...`
    : addresses.join(',');
}

const ROLE: Column = text(
  'Role',
  (object) => `${textAt(object, ['roleRef', 'kind'])}/${textAt(object, ['roleRef', 'name'])}`,
);

function subjects(kind: string): (object: KubeObject) => string {
  return (object) =>
    listAt(object, 'subjects')
      .filter((each) => each['kind'] === kind)
      .map((each) => (kind === 'ServiceAccount' ? `${textAt(each, ['namespace'])}/` : '') + textAt(each, ['name']))
      .join(', ');
}

const BINDING: readonly Column[] = [
  NAME,
  ROLE,
  AGE,
  wide('Users', subjects('User')),
  wide('Groups', subjects('Group')),
  wide('ServiceAccounts', subjects('ServiceAccount')),
];

function capacity(path: readonly string[]): (object: KubeObject) => string {
  return (object) => textAt(object, path);
}

function accessModes(object: KubeObject): string {
  const short: Readonly<Record<string, string>> = {
    ReadWriteOnce: 'RWO',
    ReadOnlyMany: 'ROX',
    ReadWriteMany: 'RWX',
    ReadWriteOncePod: 'RWOP',
  };
  return textsAt(object, 'spec', 'accessModes')
    .map((mode) => short[mode] ?? mode)
    .join(',');
}

function phase(object: KubeObject): string {
  return object.metadata.deletionTimestamp === undefined ? textAt(object, ['status', 'phase']) : 'Terminating';
}

const WEBHOOKS: readonly Column[] = [NAME, integer('Webhooks', (object) => sizeAt(object, 'webhooks')), AGE];

/** Everything that is no workload. By collection. */
export const CLUSTER_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  configmaps: [NAME, integer('Data', (object) => sizeAt(object, 'data') + sizeAt(object, 'binaryData')), AGE],
  secrets: [
    NAME,
    text('Type', (object) => textAt(object, ['type'], 'Opaque')),
    integer('Data', (object) => sizeAt(object, 'data')),
    AGE,
  ],
  serviceaccounts: [NAME, integer('Secrets', (object) => sizeAt(object, 'secrets')), AGE],
  namespaces: [NAME, text('Status', (object) => textAt(object, ['status', 'phase'])), AGE],
  services: [
    NAME,
    text('Type', (object) => textAt(object, ['spec', 'type'], 'ClusterIP')),
    text('Cluster-IP', (object) => textAt(object, ['spec', 'clusterIP'], NONE)),
    text('External-IP', externalIp),
    text('Port(s)', ports),
    AGE,
    wide('Selector', (object) => pairs(getPath(object, 'spec', 'selector'))),
  ],
  endpoints: [NAME, text('Endpoints', endpointsText), AGE],
  'endpointslices.discovery.k8s.io': [
    NAME,
    text('AddressType', (object) => textAt(object, ['addressType'])),
    text('Ports', (object) => {
      const numbers = listAt(object, 'ports').map((port) => textAt(port, ['port'], '*'));
      return numbers.length === 0 ? UNSET : numbers.join(',');
    }),
    text('Endpoints', sliceEndpoints),
    AGE,
  ],
  nodes: [
    NAME,
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    AGE,
    text('Version', (object) => textAt(object, ['status', 'nodeInfo', 'kubeletVersion'])),
    wide('Internal-IP', (object) => nodeAddress(object, 'InternalIP')),
    wide('External-IP', (object) => nodeAddress(object, 'ExternalIP')),
    wide('OS-Image', (object) => textAt(object, ['status', 'nodeInfo', 'osImage'], UNKNOWN)),
    wide('Kernel-Version', (object) => textAt(object, ['status', 'nodeInfo', 'kernelVersion'], UNKNOWN)),
    wide('Container-Runtime', (object) => textAt(object, ['status', 'nodeInfo', 'containerRuntimeVersion'], UNKNOWN)),
  ],
  events: [
    text('Last Seen', lastSeen),
    text('Type', (event) => textAt(event, ['type'])),
    text('Reason', (event) => textAt(event, ['reason'])),
    text('Object', eventObject),
    wide('Source', (event) => textAt(event, ['source', 'component'], textAt(event, ['reportingComponent']))),
    text('Message', (event) => textAt(event, ['message'], textAt(event, ['note'])).trim()),
    wide('Count', (event) => textAt(event, ['count'], '1')),
    { ...NAME, priority: 1 },
  ],
  persistentvolumes: [
    NAME,
    text('Capacity', capacity(['spec', 'capacity', 'storage'])),
    text('Access Modes', accessModes),
    text('Reclaim Policy', (object) => textAt(object, ['spec', 'persistentVolumeReclaimPolicy'])),
    text('Status', phase),
    text('Claim', (object) => {
      const claim = getPath(object, 'spec', 'claimRef');
      return claim === undefined ? '' : `${textAt(claim, ['namespace'])}/${textAt(claim, ['name'])}`;
    }),
    text('StorageClass', (object) => textAt(object, ['spec', 'storageClassName'])),
    text('Reason', (object) => textAt(object, ['status', 'reason'])),
    AGE,
  ],
  persistentvolumeclaims: [
    NAME,
    text('Status', phase),
    text('Volume', (object) => textAt(object, ['spec', 'volumeName'])),
    text('Capacity', capacity(['status', 'capacity', 'storage'])),
    text('Access Modes', accessModes),
    text('StorageClass', (object) => textAt(object, ['spec', 'storageClassName'])),
    AGE,
  ],
  'ingresses.networking.k8s.io': [
    NAME,
    text('Class', (object) => textAt(object, ['spec', 'ingressClassName'], NONE)),
    text('Hosts', ingressHosts),
    text('Address', (object) =>
      listAt(object, 'status', 'loadBalancer', 'ingress')
        .map((each) => textAt(each, ['ip'], textAt(each, ['hostname'])))
        .join(','),
    ),
    text('Ports', (object) => (sizeAt(object, 'spec', 'tls') > 0 ? '80, 443' : '80')),
    AGE,
  ],
  'ingressclasses.networking.k8s.io': [
    NAME,
    text('Controller', (object) => textAt(object, ['spec', 'controller'])),
    AGE,
  ],
  'networkpolicies.networking.k8s.io': [
    NAME,
    text('Pod-Selector', (object) => selectorText(getPath(object, 'spec', 'podSelector'))),
    AGE,
  ],
  'leases.coordination.k8s.io': [NAME, text('Holder', (object) => textAt(object, ['spec', 'holderIdentity'])), AGE],
  'roles.rbac.authorization.k8s.io': [NAME, CREATED_AT],
  'clusterroles.rbac.authorization.k8s.io': [NAME, CREATED_AT],
  'rolebindings.rbac.authorization.k8s.io': BINDING,
  'clusterrolebindings.rbac.authorization.k8s.io': BINDING,
  'storageclasses.storage.k8s.io': [
    NAME,
    text('Provisioner', (object) => textAt(object, ['provisioner'])),
    text('ReclaimPolicy', (object) => textAt(object, ['reclaimPolicy'], 'Delete')),
    text('VolumeBindingMode', (object) => textAt(object, ['volumeBindingMode'], 'Immediate')),
    text('AllowVolumeExpansion', (object) => textAt(object, ['allowVolumeExpansion'], 'false')),
    AGE,
  ],
  'priorityclasses.scheduling.k8s.io': [
    NAME,
    integer('Value', (object) => numberAt(object, 'value')),
    text('Global-Default', (object) => textAt(object, ['globalDefault'], 'false')),
    AGE,
    text('PreemptionPolicy', (object) => textAt(object, ['preemptionPolicy'], 'PreemptLowerPriority')),
  ],
  'runtimeclasses.node.k8s.io': [NAME, text('Handler', (object) => textAt(object, ['handler'])), AGE],
  'validatingwebhookconfigurations.admissionregistration.k8s.io': WEBHOOKS,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': WEBHOOKS,
  resourcequotas: [NAME, text('Request', quotaText), text('Limit', () => ''), AGE],
  limitranges: [NAME, CREATED_AT],
};

function quotaText(quota: KubeObject): string {
  const hard = getPath(quota, 'status', 'hard') ?? getPath(quota, 'spec', 'hard') ?? {};
  const names = Object.keys(hard as object).sort();
  return names
    .map((name) => `${name}: ${textAt(quota, ['status', 'used', name], '0')}/${textAt(hard, [name])}`)
    .join(', ');
}
