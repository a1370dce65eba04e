import { Hono } from 'hono';
import type { Context } from 'hono';
import { forbidden, notFound } from '../errors.ts';
import { discussionRoutes } from './discussion-routes.ts';
import { mergeRequestRoutes } from './merge-request-routes.ts';
import { pipelineRoutes } from './pipeline-routes.ts';
import { hookRoutes, projectRoutes } from './project-routes.ts';
import { branchRoutes, commitRoutes } from './repository-routes.ts';
import { ApiRequests } from './request.ts';
import type { ApiPorts } from './request.ts';

/** The routes of GitLab's REST v4 that deliveries use, below `/api/v4`; every other one is answered with 404. */
export function createApi(ports: ApiPorts & { readonly url: string }): Hono {
  const api = new Hono();
  const requests = new ApiRequests(ports);
  api.use('*', async (c: Context, next) => {
    const origin = c.req.header('origin');
    // A browser that remembers a password must not lend it to another site.
    if (origin !== undefined && origin !== ports.url && c.req.method !== 'GET') throw forbidden('other origin');
    await requests.caller(c);
    await next();
    c.header('x-content-type-options', 'nosniff');
    c.header('cache-control', 'no-store');
  });
  projectRoutes(api, ports);
  hookRoutes(api, ports);
  mergeRequestRoutes(api, ports);
  discussionRoutes(api, ports);
  commitRoutes(api, ports);
  branchRoutes(api, ports);
  pipelineRoutes(api, ports);
  api.all('*', (c) => {
    throw notFound(`Route ${c.req.method} ${c.req.path.slice(0, 200)}`);
  });
  return api;
}
