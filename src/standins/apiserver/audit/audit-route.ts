import { jsonResponse } from '../http/exchange.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { badRequest } from '../status.ts';
import type { AuditLog, AuditQuery } from './audit-log.ts';

/** Not part of Kubernetes: who wrote what. Needs `get` on this path. */
export const AUDIT_PATH = '/stoa/v1/audit';

const EXACT = ['group', 'resource', 'namespace', 'name', 'uid'] as const;

/**
 * `GET /stoa/v1/audit?group=&resource=&namespace=&name=&uid=&since=`: `{ items: AuditRecord[] }`, oldest first; `since`
 * is a resource version.
 * @throws ApiError 400
 */
export function auditResponse(audit: AuditLog, params: URLSearchParams): ApiResponse {
  const given = EXACT.filter((name) => params.has(name)).map((name) => [name, params.get(name) ?? ''] as const);
  const since = params.get('since');
  if (since !== null && !/^\d{1,15}$/.test(since)) throw badRequest('since must be a resource version');
  const query: AuditQuery = {
    ...Object.fromEntries<string>(given),
    ...(since === null ? {} : { since: Number(since) }),
  };
  return jsonResponse({ items: audit.query(query) });
}
