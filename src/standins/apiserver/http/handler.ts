import { messageOf } from '../../../core/index.ts';
import { isApiError } from '../../../kube/index.ts';
import type { Authenticator } from '../access/authenticator.ts';
import type { Call, Cluster } from '../cluster.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { OpenApi } from '../discovery/open-api.ts';
import { hasSubresource } from '../resources/resource-type.ts';
import { internalError, methodNotAllowed, noSuchResource, statusBody } from '../status.ts';
import { jsonResponse, textResponse } from './exchange.ts';
import type { ApiRequest, ApiResponse } from './exchange.ts';
import { parseResourcePath } from './request-info.ts';
import type { RequestInfo } from './request-info.ts';
import { bindPod } from '../subresources/binding.ts';
import { MAIN_ROUTES, SUBRESOURCE_ROUTES } from './routes.ts';
import { VERSION_INFO } from './version-info.ts';

export type Handler = (request: ApiRequest) => Promise<ApiResponse>;

export interface HandlerParts {
  readonly cluster: Cluster;
  readonly authenticator: Authenticator;
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
  const user = parts.authenticator.authenticate(request);
  const info = parseResourcePath(request.method, request.url);
  if (info === undefined) return other(parts, request);
  return resource(parts, { request, info, user });
}

const HEALTH: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/livez']);

/** Paths without a resource. */
function other({ discovery, openApi }: HandlerParts, request: ApiRequest): ApiResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  const { pathname } = request.url;
  if (HEALTH.has(`/${pathname.split('/')[1] ?? ''}`)) return textResponse('ok');
  if (pathname === '/version' || pathname === '/version/') return jsonResponse(VERSION_INFO);
  const found = discovery.respond(request) ?? openApi.respond(request);
  if (found !== undefined) return found;
  throw noSuchResource();
}

async function resource(
  { cluster }: HandlerParts,
  given: Pick<Call, 'request' | 'user'> & { readonly info: RequestInfo },
): Promise<ApiResponse> {
  const { info } = given;
  const type = cluster.catalog.find(info.group, info.version, info.resource);
  if (type === undefined) throw noSuchResource();
  if (info.namespace !== '' && !type.namespaced && type.collection !== 'namespaces') throw noSuchResource();
  const call: Call = { ...given, type, params: given.request.url.searchParams, warnings: new Set() };
  const route = routeOf(call);
  const response = await route(cluster, call);
  return withWarnings(response, call.warnings);
}

function routeOf(call: Call): typeof MAIN_ROUTES extends ReadonlyMap<string, infer R> ? R : never {
  const { info, type } = call;
  if (info.subresource === '') {
    if (type.resource === 'bindings' && info.verb === 'create') return bindPod;
    const allowed = type.verbs.some((verb) => verb === info.verb);
    const route = allowed ? MAIN_ROUTES.get(info.verb) : undefined;
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
