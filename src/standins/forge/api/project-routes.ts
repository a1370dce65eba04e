import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { mayCreateProjects } from '../accounts.ts';
import { ForgeHttpError, badRequest, forbidden, notFound } from '../errors.ts';
import { ApiRequests, bodyOf, pageOf } from './request.ts';
import type { ApiPorts } from './request.ts';
import type { ProjectRow } from '../store/project-store.ts';

const projectSchema = z.object({
  path: z.string().optional(),
  name: z.string().optional(),
  namespace_path: z.string().default('stoa'),
  visibility: z.enum(['public', 'private']).default('public'),
});

const flag = z.union([z.boolean(), z.stringbool()]);
const hookSchema = z.object({
  url: z.url({ protocol: /^https?$/ }),
  token: z.string().default(''),
  push_events: flag.default(true),
  merge_requests_events: flag.default(false),
});

/** Users, projects and their hooks. */
export function projectRoutes(api: Hono, ports: ApiPorts): void {
  const { database, json, createProject } = ports;
  const requests = new ApiRequests(ports);

  api.get('/user', async (c) => c.json(json.user((await requests.account(c)).name)));
  api.get('/users', async (c) => {
    await requests.account(c);
    const user = database.projects.findUser(c.req.query('username') ?? '');
    return pageOf(c, user === undefined ? [] : [user], ({ name }) => json.user(name));
  });
  api.get('/users/:user', async (c) => {
    await requests.account(c);
    const user = database.projects.findUser(Number(c.req.param('user')));
    if (user === undefined) throw notFound('User');
    return c.json(json.user(user.name));
  });
  api.get('/version', async (c) => {
    await requests.account(c);
    return c.json({ version: '17.0.0-stoa-cd', revision: 'stand-in' });
  });
  api.get('/projects', async (c) => {
    const caller = await requests.caller(c);
    const seen = database.projects
      .projects()
      .filter(({ visibility }) => visibility === 'public' || caller !== undefined);
    return pageOf(c, seen, (project) => json.project(project));
  });
  api.post('/projects', async (c) => {
    const account = await requests.account(c);
    if (!mayCreateProjects(account)) throw forbidden();
    const { path, name, namespace_path: namespace, visibility } = await bodyOf(c, projectSchema);
    const full = `${namespace}/${path ?? name ?? ''}`;
    if (database.projects.project(full) !== undefined)
      throw new ForgeHttpError(400, 'has already been taken', { path: ['has already been taken'] });
    return c.json(json.project(await createProject(full, visibility)), 201);
  });
  api.get('/projects/:id', async (c) => c.json(json.project(await requests.project(c))));
  approvalRoutes(api, ports);
}

const approvalSchema = z.object({ reset_approvals_on_push: flag });

/** What a project says of approvals. */
function approvalRoutes(api: Hono, ports: ApiPorts): void {
  const { projects } = ports.database;
  const requests = new ApiRequests(ports);
  const show = ({ id }: ProjectRow): object => ({
    approvals_before_merge: 0,
    reset_approvals_on_push: projects.resetsApprovals(id),
    merge_requests_author_approval: false,
  });

  api.get('/projects/:id/approvals', async (c) => c.json(show(await requests.project(c))));
  api.post('/projects/:id/approvals', async (c) => {
    if ((await requests.account(c)).role !== 'maintainer') throw forbidden();
    const project = await requests.project(c);
    projects.setResetsApprovals(project.id, (await bodyOf(c, approvalSchema)).reset_approvals_on_push);
    return c.json(show(project), 201);
  });
}

/** Webhooks of a project, for maintainers. */
export function hookRoutes(api: Hono, ports: ApiPorts): void {
  const { database, json } = ports;
  const requests = new ApiRequests(ports);

  api.use('/projects/:id/hooks/*', async (c: Context, next) => {
    if ((await requests.account(c)).role !== 'maintainer') throw forbidden();
    await next();
  });
  api.get('/projects/:id/hooks', async (c) => {
    const project = await requests.project(c);
    return pageOf(c, database.projects.hooks(project.id), (hook) => json.hook(hook, project));
  });
  api.post('/projects/:id/hooks', async (c) => {
    const project = await requests.project(c);
    const { url, token, push_events: push, merge_requests_events: merges } = await bodyOf(c, hookSchema);
    if (database.projects.hooks(project.id).length >= 100) throw badRequest('Maximum number of project hooks exceeded');
    const events = { pushEvents: push ? 1 : 0, mergeRequestsEvents: merges ? 1 : 0 };
    return c.json(json.hook(database.projects.addHook(project.id, { url, token, ...events }), project), 201);
  });
  api.delete('/projects/:id/hooks/:hook', async (c) => {
    database.projects.removeHook((await requests.project(c)).id, Number(c.req.param('hook')));
    return c.body(null, 204);
  });
}
