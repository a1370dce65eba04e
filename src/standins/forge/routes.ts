import { Hono } from 'hono';
import type { Context } from 'hono';
import { messageOf } from '../../core/index.ts';
import type { Fetch, Logger } from '../../core/index.ts';
import { GitError } from '../../git/index.ts';
import type { Account } from './accounts.ts';
import { createApi } from './api.ts';
import type { ApiPorts } from './api.ts';
import type { ProjectRow } from './database.ts';
import { ForgeHttpError, notFound } from './errors.ts';
import { advertise, receivePack, uploadPack } from './git-http.ts';
import type { RefUpdate } from './git-http.ts';
import { mayWrite } from './merge-requests.ts';
import { PAGE_HEADERS, mergeRequestPage, projectPage } from './pages.ts';
import { checkProjectPath } from './repositories.ts';

export interface RoutePorts extends ApiPorts {
  readonly url: string;
  readonly logger: Logger;
  readonly pushed: (project: ProjectRow, updates: readonly RefUpdate[], user: string) => void;
}

const GIT_PATH = /^\/(?<path>[^?]+?)(\.git)?\/(?<action>info\/refs|git-upload-pack|git-receive-pack)$/;
const MERGE_REQUEST_PATH = /^\/(?<path>.+)\/-\/merge_requests\/(?<iid>\d+)$/;
const REALM = { 'www-authenticate': 'Basic realm="stoa-cd forge"' };

/** Git over smart HTTP, the API below `/api/v4`, and a few pages to read. */
export function createRoutes(ports: RoutePorts): Fetch {
  const app = new Hono();
  app.onError((error, c) => failure(error, c, ports.logger));
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.route('/api/v4', createApi(ports));
  app.all('/api/*', () => {
    throw notFound('Route');
  });
  app.all('*', async (c) => {
    const { path, action } = GIT_PATH.exec(c.req.path)?.groups ?? {};
    if (path !== undefined && action !== undefined)
      return serveGit(ports, c.req.raw, { path: decodeURIComponent(path), action });
    return servePage(ports, c);
  });
  return async (input, init) => app.fetch(new Request(input, init));
}

interface GitAddress {
  readonly path: string;
  readonly action: string;
}

async function serveGit(ports: RoutePorts, request: Request, { path, action }: GitAddress): Promise<Response> {
  const service = action === 'info/refs' ? new URL(request.url).searchParams.get('service') : action;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack')
    throw new ForgeHttpError(403, 'Only the smart protocol is served: use git 2.0 or newer');
  const account = await ports.accounts.of(request.headers);
  if (account === 'refused') return challenge();
  if (service === 'git-receive-pack' && account === undefined) return challenge();
  const project = await projectFor(ports, path, service === 'git-receive-pack' ? account : undefined);
  const gitRequest = { directory: ports.repositories.directory(project.path), service, request } as const;
  if (action === 'info/refs') return advertise(gitRequest);
  if (service === 'git-upload-pack') return uploadPack(gitRequest);
  return receive(ports, project, { request: gitRequest, account: account as Account });
}

async function receive(
  ports: RoutePorts,
  project: ProjectRow,
  { request, account }: { readonly request: Parameters<typeof receivePack>[0]; readonly account: Account },
): Promise<Response> {
  return receivePack(request, {
    account,
    done: async (updates) => {
      const refs = await ports.repositories.open(project.path).refs('refs/');
      const moved = updates.filter(
        ({ ref, after, before }) => (refs.get(ref) ?? '0'.repeat(40)) === after && before !== after,
      );
      if (moved.length === 0) return;
      await ports.mergeRequests.afterPush(project, moved);
      ports.pushed(project, moved, account.name);
    },
  });
}

/** Pushing to a project that is not there makes it, as on GitLab. */
async function projectFor(
  { database, createProject }: RoutePorts,
  path: string,
  pusher: Account | undefined,
): Promise<ProjectRow> {
  const project = database.project(path);
  if (project !== undefined) return project;
  if (pusher === undefined) throw notFound('Project');
  mayWrite(pusher);
  return createProject(checkProjectPath(path));
}

async function servePage({ database, repositories, mergeRequests, url }: RoutePorts, c: Context): Promise<Response> {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') throw new ForgeHttpError(405, '405 Method Not Allowed');
  const { path, iid } = MERGE_REQUEST_PATH.exec(c.req.path)?.groups ?? {
    path: c.req.path.slice(1).replace(/\.git$/, ''),
  };
  const project = database.project(path ?? '');
  if (project === undefined) throw notFound('Project');
  if (iid === undefined) {
    return c.html(
      projectPage(project, database.mergeRequests(project.id), `${url}/${project.path}.git`),
      200,
      PAGE_HEADERS,
    );
  }
  const row = mergeRequests.get(project, Number(iid));
  const repository = repositories.open(project.path);
  const from =
    row.mergeCommit === null
      ? await repositories.branch(project.path, row.target)
      : (await repository.commit(row.mergeCommit)).parents[0];
  const diff = from === undefined ? '' : await repositories.diff(project.path, from, row.sha);
  const approvers = database.approvals(row.id).map(({ username }) => username);
  return c.html(mergeRequestPage({ project, row, approvers, notes: database.notes(row.id), diff }), 200, PAGE_HEADERS);
}

function challenge(): Response {
  return new Response('HTTP Basic: Access denied\n', { status: 401, headers: REALM });
}

function failure(error: unknown, c: Context, logger: Logger): Response {
  if (error instanceof ForgeHttpError) {
    const headers = error.status === 401 && !c.req.path.startsWith('/api/') ? REALM : {};
    return Response.json({ message: error.message }, { status: error.status, headers });
  }
  if (error instanceof GitError && error.code === 'INVALID')
    return Response.json({ message: error.message }, { status: 400 });
  logger.error('the forge failed', { path: c.req.path, reason: messageOf(error) });
  return Response.json({ message: '500 Internal Server Error' }, { status: 500 });
}
