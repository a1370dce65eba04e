import { messageOf } from '../../../core/index.ts';
import { isApiError } from '../../../kube/index.ts';
import { pathAttributes, resourceAttributes } from '../access/attributes.ts';
import { impersonate } from '../access/impersonation.ts';
import { isReview, review } from '../access/reviews.ts';
import { auditResponse, AUDIT_PATH } from '../audit/audit-route.ts';
import type { Call, Cluster } from '../cluster.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { OpenApi } from '../discovery/open-api.ts';
import { hasSubresource } from '../resources/resource-type.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { internalError, methodNotAllowed, noSuchResource, statusBody } from '../status.ts';
import { jsonResponse, textResponse } from './exchange.ts';
import type { ApiRequest, ApiResponse } from './exchange.ts';
import { parseResourcePath } from './request-info.ts';
import type { RequestInfo } from './request-info.ts';
import { bindPod } from '../subresources/binding.ts';
import { MAIN_ROUTES, SUBRESOURCE_ROUTES } from './routes.ts';
import type { Route } from './routes.ts';
import { VERSION_INFO } from './version-info.ts';

export type Handler = (request: ApiRequest) => Promise<ApiResponse>;

export interface HandlerParts {
  readonly cluster: Cluster;
  readonly discovery: Discovery;
  readonly openApi: OpenApi;
}

/** The API as one function; sockets and callers within the process use the same. */
export function createHandler(parts: HandlerParts): Handler {
  return async (request) => {
    try {
      return await handle(parts, request);
    } catch (error) {
      return failure(parts, request, error);
    }
  };
}

function failure({ cluster }: HandlerParts, request: ApiRequest, error: unknown): ApiResponse {
  const known = isApiError(error) ? error : internalError();
  if (known !== error)
    cluster.logger.error('request failed', {
      method: request.method,
      path: request.url.pathname,
      reason: messageOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
  const { retryAfterSeconds } = known.status;
  const response = jsonResponse(statusBody(known), known.status.httpCode);
  if (retryAfterSeconds === undefined) return response;
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } };
}

async function handle(parts: HandlerParts, request: ApiRequest): Promise<ApiResponse> {
  const { authenticator, authorizer } = parts.cluster;
  const actor = authenticator.authenticate(request);
  const user = impersonate(actor, request, authorizer);
  const info = parseResourcePath(request.method, request.url);
  if (info === undefined || info.resource === '') {
    authorizer.require(pathAttributes(user, request.method.toLowerCase(), request.url.pathname));
    return other(parts, request);
  }
  const { cluster } = parts;
  const type = typeOf(cluster, info);
  authorizer.require(resourceAttributes(user, info));
  const call: Call = {
    request,
    info,
    type,
    user,
    ...(actor === user ? {} : { impersonatedBy: actor.name }),
    userAgent: request.header('user-agent') ?? '',
    params: request.url.searchParams,
    warnings: new Set(),
  };
  return resource(cluster, call);
}

const HEALTH: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/livez']);

/** Paths without a resource. */
function other({ cluster, discovery, openApi }: HandlerParts, request: ApiRequest): ApiResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  const { pathname } = request.url;
  if (HEALTH.has(`/${pathname.split('/')[1] ?? ''}`)) return textResponse('ok');
  if (pathname === '/version' || pathname === '/version/') return jsonResponse(VERSION_INFO);
  if (pathname === AUDIT_PATH) return auditResponse(cluster.audit, request.url.searchParams);
  const found = discovery.respond(request) ?? openApi.respond(request);
  if (found !== undefined) return found;
  throw noSuchResource();
}

function typeOf({ catalog }: Cluster, info: RequestInfo): ResourceType {
  const type = catalog.find(info.group, info.version, info.resource);
  if (type === undefined) throw noSuchResource();
  if (info.namespace !== '' && !type.namespaced && type.collection !== 'namespaces') throw noSuchResource();
  return type;
}

async function resource(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const { custom } = call.type;
  if (custom?.deprecation !== undefined) call.warnings.add(custom.deprecation);
  const route = routeOf(call);
  const response = await route(cluster, call);
  return withWarnings(response, call.warnings);
}

function routeOf(call: Call): Route {
  const { info, type } = call;
  if (info.subresource === '') {
    if (type.resource === 'bindings' && info.verb === 'create') return bindPod;
    const allowed = type.verbs.some((verb) => verb === info.verb);
    const main = isReview(type.kind) ? review : MAIN_ROUTES.get(info.verb);
    const route = allowed ? main : undefined;
    if (route === undefined) throw methodNotAllowed();
    return route;
  }
  if (!hasSubresource(type, info.subresource)) throw noSuchResource();
  const route = SUBRESOURCE_ROUTES.get(`${info.subresource} ${info.verb}`);
  if (route === undefined) throw methodNotAllowed();
  return route;
}

const MAX_WARNINGS = 20;

function withWarnings(response: ApiResponse, warnings: ReadonlySet<string>): ApiResponse {
  if (warnings.size === 0) return response;
  const texts = [...warnings].slice(0, MAX_WARNINGS).map((text) => `299 - ${quoted(text)}`);
  return { ...response, headers: { ...response.headers, warning: texts } };
}

/** A quoted string of HTTP: one line of printable characters. */
function quoted(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);
  return `"${plain.replace(/["\\]/g, '\\$&')}"`;
}
