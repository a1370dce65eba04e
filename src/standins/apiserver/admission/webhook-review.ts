import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { ApiError, PatchError, applyJsonPatch, asJson } from '../../../kube/index.ts';
import type { KubeObject, StatusReason } from '../../../kube/index.ts';
import type { AdmissionRequest } from '../ports.ts';
import { textAt, textsAt } from '../tables/values.ts';
import type { Asked } from './webhook-configuration.ts';

export const REVIEW = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' } as const;

/** What a webhook is asked; `matched` is the version that its rules name. */
export function reviewOf(request: AdmissionRequest, matched: Asked, uid: string): JsonObject {
  const { gvk, resource, subresource, namespace, name, operation, user, dryRun } = request;
  const kind = { group: matched.group, version: matched.version, kind: gvk.kind };
  const plural = { group: matched.group, version: matched.version, resource };
  const extra = Object.entries(user.extra ?? {}).map(([key, values]): [string, JsonValue] => [key, [...values]]);
  return {
    ...REVIEW,
    request: {
      uid,
      kind,
      resource: plural,
      ...(subresource === '' ? {} : { subResource: subresource, requestSubResource: subresource }),
      requestKind: { ...gvk },
      requestResource: { group: gvk.group, version: gvk.version, resource },
      name,
      ...(namespace === '' ? {} : { namespace }),
      operation,
      userInfo: {
        username: user.name,
        groups: [...user.groups],
        ...(user.uid === undefined ? {} : { uid: user.uid }),
        ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
      },
      object: versioned(request.object, matched),
      oldObject: versioned(request.oldObject, matched),
      dryRun,
      options: { apiVersion: 'meta.k8s.io/v1', kind: OPTIONS[operation] ?? '' },
    },
  };
}

const OPTIONS: Readonly<Record<string, string>> = {
  CREATE: 'CreateOptions',
  DELETE: 'DeleteOptions',
  UPDATE: 'UpdateOptions',
};

function versioned(object: KubeObject | undefined, { group, version }: Asked): JsonValue {
  if (object === undefined) return null;
  return { ...asJson(object), apiVersion: group === '' ? version : `${group}/${version}` };
}

export interface Verdict {
  /** Of a mutating webhook. */
  readonly patch: JsonValue | undefined;
  readonly warnings: readonly string[];
}

/**
 * What a webhook said.
 * @throws ApiError when it refuses
 * @throws Error when it is no answer to the question
 */
export function verdictOf(answer: JsonValue, asked: { readonly uid: string; readonly webhook: string }): Verdict {
  const response = isJsonObject(answer) ? answer['response'] : undefined;
  if (!isJsonObject(answer) || !isJsonObject(response)) throw new Error('its answer has no response');
  if (answer['apiVersion'] !== REVIEW.apiVersion || answer['kind'] !== REVIEW.kind)
    throw new Error(`its answer is no ${REVIEW.kind} of ${REVIEW.apiVersion}`);
  if (response['uid'] !== asked.uid) throw new Error('it answered another question');
  if (response['allowed'] !== true) throw denied(asked.webhook, response['status']);
  const { patch } = response;
  if (typeof patch === 'string' && response['patchType'] !== 'JSONPatch')
    throw new Error('its patch must be a JSONPatch');
  return {
    patch: typeof patch === 'string' ? (JSON.parse(Buffer.from(patch, 'base64').toString()) as JsonValue) : undefined,
    warnings: textsAt(response, 'warnings'),
  };
}

function denied(webhook: string, status: JsonValue | undefined): ApiError {
  const by = `admission webhook "${webhook}" denied the request`;
  const why = textAt(status, ['message']) || textAt(status, ['reason']);
  const code = isJsonObject(status) && typeof status['code'] === 'number' ? status['code'] : 400;
  return new ApiError({
    httpCode: code >= 400 && code < 600 ? code : 400,
    reason: textAt(status, ['reason'], 'BadRequest') as StatusReason,
    message: why === '' ? `${by} without explanation` : `${by}: ${why}`,
  });
}

/** @throws Error when the patch does not fit */
export function patched(object: KubeObject, patch: JsonValue): KubeObject {
  try {
    const next = applyJsonPatch(structuredClone(asJson(object)), patch);
    if (!isJsonObject(next) || !isJsonObject(next['metadata'])) throw new Error('its patch leaves no object');
    return next as unknown as KubeObject;
  } catch (error) {
    if (error instanceof PatchError) throw new Error(`its patch does not fit: ${error.message}`, { cause: error });
    throw error;
  }
}
