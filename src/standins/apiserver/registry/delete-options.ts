import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { invalid } from '../field-error.ts';
import type { FieldError } from '../field-error.ts';
import { readDocument } from '../http/body.ts';
import { badRequest } from '../status.ts';
import { parseDryRun } from './write-options.ts';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly propagation: Propagation | undefined;
  readonly graceSeconds: number | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

/** From the body, or from the parameters when there is none. @throws ApiError 400, 422 */
export async function deleteOptions(cluster: Cluster, call: Call): Promise<DeleteOptions> {
  const body = await call.request.body();
  const given = body.length === 0 ? fromParameters(call.params) : await fromBody(cluster, call);
  return parseDeleteOptions(given);
}

function fromParameters(params: URLSearchParams): JsonObject {
  const grace = params.get('gracePeriodSeconds');
  const propagation = params.get('propagationPolicy');
  const dryRun = params.getAll('dryRun');
  return {
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(propagation === null ? {} : { propagationPolicy: propagation }),
    ...(dryRun.length === 0 ? {} : { dryRun }),
  };
}

async function fromBody(cluster: Cluster, call: Call): Promise<JsonObject> {
  const { value } = await readDocument(call.request, cluster.protobuf);
  if (!isJsonObject(value)) throw badRequest('the body of a DELETE must be DeleteOptions');
  const { kind = 'DeleteOptions' } = value;
  if (kind !== 'DeleteOptions') throw badRequest(`the body of a DELETE must be DeleteOptions, found: ${text(kind)}`);
  return { ...fromParameters(call.params), ...value };
}

function text(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const POLICIES: ReadonlySet<unknown> = new Set(['Background', 'Foreground', 'Orphan']);

/** @throws ApiError 422 */
export function parseDeleteOptions(given: JsonObject): DeleteOptions {
  const errors: FieldError[] = [];
  const dryRun = parseDryRun(Array.isArray(given['dryRun']) ? given['dryRun'].map(text) : [], errors);
  const propagation = propagationOf(given, errors);
  const graceSeconds = graceOf(given['gracePeriodSeconds'], errors);
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' }, '', errors);
  const preconditions = isJsonObject(given['preconditions']) ? given['preconditions'] : {};
  const { uid, resourceVersion } = preconditions;
  return {
    dryRun,
    propagation,
    graceSeconds,
    uid: typeof uid === 'string' ? uid : undefined,
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined,
  };
}

function propagationOf(given: JsonObject, errors: FieldError[]): Propagation | undefined {
  const { propagationPolicy, orphanDependents } = given;
  if (propagationPolicy === undefined || propagationPolicy === null) {
    if (typeof orphanDependents !== 'boolean') return undefined;
    return orphanDependents ? 'Orphan' : 'Background';
  }
  if (POLICIES.has(propagationPolicy)) return propagationPolicy as Propagation;
  errors.push({
    type: 'FieldValueNotSupported',
    field: 'propagationPolicy',
    value: propagationPolicy,
    detail: 'supported values: "Foreground", "Background", "Orphan", "nil"',
  });
  return undefined;
}

function graceOf(value: JsonValue | undefined, errors: FieldError[]): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value)) return Math.max(value, value < 0 ? 1 : 0);
  errors.push({ type: 'FieldValueInvalid', field: 'gracePeriodSeconds', value, detail: 'must be an integer' });
  return undefined;
}
