import { isJsonObject, jsonEqual } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { asJson, getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import { listAt, textAt } from '../tables/values.ts';
import { DATA_KEY, LABEL, QUALIFIED_NAME } from './formats.ts';
import { PORT, REQUIRED, choice, duplicate, oneOf, prohibited, required, wrong } from './rules.ts';
import type { KindTables, TypeRules } from './rules.ts';

const PROTOCOL = choice('TCP', 'UDP', 'SCTP');
const MODES = { oneOf: ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'] };
const NODE_PORTED: ReadonlySet<unknown> = new Set(['NodePort', 'LoadBalancer']);

export const CORE_TYPES: TypeRules = {
  V1ConfigMap: { fields: { data: { format: DATA_KEY }, binaryData: { format: DATA_KEY } } },
  V1Secret: { fields: { data: { format: DATA_KEY } } },
  V1ServiceSpec: {
    fields: {
      type: choice('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'),
      sessionAffinity: choice('None', 'ClientIP'),
      internalTrafficPolicy: {
        oneOf: ['Cluster', 'Local'],
        default: ({ type }) => (type === 'ExternalName' ? undefined : 'Cluster'),
      },
      externalTrafficPolicy: {
        oneOf: ['Cluster', 'Local'],
        default: ({ type }) => (NODE_PORTED.has(type) ? 'Cluster' : undefined),
      },
      allocateLoadBalancerNodePorts: { default: ({ type }) => (type === 'LoadBalancer' ? true : undefined) },
      sessionAffinityConfig: {
        default: ({ sessionAffinity }) =>
          sessionAffinity === 'ClientIP' ? { clientIP: { timeoutSeconds: 10_800 } } : undefined,
      },
      ports: { unique: 'name' },
    },
    check: checkService,
  },
  V1ServicePort: {
    fields: {
      port: { ...PORT, required: true },
      protocol: PROTOCOL,
      targetPort: { default: ({ port }) => port },
      name: { format: LABEL },
    },
  },
  CoreV1EndpointPort: { fields: { protocol: PROTOCOL, port: { ...PORT, required: true } } },
  V1PersistentVolumeClaimSpec: {
    fields: {
      accessModes: { ...MODES, required: 'at least 1 access mode is required' },
      volumeMode: choice('Filesystem', 'Block'),
    },
    check: (spec, path) => {
      const storage = getPath(spec, 'resources', 'requests', 'storage');
      return storage === undefined ? [required(`${path}.resources[storage]`)] : [];
    },
  },
  V1PersistentVolumeSpec: {
    fields: {
      accessModes: { ...MODES, required: true },
      capacity: { required: true, amounts: true },
      persistentVolumeReclaimPolicy: choice('Retain', 'Delete', 'Recycle'),
      volumeMode: choice('Filesystem', 'Block'),
    },
    check: checkVolume,
  },
  V1ResourceQuotaSpec: {
    fields: {
      hard: { format: QUALIFIED_NAME, amounts: true },
      scopes: oneOf(
        'BestEffort',
        'CrossNamespacePodAffinity',
        'NotBestEffort',
        'NotTerminating',
        'PriorityClass',
        'Terminating',
      ),
    },
  },
  V1LimitRangeItem: { fields: { type: REQUIRED } },
};

function checkService(spec: JsonObject, path: string): readonly FieldError[] {
  const ports = listAt(spec, 'ports');
  const headless = spec['clusterIP'] === 'None';
  if (spec['type'] === 'ExternalName')
    return textAt(spec, ['externalName']) === '' ? [required(`${path}.externalName`)] : [];
  const errors: FieldError[] = [];
  if (ports.length === 0 && !headless) errors.push(required(`${path}.ports`));
  if (headless && spec['type'] !== 'ClusterIP')
    errors.push(
      wrong(`${path}.clusterIPs[0]`, 'None', `may not be set to 'None' for ${textAt(spec, ['type'])} services`),
    );
  return [...errors, ...portErrors(ports, `${path}.ports`)];
}

function portErrors(ports: readonly JsonObject[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    if (ports.length > 1 && textAt(port, ['name']) === '') errors.push(required(`${path}[${index}].name`));
    const key = `${textAt(port, ['protocol'])}/${textAt(port, ['port'])}`;
    if (seen.has(key)) errors.push(duplicate(`${path}[${index}]`, { protocol: port['protocol'], port: port['port'] }));
    seen.add(key);
    const nodePort = port['nodePort'];
    if (typeof nodePort === 'number' && nodePort !== 0 && (nodePort < 30_000 || nodePort > 32_767))
      errors.push(
        wrong(
          `${path}[${index}].nodePort`,
          nodePort,
          'provided port is not in the valid range. The range of valid ports is 30000-32767',
        ),
      );
  }
  return errors;
}

/** Everything in a PersistentVolume's spec that is no source of a volume. */
const NO_SOURCE: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

function checkVolume(spec: JsonObject, path: string): readonly FieldError[] {
  const [first, second] = Object.keys(spec).filter((name) => !NO_SOURCE.has(name));
  if (first === undefined) return [required(path, 'must specify a volume type')];
  return second === undefined ? [] : [prohibited(`${path}.${second}`, 'may not specify more than 1 volume type')];
}

const MAX_DATA = 1024 * 1024;

export const CORE_KINDS: KindTables = {
  '/v1/ConfigMap': {
    check: (map) => [...sizeErrors(map, 'data'), ...keyClashes(map)],
    update: (map, old) => lockedErrors(map, old, ['data', 'binaryData']),
  },
  '/v1/Secret': {
    immutable: ['type'],
    default: (secret) => {
      secret['type'] ??= 'Opaque';
    },
    check: (secret) => [...sizeErrors(secret, 'data'), ...secretErrors(secret)],
    update: (secret, old) => lockedErrors(secret, old, ['data']),
  },
  '/v1/Service': { update: serviceUpdate },
  '/v1/PersistentVolumeClaim': { update: claimUpdate },
  '/v1/ReplicationController': { default: controllerDefaults },
};

function sizeErrors(object: KubeObject, field: string): readonly FieldError[] {
  let size = 0;
  for (const name of ['data', 'binaryData']) {
    const data = asJson(object)[name];
    for (const value of isJsonObject(data) ? Object.values(data) : [])
      size += typeof value === 'string' ? Buffer.byteLength(value) : 0;
  }
  // the data of a Secret is base64: three bytes in four characters
  const bytes = object.kind === 'Secret' ? Math.floor((size * 3) / 4) : size;
  if (bytes <= MAX_DATA) return [];
  return [{ type: 'FieldValueTooLong', field, detail: `may not be more than ${MAX_DATA} bytes` }];
}

function keyClashes(map: KubeObject): readonly FieldError[] {
  const data = isJsonObject(map['data']) ? map['data'] : {};
  const binary = isJsonObject(map['binaryData']) ? map['binaryData'] : {};
  return Object.keys(data)
    .filter((key) => Object.hasOwn(binary, key))
    .map((key) => wrong(`data[${key}]`, key, 'duplicate of key present in binaryData'));
}

/** `immutable: true` cannot be taken back, and locks the data. */
function lockedErrors(object: KubeObject, old: KubeObject, fields: readonly string[]): readonly FieldError[] {
  if (old['immutable'] !== true) return [];
  const detail = 'field is immutable when `immutable` is set';
  const unlocked = object['immutable'] === true ? [] : [prohibited('immutable', detail)];
  const changed = fields.filter((field) => !jsonEqual(getPath(object, field) ?? null, getPath(old, field) ?? null));
  return [...unlocked, ...changed.map((field) => prohibited(field, detail))];
}

/** Keys that a Secret of a well-known type must have. */
const SECRET_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
]);
const ACCOUNT = 'kubernetes.io/service-account.name';

function secretErrors(secret: KubeObject): readonly FieldError[] {
  const type = textAt(secret, ['type']);
  const data = isJsonObject(secret['data']) ? secret['data'] : {};
  const missing = (SECRET_KEYS.get(type) ?? []).filter((key) => data[key] === undefined);
  const errors = missing.map((key) => required(`data[${key}]`));
  if (type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined)
    errors.push(required('data[username]'), required('data[password]'));
  if (type === 'kubernetes.io/service-account-token' && textAt(secret, ['metadata', 'annotations', ACCOUNT]) === '')
    errors.push(required(`metadata.annotations[${ACCOUNT}]`));
  return errors;
}

function serviceUpdate(service: KubeObject, old: KubeObject): readonly FieldError[] {
  const now = textAt(service, ['spec', 'clusterIP']);
  const before = textAt(old, ['spec', 'clusterIP']);
  const typed = getPath(service, 'spec', 'type') !== 'ExternalName' && getPath(old, 'spec', 'type') !== 'ExternalName';
  if (!typed || before === '' || now === before) return [];
  return [wrong('spec.clusterIPs[0]', [now], 'may not change once set')];
}

/** Only what a claim asks for may grow; a controller binds it to its volume once. */
function claimUpdate(claim: KubeObject, old: KubeObject): readonly FieldError[] {
  const bound = textAt(old, ['spec', 'volumeName']) !== '';
  const fixed = (object: KubeObject): JsonValue => {
    const spec = getPath(object, 'spec');
    if (!isJsonObject(spec)) return null;
    const { resources: _resources, volumeAttributesClassName: _class, volumeName, ...others } = spec;
    return bound ? { ...others, volumeName: volumeName ?? '' } : others;
  };
  if (jsonEqual(fixed(claim), fixed(old))) return [];
  return [
    prohibited(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ),
  ];
}

/** What a ReplicationController does not say it takes from its template. */
function controllerDefaults(controller: KubeObject): void {
  const spec = asJson(controller)['spec'];
  const labels = getPath(spec, 'template', 'metadata', 'labels');
  if (!isJsonObject(spec) || !isJsonObject(labels)) return;
  if (Object.keys(isJsonObject(spec['selector']) ? spec['selector'] : {}).length === 0)
    spec['selector'] = { ...labels };
  if (Object.keys(controller.metadata.labels ?? {}).length === 0)
    controller.metadata.labels = { ...labels } as Record<string, string>;
}
