import { isJsonObject, jsonEqual } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { SelectorError, asJson, getPath, matchLabels } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import { listAt, textAt } from '../tables/values.ts';
import { NOT_NEGATIVE, choice, count, prohibited, required, unsupported, wrong } from './rules.ts';
import type { KindTables, TypeRule, TypeRules } from './rules.ts';

const REPLICAS = count(1);
const HISTORY = count(10);

export const APPS_TYPES: TypeRules = {
  V1LabelSelectorRequirement: {
    fields: { key: { required: true }, operator: { oneOf: ['In', 'NotIn', 'Exists', 'DoesNotExist'], required: true } },
    check: checkRequirement,
  },
  V1DeploymentSpec: {
    fields: {
      replicas: REPLICAS,
      minReadySeconds: NOT_NEGATIVE,
      revisionHistoryLimit: HISTORY,
      progressDeadlineSeconds: count(600),
      strategy: { default: {} },
    },
    check: (spec, path) => [...workloadErrors('deployment', spec, path), ...checkProgress(spec, path)],
  },
  V1DeploymentStrategy: {
    fields: { type: choice('RollingUpdate', 'Recreate') },
    default: (strategy) => {
      if (strategy['type'] === 'RollingUpdate') strategy['rollingUpdate'] ??= {};
    },
    check: checkStrategy,
  },
  V1RollingUpdateDeployment: { fields: { maxUnavailable: { default: '25%' }, maxSurge: { default: '25%' } } },
  V1ReplicaSetSpec: { fields: { replicas: REPLICAS, minReadySeconds: NOT_NEGATIVE }, check: workload('replicaset') },
  V1ReplicationControllerSpec: { fields: { replicas: REPLICAS, minReadySeconds: NOT_NEGATIVE } },
  V1DaemonSetSpec: {
    fields: { revisionHistoryLimit: HISTORY, minReadySeconds: NOT_NEGATIVE, updateStrategy: { default: {} } },
    check: workload('daemonset'),
  },
  V1DaemonSetUpdateStrategy: {
    fields: { type: choice('RollingUpdate', 'OnDelete') },
    default: (strategy) => {
      if (strategy['type'] === 'RollingUpdate') strategy['rollingUpdate'] ??= {};
    },
  },
  V1RollingUpdateDaemonSet: { fields: { maxUnavailable: { default: 1 }, maxSurge: { default: 0 } } },
  V1StatefulSetSpec: {
    fields: {
      replicas: REPLICAS,
      minReadySeconds: NOT_NEGATIVE,
      revisionHistoryLimit: HISTORY,
      podManagementPolicy: choice('OrderedReady', 'Parallel'),
      updateStrategy: { default: {} },
      persistentVolumeClaimRetentionPolicy: { default: {} },
    },
    default: (spec) => {
      for (const claim of listAt(spec, 'volumeClaimTemplates')) {
        claim['apiVersion'] ??= 'v1';
        claim['kind'] ??= 'PersistentVolumeClaim';
        claim['status'] ??= { phase: 'Pending' };
      }
    },
    check: workload('statefulset'),
  },
  V1StatefulSetUpdateStrategy: {
    fields: { type: choice('RollingUpdate', 'OnDelete') },
    default: (strategy) => {
      if (strategy['type'] === 'RollingUpdate') strategy['rollingUpdate'] ??= {};
    },
  },
  V1RollingUpdateStatefulSetStrategy: { fields: { partition: count(0) } },
  V1StatefulSetPersistentVolumeClaimRetentionPolicy: {
    fields: { whenDeleted: choice('Retain', 'Delete'), whenScaled: choice('Retain', 'Delete') },
  },
};

function checkRequirement(requirement: JsonObject, path: string): readonly FieldError[] {
  const { operator } = requirement;
  const given = Array.isArray(requirement['values']) ? requirement['values'].length : 0;
  if ((operator === 'In' || operator === 'NotIn') && given === 0)
    return [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  if ((operator === 'Exists' || operator === 'DoesNotExist') && given > 0)
    return [prohibited(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  return [];
}

function workload(noun: string): NonNullable<TypeRule['check']> {
  return (spec, path) => workloadErrors(noun, spec, path);
}

/** What holds for everything that keeps Pods running: selector, template, restart policy. */
function workloadErrors(noun: string, spec: JsonObject, path: string): readonly FieldError[] {
  const restart = textAt(spec, ['template', 'spec', 'restartPolicy']);
  const stops = restart !== '' && restart !== 'Always';
  const template = `${path}.template`;
  return [
    ...selectorErrors(noun, spec, path),
    ...(isJsonObject(getPath(spec, 'template', 'spec')) ? [] : [required(`${template}.spec.containers`)]),
    ...(stops ? [unsupported(`${template}.spec.restartPolicy`, restart, ['Always'])] : []),
  ];
}

function selectorErrors(noun: string, spec: JsonObject, path: string): readonly FieldError[] {
  const { selector } = spec;
  if (!isJsonObject(selector)) return [required(`${path}.selector`)];
  const sized = ['matchLabels', 'matchExpressions'].some(
    (part) => Object.keys((selector[part] ?? {}) as object).length > 0,
  );
  if (!sized) return [wrong(`${path}.selector`, selector, `empty selector is invalid for ${noun}`)];
  const labels = getPath(spec, 'template', 'metadata', 'labels');
  const present = isJsonObject(labels) ? (labels as Record<string, string>) : {};
  if (matches(selector, present)) return [];
  return [wrong(`${path}.template.metadata.labels`, present, '`selector` does not match template `labels`')];
}

/** A selector that cannot be read is told of at its own place. */
function matches(selector: JsonObject, labels: Record<string, string>): boolean {
  try {
    return matchLabels(selector, labels);
  } catch (error) {
    if (error instanceof SelectorError) return true;
    throw error;
  }
}

function checkProgress(spec: JsonObject, path: string): readonly FieldError[] {
  const { progressDeadlineSeconds: deadline, minReadySeconds: ready = 0 } = spec;
  if (typeof deadline !== 'number' || typeof ready !== 'number' || deadline > ready) return [];
  return [wrong(`${path}.progressDeadlineSeconds`, deadline, 'must be greater than minReadySeconds')];
}

function checkStrategy(strategy: JsonObject, path: string): readonly FieldError[] {
  const rolling = strategy['rollingUpdate'];
  if (strategy['type'] === 'Recreate')
    return rolling === undefined
      ? []
      : [prohibited(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  if (!isJsonObject(rolling)) return [];
  const errors = ['maxUnavailable', 'maxSurge'].flatMap((name) =>
    amountErrors(rolling[name], `${path}.rollingUpdate.${name}`),
  );
  if (!isZero(rolling['maxUnavailable']) || !isZero(rolling['maxSurge'])) return errors;
  const detail = 'may not be 0 when `maxSurge` is 0';
  return [...errors, wrong(`${path}.rollingUpdate.maxUnavailable`, rolling['maxUnavailable'], detail)];
}

function isZero(value: JsonValue | undefined): boolean {
  return value === 0 || value === '0' || value === '0%';
}

function amountErrors(value: JsonValue | undefined, path: string): readonly FieldError[] {
  if (typeof value === 'number' && value < 0) return [wrong(path, value, 'must be greater than or equal to 0')];
  if (typeof value !== 'string' || /^\d+%$/.test(value)) return [];
  const detail =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return [wrong(path, value, detail)];
}

export const APPS_KINDS: KindTables = {
  'apps/v1/Deployment': { immutable: ['spec.selector'], check: requireSpec },
  'apps/v1/DaemonSet': { immutable: ['spec.selector'], check: requireSpec },
  'apps/v1/ReplicaSet': { immutable: ['spec.selector'], check: requireSpec },
  'apps/v1/StatefulSet': { check: requireSpec, update: statefulUpdate },
};

function requireSpec(object: KubeObject): readonly FieldError[] {
  if (isJsonObject(asJson(object)['spec'])) return [];
  return [required('spec.selector'), required('spec.template.spec.containers')];
}

const CHANGEABLE: ReadonlySet<string> = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

function statefulUpdate(set: KubeObject, old: KubeObject): readonly FieldError[] {
  const fixed = (object: KubeObject): JsonValue => {
    const spec = getPath(object, 'spec');
    return isJsonObject(spec)
      ? Object.fromEntries(Object.entries(spec).filter(([name]) => !CHANGEABLE.has(name)))
      : null;
  };
  if (jsonEqual(fixed(set), fixed(old))) return [];
  return [
    prohibited(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
        "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ];
}
