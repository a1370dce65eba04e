import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import {
  PatchError,
  applyJsonPatch,
  applyMergePatch,
  asJson,
  builtinSchema,
  getPath,
  strategicMergePatch,
} from '../../../kube/index.ts';
import type { KubeObject, ObjectSchema } from '../../../kube/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { invalid } from '../field-error.ts';
import { readDocument } from '../http/body.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { parseJsonText } from '../http/json-text.ts';
import { parseMediaType } from '../http/negotiate.ts';
import { acceptObject, copyOf } from '../registry/accept-object.ts';
import { placeOf } from '../registry/read.ts';
import { valueResponse } from '../registry/render.ts';
import { change } from '../registry/update.ts';
import { writeOptions } from '../registry/write-options.ts';
import type { WriteOptions } from '../registry/write-options.ts';
import { served } from '../resources/resource-type.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { badRequest, notFound, unsupportedMediaType } from '../status.ts';
import { selectorText } from '../tables/values.ts';

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

interface ScalePaths {
  readonly spec: readonly string[];
  readonly status: readonly string[];
  readonly selector: readonly string[] | undefined;
}

/** GET …/scale. @throws ApiError */
export async function getScale(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const collection = cluster.store.collection(call.type.collection);
  const entry = await cluster.store.read(collection, () => collection.get(placeOf(call), call.info.name));
  if (entry === undefined) throw notFound(call.type, call.info.name);
  return valueResponse(cluster, call, { object: scaleOf(call.type, served(call.type, entry.object())) });
}

/** PUT …/scale. @throws ApiError */
export async function updateScale(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const options = writeOptions(call);
  const document = await readDocument(call.request, cluster.protobuf);
  const scale = acceptScale(cluster, call, { value: document.value, options });
  return store(cluster, call, { options, next: () => scale });
}

/** PATCH …/scale. @throws ApiError */
export async function patchScale(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const options = writeOptions(call);
  const { type } = parseMediaType(call.request.header('content-type') ?? '');
  const patch = parseJsonText((await call.request.body()).toString()).value;
  const next = (live: KubeObject): KubeObject =>
    acceptScale(cluster, call, { value: patched(type, scaleOf(call.type, live), patch), options });
  return store(cluster, call, { options, next });
}

function patched(type: string, scale: KubeObject, patch: JsonValue): JsonValue {
  try {
    if (type === 'application/json-patch+json') return applyJsonPatch(asJson(scale), patch);
    if (type === 'application/merge-patch+json') return applyMergePatch(asJson(scale), patch);
    if (type === 'application/strategic-merge-patch+json' && isJsonObject(patch))
      return strategicMergePatch(asJson(scale), patch, undefined);
  } catch (error) {
    if (error instanceof PatchError) throw badRequest(error.message);
    throw error;
  }
  throw unsupportedMediaType(`the body of the request was in an unknown format: ${type.slice(0, 100)}`);
}

function acceptScale(
  cluster: Cluster,
  call: Call,
  sent: { readonly value: JsonValue; readonly options: WriteOptions },
): KubeObject {
  const { fieldValidation } = sent.options;
  const as = { gvk: SCALE, schema: scaleSchema() };
  return acceptObject(cluster, call, { value: sent.value, duplicates: [], fieldValidation, as });
}

function scaleSchema(): ObjectSchema {
  const schema = builtinSchema(SCALE);
  if (schema === undefined) throw new Error('Cannot serve scale: its schema is missing');
  return schema;
}

async function store(
  cluster: Cluster,
  call: Call,
  write: { readonly options: WriteOptions; readonly next: (live: KubeObject) => KubeObject },
): Promise<ApiResponse> {
  const { type } = call;
  const paths = pathsOf(type);
  const entry = await change(cluster, call, {
    options: write.options,
    next: (live) => {
      const scale = write.next(live);
      const replicas = getPath(scale, 'spec', 'replicas') ?? 0;
      requireReplicas(replicas, call.info.name);
      const next = copyOf(live);
      set(asJson(next), paths.spec, replicas);
      const { resourceVersion, uid } = scale.metadata;
      Object.assign(next.metadata, { resourceVersion, uid });
      return next;
    },
  });
  return valueResponse(cluster, call, { object: scaleOf(type, served(type, entry.object())) });
}

function requireReplicas(replicas: JsonValue, name: string): void {
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0) return;
  const detail = 'must be greater than or equal to 0';
  throw invalid(SCALE, name, [{ type: 'FieldValueInvalid', field: 'spec.replicas', value: replicas, detail }]);
}

function pathsOf(type: ResourceType): ScalePaths {
  const scale = type.custom?.scale;
  if (scale === undefined)
    return { spec: ['spec', 'replicas'], status: ['status', 'replicas'], selector: ['spec', 'selector'] };
  const { specPath, statusPath, selectorPath } = scale;
  return {
    spec: steps(specPath),
    status: steps(statusPath),
    selector: selectorPath === undefined ? undefined : steps(selectorPath),
  };
}

function steps(path: string): readonly string[] {
  return path.split('.').filter((step) => step !== '');
}

function scaleOf(type: ResourceType, object: KubeObject): KubeObject {
  const paths = pathsOf(type);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = getPath(object, ...paths.spec);
  const selector = paths.selector === undefined ? undefined : getPath(object, ...paths.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(
      JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp }),
    ) as KubeObject['metadata'],
    spec: typeof replicas === 'number' ? { replicas } : {},
    status: {
      replicas: getPath(object, ...paths.status) ?? 0,
      ...(selector === undefined ? {} : { selector: selectorOf(selector) }),
    },
  };
}

/** Text of a selector given as text, as a label selector, or as plain labels. */
function selectorOf(selector: JsonValue): string {
  if (typeof selector === 'string') return selector;
  if (!isJsonObject(selector)) return '';
  const isSelector = 'matchLabels' in selector || 'matchExpressions' in selector;
  return selectorText(isSelector ? selector : { matchLabels: selector });
}

function set(object: JsonObject, path: readonly string[], value: JsonValue): void {
  const [step = '', ...rest] = path;
  if (rest.length === 0) {
    object[step] = value;
    return;
  }
  const child = object[step];
  const next: JsonObject = isJsonObject(child) ? child : {};
  object[step] = next;
  set(next, rest, value);
}
