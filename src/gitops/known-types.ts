import { isJsonObject, parseDuration } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import { asJson, builtinSchema, canonicalQuantity, gvkOf, normalise } from '../kube/index.ts';
import type { GroupVersionKind, KubeObject, SchemaNode } from '../kube/index.ts';

/** A field of a custom kind that has a type of Kubernetes' own, of which the API server of a custom kind knows nothing. */
export interface KnownField {
  /** Names of fields with dots between; lists on the way are gone through. */
  readonly field: string;
  /** As upstream names types: `core/v1/PodSpec`. */
  readonly type: string;
}

const POD_SPEC = 'core/v1/PodSpec';
const DURATION = 'meta/v1/Duration';

/** Fields of well-known custom kinds, by group and kind. */
const FIELDS: Readonly<Record<string, readonly KnownField[]>> = {
  'argoproj.io/Rollout': [{ field: 'spec.template.spec', type: POD_SPEC }],
  'argoproj.io/Experiment': [{ field: 'spec.templates.template.spec', type: POD_SPEC }],
  'argoproj.io/AnalysisTemplate': [{ field: 'spec.metrics.provider.job.spec.template.spec', type: POD_SPEC }],
  'argoproj.io/ClusterAnalysisTemplate': [{ field: 'spec.metrics.provider.job.spec.template.spec', type: POD_SPEC }],
  'keda.sh/ScaledJob': [{ field: 'spec.jobTargetRef.template.spec', type: POD_SPEC }],
  'cert-manager.io/Certificate': [
    { field: 'spec.duration', type: DURATION },
    { field: 'spec.renewBefore', type: DURATION },
  ],
};

const POD: GroupVersionKind = { group: '', version: 'v1', kind: 'Pod' };
const DEPLOYMENT: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'Deployment' };

/** Where a built-in kind has the type; `[]` goes into a list. */
const PLACES: Readonly<Record<string, readonly [GroupVersionKind, string]>> = {
  [POD_SPEC]: [POD, 'spec'],
  'core/v1/PodTemplateSpec': [DEPLOYMENT, 'spec.template'],
  'core/v1/Container': [POD, 'spec.containers.[]'],
  'core/v1/EnvVar': [POD, 'spec.containers.[].env.[]'],
  'core/v1/Probe': [POD, 'spec.containers.[].livenessProbe'],
  'core/v1/ResourceRequirements': [POD, 'spec.containers.[].resources'],
  'core/v1/ResourceList': [POD, 'spec.containers.[].resources.requests'],
  'core/v1/Volume': [POD, 'spec.volumes.[]'],
  'core/v1/Affinity': [POD, 'spec.affinity'],
  'core/v1/Toleration': [POD, 'spec.tolerations.[]'],
  'core/v1/PodSecurityContext': [POD, 'spec.securityContext'],
  'apps/v1/DeploymentSpec': [DEPLOYMENT, 'spec'],
};

type Normalizer = (value: JsonValue) => JsonValue;

function normalizerOf(type: string): Normalizer | undefined {
  if (type === 'core/Quantity') return canonicalQuantity;
  if (type === DURATION) return canonicalDuration;
  const place = PLACES[type];
  const schema = place === undefined ? undefined : schemaAt(...place);
  return schema === undefined ? undefined : (value) => normalise(value, schema);
}

function schemaAt(kind: GroupVersionKind, path: string): SchemaNode | undefined {
  return path.split('.').reduce<SchemaNode | undefined>((schema, step) => {
    if (step === '[]') return schema?.type === 'list' ? schema.items : undefined;
    return schema?.type === 'object' ? schema.fields.get(step) : undefined;
  }, builtinSchema(kind));
}

/** `8760h` as Go prints it: `8760h0m0s`. What is no duration stays as it is. */
function canonicalDuration(value: JsonValue): JsonValue {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms === undefined || ms % 1000 !== 0) return value;
  const seconds = Math.abs(ms) / 1000;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const text = hours > 0 ? `${hours}h${minutes}m${rest}s` : minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
  return ms < 0 ? `-${text}` : text;
}

/** The object with fields of known types written as the API server writes them in kinds of its own. Shares what does not change. */
export function normalizeKnownTypes(object: KubeObject, fields = fieldsOf(object)): KubeObject {
  return fields.reduce<KubeObject>((known, { field, type }) => {
    const normalizer = normalizerOf(type);
    if (normalizer === undefined) return known;
    return at(asJson(known), field.split('.'), normalizer) as unknown as KubeObject;
  }, object);
}

function fieldsOf(object: KubeObject): readonly KnownField[] {
  const { group, kind } = gvkOf(object);
  return FIELDS[`${group}/${kind}`] ?? [];
}

function at(value: JsonValue, [step, ...rest]: readonly string[], normalizer: Normalizer): JsonValue {
  if (Array.isArray(value)) return value.map((item) => at(item, step === undefined ? [] : [step, ...rest], normalizer));
  if (step === undefined) return normalizer(value);
  const below = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  if (!isJsonObject(value) || below === undefined) return value;
  return { ...value, [step]: at(below, rest, normalizer) };
}
