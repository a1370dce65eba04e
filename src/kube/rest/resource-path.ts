import { ApiError } from '../api-error.ts';
import { apiVersionOf } from '../object.ts';
import type { ApiResource } from '../object.ts';

/** What of a resource a request addresses; without a name the collection. */
export interface PathTarget {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** The path below the server's URL, every segment escaped. A namespace given for a cluster-scoped kind is ignored. */
export function resourcePath(resource: ApiResource, target: PathTarget): string {
  const root = resource.group === '' ? ['api'] : ['apis'];
  const segments = [...root, ...apiVersionOf(resource).split('/')];
  if (resource.namespaced && target.namespace) segments.push('namespaces', target.namespace);
  segments.push(resource.resource);
  if (target.name !== undefined) segments.push(target.name);
  if (target.subresource !== undefined) segments.push(...target.subresource.split('/'));
  return `/${segments.map(segment).join('/')}`;
}

/**
 * The namespace is required to address one object of a namespaced kind, or to create one.
 * @throws ApiError `BadRequest`
 */
export function requireNamespace(resource: ApiResource, namespace: string | undefined): void {
  if (!resource.namespaced || namespace) return;
  throw new ApiError({
    httpCode: 400,
    reason: 'BadRequest',
    message: `Cannot address a ${resource.kind} without a namespace`,
    group: resource.group,
    kind: resource.resource,
  });
}

function segment(text: string): string {
  if (text !== '' && text !== '.' && text !== '..') return encodeURIComponent(text);
  throw new ApiError({
    httpCode: 400,
    reason: 'BadRequest',
    message: `Cannot use as a part of a path: ${JSON.stringify(text)}`,
  });
}
