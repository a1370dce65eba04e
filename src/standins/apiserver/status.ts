import type { JsonObject } from '../../core/index.ts';
import { ApiError } from '../../kube/index.ts';
import type { StatusCause } from '../../kube/index.ts';

/** The group and plural of a resource, as messages name it. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

export interface NamedResource extends GroupResource {
  readonly name: string;
}

/** `deployments.apps`, or `pods` for the core group. */
export function groupResourceText(of: GroupResource): string {
  return of.group === '' ? of.resource : `${of.resource}.${of.group}`;
}

function details(
  of: GroupResource,
  name: string,
): { readonly group: string; readonly kind: string; objectName: string } {
  return { group: of.group, kind: of.resource, objectName: name };
}

export function notFound(of: GroupResource, name: string): ApiError {
  const message = `${groupResourceText(of)} "${name}" not found`;
  return new ApiError({ httpCode: 404, reason: 'NotFound', message, ...details(of, name) });
}

/** No such path, group, version or resource. */
export function noSuchResource(): ApiError {
  const message = 'the server could not find the requested resource';
  return new ApiError({ httpCode: 404, reason: 'NotFound', message });
}

export function alreadyExists(of: GroupResource, name: string): ApiError {
  const message = `${groupResourceText(of)} "${name}" already exists`;
  return new ApiError({ httpCode: 409, reason: 'AlreadyExists', message, ...details(of, name) });
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(of: GroupResource, name: string, why = MODIFIED): ApiError {
  const message = `Operation cannot be fulfilled on ${groupResourceText(of)} "${name}": ${why}`;
  return new ApiError({ httpCode: 409, reason: 'Conflict', message, ...details(of, name) });
}

export function badRequest(message: string): ApiError {
  return new ApiError({ httpCode: 400, reason: 'BadRequest', message });
}

export function unauthorized(): ApiError {
  return new ApiError({ httpCode: 401, reason: 'Unauthorized', message: 'Unauthorized' });
}

export function forbidden(of: NamedResource, why: string, causes?: readonly StatusCause[]): ApiError {
  const quoted = of.name === '' ? '' : ` "${of.name}"`;
  const message = `${groupResourceText(of)}${quoted} is forbidden: ${why}`;
  const more = causes === undefined ? {} : { causes };
  return new ApiError({ httpCode: 403, reason: 'Forbidden', message, ...details(of, of.name), ...more });
}

export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError({ httpCode: 405, reason: 'MethodNotAllowed', message });
}

export function unsupportedMediaType(message: string): ApiError {
  return new ApiError({ httpCode: 415, reason: 'UnsupportedMediaType', message });
}

export function tooLarge(limit: number): ApiError {
  const message = `Request entity too large: limit is ${limit}`;
  return new ApiError({ httpCode: 413, reason: 'RequestEntityTooLarge', message });
}

/** The history that a watch or a continue token needs has been forgotten: list again. */
export function expired(message: string): ApiError {
  return new ApiError({ httpCode: 410, reason: 'Expired', message });
}

export function tooLargeResourceVersion(asked: number, current: number): ApiError {
  return new ApiError({
    httpCode: 504,
    reason: 'Timeout',
    message: `Too large resource version: ${asked}, current: ${current}`,
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** Writes are refused because the data directory cannot take them. */
export function insufficientStorage(why: string, cause?: unknown): ApiError {
  const message = `the cluster is read-only: ${why}`;
  return new ApiError({ httpCode: 507, reason: 'InsufficientStorage', message, retryAfterSeconds: 5 }, cause);
}

export function internalError(): ApiError {
  return new ApiError({ httpCode: 500, reason: 'InternalError', message: 'Internal error occurred' });
}

/** A failure as the `metav1.Status` that goes over the wire. */
export function statusBody(error: ApiError): JsonObject {
  const { httpCode, reason, message } = error.status;
  const given = statusDetails(error);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(Object.keys(given).length > 0 ? { details: given } : {}),
    code: httpCode,
  };
}

function statusDetails(error: ApiError): JsonObject {
  const { group, kind, objectName, causes, retryAfterSeconds } = error.status;
  return {
    ...(objectName === undefined || objectName === '' ? {} : { name: objectName }),
    ...(group === undefined || group === '' ? {} : { group }),
    ...(kind === undefined ? {} : { kind }),
    ...(causes === undefined ? {} : { causes: causes.map((cause) => ({ ...cause })) }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** What DELETE answers when the object is gone. */
export function deletedBody(of: NamedResource, uid: string): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: of.name, ...(of.group === '' ? {} : { group: of.group }), kind: of.resource, uid },
  };
}
