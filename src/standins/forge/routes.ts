import { Hono } from 'hono';
import type { Context } from 'hono';
import { messageOf } from '../../core/index.ts';
import type { Fetch, Logger } from '../../core/index.ts';
import { GitError } from '../../git/index.ts';
import { createApi } from './api/api.ts';
import type { ApiPorts } from './api/request.ts';
import { ForgeHttpError, notFound } from './errors.ts';
import { GitRoutes, REALM } from './git/git-routes.ts';
import { servePage } from './pages/page-routes.ts';

export interface RoutePorts extends ApiPorts {
  readonly url: string;
  readonly logger: Logger;
}

/** Git over smart HTTP, the API below `/api/v4`, and a few pages to read. */
export function createRoutes(ports: RoutePorts): Fetch {
  const { database, createProject, logger } = ports;
  const git = new GitRoutes({
    ...ports,
    projects: database.projects,
    createProject: (path) => createProject(path, 'public'),
  });
  const app = new Hono();
  app.onError((error, c) => failure(error, c, logger));
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.route('/api/v4', createApi(ports));
  app.all('/api/*', () => {
    throw notFound('Route');
  });
  app.all('*', async (c) => (await git.serve(c.req.raw)) ?? servePage(ports, c.req.raw));
  return async (input, init) => app.fetch(new Request(input, init));
}

function failure(error: unknown, c: Context, logger: Logger): Response {
  const known = error instanceof GitError && error.code === 'INVALID' ? new ForgeHttpError(400, error.message) : error;
  if (!(known instanceof ForgeHttpError)) {
    logger.error('the forge failed', { path: c.req.path, reason: messageOf(known) });
    return Response.json({ message: '500 Internal Server Error' }, { status: 500 });
  }
  const headers = known.status === 401 && !c.req.path.startsWith('/api/') ? REALM : {};
  return Response.json({ message: known.body }, { status: known.status, headers });
}
