import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import {
  ApiError,
  ApplyConflictError,
  PatchError,
  applyJsonPatch,
  applyMergePatch,
  asJson,
  serverSideApply,
  strategicMergePatch,
} from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { invalid } from '../field-error.ts';
import { parseYamlText } from '../http/body.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { parseJsonText } from '../http/json-text.ts';
import type { ParsedJson } from '../http/json-text.ts';
import { parseMediaType } from '../http/negotiate.ts';
import { badRequest, methodNotAllowed, unsupportedMediaType } from '../status.ts';
import { acceptObject, placeObject, typed } from './accept-object.ts';
import { create } from './create.ts';
import { placeOf } from './read.ts';
import { resetFields } from './prepare.ts';
import { objectResponse } from './render.ts';
import { change } from './update.ts';
import { writeOptions } from './write-options.ts';
import type { WriteOptions } from './write-options.ts';

type PatchFunction = (live: JsonObject, patch: JsonValue, call: Call) => JsonValue;

const PATCHES: ReadonlyMap<string, PatchFunction> = new Map<string, PatchFunction>([
  ['application/json-patch+json', applyJsonPatch],
  ['application/merge-patch+json', applyMergePatch],
  [
    'application/strategic-merge-patch+json',
    (live, patch, call) => {
      if (call.type.custom !== undefined) throw unsupported(call);
      if (!isJsonObject(patch)) throw new PatchError('Cannot apply a strategic merge patch: not an object');
      return strategicMergePatch(live, patch, call.type.schema);
    },
  ],
]);

const APPLY = 'application/apply-patch+yaml';

/** PATCH. @throws ApiError */
export async function patchObject(cluster: Cluster, call: Call): Promise<ApiResponse> {
  if (call.info.name === '') throw methodNotAllowed();
  const options = writeOptions(call);
  const { type } = parseMediaType(call.request.header('content-type') ?? '');
  if (type === APPLY) return applyPatch(cluster, call, options);
  if (options.force !== undefined) throw forceWithoutApply();
  const apply = PATCHES.get(type);
  if (apply === undefined) throw unsupported(call);
  const patch = parseJsonText((await call.request.body()).toString());
  warnDuplicates(call, patch, options);
  const next = (live: KubeObject): KubeObject => {
    const patched = patchedDocument(() => apply(asJson(live), patch.value, call), call);
    const sent = acceptObject(cluster, call, {
      value: patched,
      duplicates: [],
      fieldValidation: options.fieldValidation,
    });
    placeObject(call, sent);
    return sent;
  };
  const entry = await change(cluster, call, { options, next });
  return objectResponse(cluster, call, { entry });
}

function unsupported(call: Call): ApiError {
  const known = [...PATCHES.keys(), APPLY].filter(
    (each) => call.type.custom === undefined || !each.includes('strategic'),
  );
  return unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')}`,
  );
}

function forceWithoutApply(): ApiError {
  const detail = 'may not be specified for non-apply patch';
  return invalid({ group: 'meta.k8s.io', version: 'v1', kind: 'PatchOptions' }, '', [
    { type: 'FieldValueForbidden', field: 'force', detail },
  ]);
}

function warnDuplicates(call: Call, patch: ParsedJson, options: WriteOptions): void {
  const problems = patch.duplicates.map((field) => `duplicate field "${field}"`);
  if (problems.length === 0 || options.fieldValidation === 'Ignore') return;
  if (options.fieldValidation === 'Strict') throw badRequest(`strict decoding error: ${problems.join(', ')}`);
  for (const problem of problems) call.warnings.add(problem);
}

function patchedDocument(apply: () => JsonValue, call: Call): JsonValue {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw patchRefused(error, call);
  }
}

/** A patch that cannot be read is a bad request; one that does not fit the object is unprocessable. */
function patchRefused(error: PatchError, call: Call): ApiError {
  const { type, info } = call;
  const isJsonPatch = error.message.includes('JSON patch operation');
  if (!isJsonPatch) return badRequest(error.message);
  const message = `the server rejected our request due to an error in our request: ${error.message}`;
  return new ApiError(
    { httpCode: 422, reason: 'Invalid', message, group: type.group, kind: type.resource, objectName: info.name },
    error,
  );
}

async function applyPatch(cluster: Cluster, call: Call, options: WriteOptions): Promise<ApiResponse> {
  if (!options.namedManager) throw managerRequired();
  const document = parseYamlText((await call.request.body()).toString());
  const { apiVersion, kind } = isJsonObject(document.value) ? document.value : {};
  if (apiVersion === undefined || kind === undefined)
    throw badRequest('apply requires apiVersion and kind to be set in the object');
  const config = acceptObject(cluster, call, { ...document, fieldValidation: options.fieldValidation });
  placeObject(call, config);
  if ((config.metadata.generateName ?? '') !== '' && (config.metadata.name ?? '') === '')
    throw badRequest('metadata.name is required for apply');
  const apply = (live?: KubeObject): KubeObject =>
    applied(cluster, call, { config, options, ...(live === undefined ? {} : { live }) });
  const collection = cluster.store.collection(call.type.collection);
  if (collection.get(placeOf(call), call.info.name) !== undefined || call.info.subresource !== '') {
    const entry = await change(cluster, call, { options, tracked: true, next: apply });
    return objectResponse(cluster, call, { entry });
  }
  const entry = await create(cluster, call, { object: newObject(apply()), options, tracked: true });
  return objectResponse(cluster, call, { entry, status: 201 });
}

function newObject(object: KubeObject): KubeObject {
  if ((object.metadata.uid ?? '') === '' && (object.metadata.resourceVersion ?? '') === '') return object;
  const message = `Operation cannot be fulfilled on "${object.metadata.name ?? ''}": the object does not exist, but uid or resourceVersion is set`;
  throw new ApiError({ httpCode: 409, reason: 'Conflict', message });
}

interface Application {
  readonly live?: KubeObject;
  readonly config: KubeObject;
  readonly options: WriteOptions;
}

function applied(cluster: Cluster, call: Call, { live, config, options }: Application): KubeObject {
  const { subresource } = call.info;
  try {
    const result = serverSideApply({
      config,
      manager: options.fieldManager,
      force: options.force ?? false,
      schema: call.type.schema,
      now: cluster.clock.now(),
      resetFields: resetFields(call),
      ...(live === undefined ? {} : { live }),
      ...(subresource === '' ? {} : { subresource }),
    });
    return typed(cluster, call, structuredClone(asJson(result))).object;
  } catch (error) {
    if (error instanceof ApplyConflictError) throw applyConflict(error);
    if (error instanceof PatchError) throw badRequest(error.message);
    throw error;
  }
}

function applyConflict(error: ApplyConflictError): ApiError {
  const causes = error.conflicts.map(({ message, field }) => ({ reason: 'FieldManagerConflict', message, field }));
  return new ApiError({ httpCode: 409, reason: 'Conflict', message: error.message, causes }, error);
}

function managerRequired(): ApiError {
  const detail = 'is required for apply patch';
  return invalid({ group: 'meta.k8s.io', version: 'v1', kind: 'PatchOptions' }, '', [
    { type: 'FieldValueRequired', field: 'fieldManager', detail },
  ]);
}
