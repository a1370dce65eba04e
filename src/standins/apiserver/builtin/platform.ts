import { isJsonObject, messageOf } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import type { FieldError } from '../field-error.ts';
import { QUALIFIED_NAME } from './formats.ts';
import { compileCondition } from '../admission/match-conditions.ts';
import { listAt, textAt } from '../tables/values.ts';
import { NOT_NEGATIVE, REQUIRED, choice, fill, oneOf, prohibited, required, wrong } from './rules.ts';
import type { KindTables, TypeRule, TypeRules } from './rules.ts';

const WEBHOOK = {
  name: REQUIRED,
  admissionReviewVersions: { required: 'must specify one of v1, v1beta1' },
  sideEffects: { required: 'must specify one of None, NoneOnDryRun', oneOf: ['None', 'NoneOnDryRun'] },
  failurePolicy: choice('Fail', 'Ignore'),
  matchPolicy: choice('Equivalent', 'Exact'),
  namespaceSelector: fill({}),
  objectSelector: fill({}),
  matchConditions: { unique: 'name' },
  timeoutSeconds: { min: 1, max: 30, default: 10 },
} satisfies TypeRule['fields'];

const POLICY = choice('Max', 'Min', 'Disabled');

/** Autoscaling, policy, storage, scheduling, coordination and admission. */
export const PLATFORM_TYPES: TypeRules = {
  V1HorizontalPodAutoscalerSpec: {
    fields: { minReplicas: { min: 1, default: 1 }, maxReplicas: { min: 1, required: true } },
  },
  V2HorizontalPodAutoscalerSpec: {
    fields: {
      minReplicas: { min: 1, default: 1 },
      maxReplicas: { min: 1, required: true },
      metrics: fill([
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ]),
    },
    check: (spec, path) =>
      Number(spec['maxReplicas']) < Number(spec['minReplicas'])
        ? [wrong(`${path}.maxReplicas`, spec['maxReplicas'], 'must be greater than or equal to `minReplicas`')]
        : [],
  },
  V1CrossVersionObjectReference: { fields: { kind: REQUIRED, name: REQUIRED } },
  V2CrossVersionObjectReference: { fields: { kind: REQUIRED, name: REQUIRED } },
  V2HPAScalingRules: { fields: { selectPolicy: POLICY } },
  V1PodDisruptionBudgetSpec: {
    fields: { unhealthyPodEvictionPolicy: oneOf('AlwaysAllow', 'IfHealthyBudget') },
    check: (spec, path) =>
      spec['minAvailable'] !== undefined && spec['maxUnavailable'] !== undefined
        ? [wrong(path, spec, 'minAvailable and maxUnavailable cannot be both set')]
        : [],
  },
  V1StorageClass: {
    fields: {
      provisioner: REQUIRED,
      reclaimPolicy: choice('Delete', 'Retain'),
      volumeBindingMode: choice('Immediate', 'WaitForFirstConsumer'),
    },
  },
  V1CSIDriverSpec: {
    fields: {
      attachRequired: fill(true),
      podInfoOnMount: fill(false),
      storageCapacity: fill(false),
      fsGroupPolicy: choice('ReadWriteOnceWithFSType', 'File', 'None'),
      volumeLifecycleModes: fill(['Persistent']),
      requiresRepublish: fill(false),
      seLinuxMount: fill(false),
    },
  },
  V1PriorityClass: { fields: { preemptionPolicy: choice('PreemptLowerPriority', 'Never') } },
  V1LeaseSpec: { fields: { leaseDurationSeconds: { min: 1 }, leaseTransitions: NOT_NEGATIVE } },
  V1MutatingWebhook: { fields: { ...WEBHOOK, reinvocationPolicy: choice('Never', 'IfNeeded') }, check: checkWebhook },
  V1ValidatingWebhook: { fields: WEBHOOK, check: checkWebhook },
  V1MatchCondition: {
    fields: { name: { required: true, format: QUALIFIED_NAME }, expression: REQUIRED },
    check: checkCondition,
  },
  V1RuleWithOperations: {
    fields: {
      operations: { required: true, oneOf: ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'] },
      apiGroups: { required: true },
      apiVersions: { required: true },
      resources: { required: true },
      scope: choice('*', 'Cluster', 'Namespaced'),
    },
  },
  AdmissionregistrationV1ServiceReference: {
    fields: { name: REQUIRED, namespace: REQUIRED, port: { min: 1, max: 65_535, default: 443 } },
  },
};

const MAX_CONDITIONS = 64;

function checkWebhook(webhook: JsonObject, path: string): readonly FieldError[] {
  const tooMany = listAt(webhook, 'matchConditions').length > MAX_CONDITIONS;
  return [
    ...clientErrors(webhook, `${path}.clientConfig`),
    ...(tooMany ? [prohibited(`${path}.matchConditions`, `must have at most ${MAX_CONDITIONS} items`)] : []),
  ];
}

function checkCondition(condition: JsonObject, path: string): readonly FieldError[] {
  const expression = textAt(condition, ['expression']);
  if (expression === '') return []; // required anyway
  try {
    compileCondition(expression);
    return [];
  } catch (error) {
    return [wrong(`${path}.expression`, expression, `compilation failed: ${messageOf(error)}`)];
  }
}

function clientErrors(webhook: JsonObject, at: string): readonly FieldError[] {
  const client = isJsonObject(webhook['clientConfig']) ? webhook['clientConfig'] : {};
  const url = textAt(client, ['url']);
  if ((url === '') === (client['service'] === undefined))
    return [required(at, 'exactly one of url or service is required')];
  if (url !== '' && !url.startsWith('https://'))
    return [wrong(`${at}.url`, url, "'https' is the only allowed URL scheme; desired format: https://host[/path]")];
  return [];
}

export const PLATFORM_KINDS: KindTables = {
  'scheduling.k8s.io/v1/PriorityClass': { immutable: ['value'] },
  'storage.k8s.io/v1/StorageClass': { immutable: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'] },
};
