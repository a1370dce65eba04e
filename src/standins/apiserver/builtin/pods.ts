import { isJsonObject, jsonEqual } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { asJson, compareQuantities, getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import { listAt } from '../tables/values.ts';
import { ENV_NAME, LABEL, PORT_NAME, QUALIFIED_NAME, SUBDOMAIN } from './formats.ts';
import {
  NOT_NEGATIVE,
  PORT,
  REQUIRED,
  choice,
  count,
  duplicate,
  fill,
  oneOf,
  prohibited,
  required,
  wrong,
} from './rules.ts';
import type { KindTables, TypeRule, TypeRules } from './rules.ts';

const MODE = { min: 0, max: 0o777, default: 0o644 } as const;

const CONTAINER: TypeRule = {
  fields: {
    name: { required: true, format: LABEL },
    image: REQUIRED,
    imagePullPolicy: {
      oneOf: ['Always', 'IfNotPresent', 'Never'],
      default: ({ image }) => (isLatest(image) ? 'Always' : 'IfNotPresent'),
    },
    resources: fill({}),
    terminationMessagePath: fill('/dev/termination-log'),
    terminationMessagePolicy: choice('File', 'FallbackToLogsOnError'),
    ports: { unique: 'name' },
    volumeMounts: { unique: 'mountPath' },
  },
};

export const POD_TYPES: TypeRules = {
  V1Container: CONTAINER,
  V1EphemeralContainer: CONTAINER,
  V1ContainerPort: {
    fields: {
      containerPort: { ...PORT, required: true },
      hostPort: { min: 0, max: 65_535 },
      name: { format: PORT_NAME },
      protocol: choice('TCP', 'UDP', 'SCTP'),
    },
  },
  V1EnvVar: { fields: { name: { required: true, format: ENV_NAME } }, check: checkEnv },
  V1ConfigMapKeySelector: { fields: { name: REQUIRED, key: REQUIRED } },
  V1SecretKeySelector: { fields: { name: REQUIRED, key: REQUIRED } },
  V1ObjectFieldSelector: { fields: { apiVersion: fill('v1'), fieldPath: REQUIRED } },
  V1ResourceFieldSelector: { fields: { resource: REQUIRED, divisor: fill('0') } },
  V1VolumeMount: {
    fields: {
      name: REQUIRED,
      mountPath: REQUIRED,
      mountPropagation: oneOf('None', 'HostToContainer', 'Bidirectional'),
    },
  },
  V1ResourceRequirements: {
    fields: { limits: { format: QUALIFIED_NAME, amounts: true }, requests: { format: QUALIFIED_NAME, amounts: true } },
    check: checkResources,
  },
  V1Probe: {
    fields: {
      initialDelaySeconds: NOT_NEGATIVE,
      timeoutSeconds: count(1),
      periodSeconds: count(10),
      successThreshold: count(1),
      failureThreshold: count(3),
    },
    check: checkProbe,
  },
  V1LifecycleHandler: { check: checkHandler },
  V1HTTPGetAction: { fields: { path: fill('/'), port: REQUIRED, scheme: choice('HTTP', 'HTTPS') } },
  V1TCPSocketAction: { fields: { port: REQUIRED } },
  V1ExecAction: { fields: { command: REQUIRED } },
  V1GRPCAction: { fields: { port: PORT }, default: (action) => (action['service'] ??= '') },
  V1Volume: {
    fields: { name: { required: true, format: LABEL } },
    default: (volume) => {
      if (sources(volume).length === 0) volume['emptyDir'] = {};
    },
    check: checkVolume,
  },
  V1SecretVolumeSource: { fields: { defaultMode: MODE, secretName: REQUIRED } },
  V1ConfigMapVolumeSource: { fields: { defaultMode: MODE, name: REQUIRED } },
  V1DownwardAPIVolumeSource: { fields: { defaultMode: MODE } },
  V1ProjectedVolumeSource: { fields: { defaultMode: MODE } },
  V1ServiceAccountTokenProjection: { fields: { path: REQUIRED, expirationSeconds: { min: 600, default: 3600 } } },
  V1PersistentVolumeClaimVolumeSource: { fields: { claimName: REQUIRED } },
  V1HostPathVolumeSource: { fields: { path: REQUIRED }, default: (source) => (source['type'] ??= '') },
  V1KeyToPath: { fields: { key: REQUIRED, path: REQUIRED } },
  V1TopologySpreadConstraint: {
    fields: {
      maxSkew: { min: 1, required: true },
      topologyKey: REQUIRED,
      whenUnsatisfiable: { required: true, oneOf: ['DoNotSchedule', 'ScheduleAnyway'] },
    },
  },
  V1Toleration: {
    fields: {
      operator: oneOf('Equal', 'Exists'),
      effect: oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
    },
  },
  V1PodSpec: {
    fields: {
      containers: { required: true, unique: 'name' },
      initContainers: { unique: 'name' },
      volumes: { unique: 'name' },
      restartPolicy: choice('Always', 'OnFailure', 'Never'),
      dnsPolicy: choice('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
      schedulerName: fill('default-scheduler'),
      securityContext: fill({}),
      terminationGracePeriodSeconds: count(30),
      activeDeadlineSeconds: { min: 1, max: 2_147_483_647 },
      nodeName: { format: SUBDOMAIN },
      serviceAccountName: { format: SUBDOMAIN },
      hostname: { format: LABEL },
      subdomain: { format: LABEL },
    },
    default: (spec) => {
      // the older name of the same field
      const account = spec['serviceAccountName'] ?? spec['serviceAccount'];
      if (account !== undefined) spec['serviceAccountName'] = spec['serviceAccount'] = account;
    },
    check: checkPodSpec,
  },
};

/** A tag that may mean another image tomorrow is pulled each time. */
function isLatest(image: JsonValue | undefined): boolean {
  if (typeof image !== 'string') return false;
  if (image.includes('@')) return false;
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon < 0 || name.slice(colon + 1) === 'latest';
}

function sources(volume: JsonObject): readonly string[] {
  return Object.keys(volume).filter((name) => name !== 'name');
}

function checkVolume(volume: JsonObject, path: string): readonly FieldError[] {
  const [, second] = sources(volume);
  return second === undefined ? [] : [prohibited(`${path}.${second}`, 'may not specify more than 1 volume type')];
}

function checkEnv(env: JsonObject, path: string): readonly FieldError[] {
  const from = env['valueFrom'];
  if (!isJsonObject(from)) return [];
  const at = `${path}.valueFrom`;
  if ((env['value'] ?? '') !== '') return [wrong(at, '', 'may not be specified when `value` is not empty')];
  const given = Object.keys(from).length;
  if (given === 0)
    return [wrong(at, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`')];
  return given > 1 ? [wrong(at, '', 'may not have more than one field specified at a time')] : [];
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

function checkHandler(handler: JsonObject, path: string): readonly FieldError[] {
  const given = HANDLERS.filter((name) => handler[name] !== undefined);
  if (given.length === 0) return [required(path, 'must specify a handler type')];
  return given.slice(1).map((name) => prohibited(`${path}.${name}`, 'may not specify more than 1 handler type'));
}

function checkProbe(probe: JsonObject, path: string): readonly FieldError[] {
  const onlyOnce = /\.(livenessProbe|startupProbe)$/.test(path) && probe['successThreshold'] !== 1;
  const errors = onlyOnce ? [wrong(`${path}.successThreshold`, probe['successThreshold'], 'must be 1')] : [];
  return [...checkHandler(probe, path), ...errors];
}

function checkResources(resources: JsonObject, path: string): readonly FieldError[] {
  const limits = isJsonObject(resources['limits']) ? resources['limits'] : {};
  const requests = isJsonObject(resources['requests']) ? resources['requests'] : {};
  return Object.entries(requests).flatMap(([name, amount]) => {
    const limit = limits[name];
    if (typeof amount !== 'string' || typeof limit !== 'string' || compareQuantities(amount, limit) <= 0) return [];
    return [wrong(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`)];
  });
}

function checkPodSpec(spec: JsonObject, path: string): readonly FieldError[] {
  const volumes = new Set(listAt(spec, 'volumes').map((volume) => volume['name']));
  const errors = ['initContainers', 'containers'].flatMap((list) =>
    listAt(spec, list).flatMap((container, index) => mountErrors(container, volumes, `${path}.${list}[${index}]`)),
  );
  const names = new Set(listAt(spec, 'initContainers').map((container) => container['name']));
  const twice = listAt(spec, 'containers').flatMap((container, index) =>
    names.has(container['name']) ? [duplicate(`${path}.containers[${index}].name`, container['name'])] : [],
  );
  return [...errors, ...twice];
}

function mountErrors(
  container: JsonObject,
  volumes: ReadonlySet<JsonValue | undefined>,
  path: string,
): readonly FieldError[] {
  return listAt(container, 'volumeMounts').flatMap((mount, index): FieldError[] => {
    const { name } = mount;
    if (name === undefined || name === '' || volumes.has(name)) return [];
    return [{ type: 'FieldValueNotFound', field: `${path}.volumeMounts[${index}].name`, value: name }];
  });
}

export const POD_KINDS: KindTables = {
  '/v1/Pod': { default: podDefaults, update: podUpdate },
};

/** What only Pods get, not the templates of Pods. */
function podDefaults(pod: KubeObject): void {
  const spec = asJson(pod)['spec'];
  if (!isJsonObject(spec)) return;
  spec['enableServiceLinks'] ??= true;
  for (const container of [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]) {
    const resources = container['resources'];
    if (!isJsonObject(resources) || !isJsonObject(resources['limits'])) continue;
    const requests = isJsonObject(resources['requests']) ? resources['requests'] : {};
    resources['requests'] = { ...resources['limits'], ...requests };
  }
  if (spec['hostNetwork'] !== true) return;
  for (const port of listAt(spec, 'containers').flatMap((container) => listAt(container, 'ports')))
    port['hostPort'] ??= port['containerPort'] ?? 0;
}

/** Fields of a Pod's spec that may change while it runs. */
const CHANGEABLE = ['activeDeadlineSeconds', 'tolerations', 'terminationGracePeriodSeconds', 'ephemeralContainers'];

function podUpdate(pod: KubeObject, old: KubeObject): readonly FieldError[] {
  if (jsonEqual(frozen(pod), frozen(old))) return [];
  return [
    prohibited(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
        '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
        '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ];
}

function frozen(pod: KubeObject): JsonValue {
  const spec = getPath(pod, 'spec');
  if (!isJsonObject(spec)) return null;
  const rest = Object.fromEntries(Object.entries(spec).filter(([name]) => !CHANGEABLE.includes(name)));
  for (const list of ['containers', 'initContainers']) {
    if (rest[list] !== undefined) rest[list] = listAt(spec, list).map(({ image: _image, ...others }) => others);
  }
  return rest;
}
