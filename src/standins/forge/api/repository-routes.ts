import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { GitError } from '../../../git/index.ts';
import { badRequest, forbidden, notFound } from '../errors.ts';
import { mayWrite } from '../merge-requests.ts';
import { BRANCH_RULES, ZERO, refusalOfUpdate } from '../protection.ts';
import type { ProjectRow } from '../store/project-store.ts';
import { ApiRequests, asMissing, bodyOf, pageOf } from './request.ts';
import type { ApiPorts } from './request.ts';

const STATE = z.enum(['pending', 'running', 'success', 'failed', 'canceled']);
const statusSchema = z.object({
  state: STATE,
  name: z.string().min(1).max(255).optional(),
  context: z.string().min(1).max(255).optional(),
  description: z.string().max(1024).nullish(),
  target_url: z.string().max(2048).nullish(),
  pipeline_id: z.coerce.number().optional(),
});
const branchSchema = z.object({ branch: z.string().min(1).max(250), ref: z.string().min(1) });
/** A status that has not ended cannot be set to the state that it has, or back. */
const STUCK: Readonly<Record<string, readonly string[]>> = { pending: ['pending'], running: ['pending', 'running'] };

/** Commits and their statuses. */
export function commitRoutes(api: Hono, ports: ApiPorts): void {
  const { database, repositories, json, clock } = ports;
  const requests = new ApiRequests(ports);
  const shaOf = async (c: Context, project: ProjectRow): Promise<string> => {
    const sha = await repositories
      .open(project.path)
      .resolve(c.req.param('sha') ?? '')
      .catch(asMissing);
    if (sha === undefined) throw notFound('Commit');
    return sha;
  };

  const pipelineOf = (project: ProjectRow, sha: string): number | null =>
    database.projects.pipeline(project.id, sha)?.id ?? null;

  api.get('/projects/:id/repository/commits/:sha', async (c) => {
    const project = await requests.project(c);
    return c.json(json.commit(await repositories.open(project.path).commit(await shaOf(c, project))));
  });
  api.get('/projects/:id/repository/commits/:sha/statuses', async (c) => {
    const project = await requests.project(c);
    const { name, pipeline_id: pipeline } = c.req.query();
    const sha = await shaOf(c, project);
    const id = pipelineOf(project, sha);
    const statuses = database.projects
      .statuses(project.id, sha)
      .filter((status) => name === undefined || status.name === name)
      .filter(() => pipeline === undefined || Number(pipeline) === id);
    return pageOf(c, statuses, (status) => json.status(status, id));
  });
  api.post('/projects/:id/statuses/:sha', async (c) => {
    const account = await requests.account(c);
    mayWrite(account);
    const project = await requests.project(c);
    const sha = await shaOf(c, project);
    const { state, description = null, target_url: targetUrl = null, ...rest } = await bodyOf(c, statusSchema);
    const { pipeline_id: wanted, ...names } = rest;
    if (wanted !== undefined && wanted !== pipelineOf(project, sha)) throw notFound('Pipeline');
    const name = names.name ?? names.context ?? 'default';
    const before = database.projects.status(project.id, { sha, name })?.state ?? '';
    if (STUCK[before]?.includes(state) === true)
      throw badRequest(`Cannot transition status via :${state === 'running' ? 'run' : 'enqueue'} from :${before}`);
    const row = { sha, name, state, description, targetUrl, author: account.name, createdAt: clock.now() };
    const status = database.projects.setStatus(project.id, row);
    return c.json(json.status(status, pipelineOf(project, sha)), 201);
  });
}

/** Branches: read by everybody, made and removed as a push would. */
export function branchRoutes(api: Hono, ports: ApiPorts): void {
  const { repositories, json, pushed } = ports;
  const requests = new ApiRequests(ports);
  const show = async (project: ProjectRow, name: string): Promise<object> => {
    const sha = await repositories.branch(project.path, name).catch(asMissing);
    if (sha === undefined) throw notFound('Branch');
    return json.branch(project, name, await repositories.open(project.path).commit(sha));
  };
  const move = async (
    c: Context,
    project: ProjectRow,
    change: { readonly branch: string; readonly before: string; readonly after: string },
  ): Promise<void> => {
    const account = await requests.account(c);
    const update = { ref: `refs/heads/${change.branch}`, before: change.before, after: change.after };
    const reason = refusalOfUpdate(update, account);
    if (reason !== undefined) throw forbidden(reason);
    try {
      await repositories.moveBranch(project.path, change.branch, change);
    } catch (error) {
      if (error instanceof GitError)
        throw badRequest(`Branch name is invalid, or the branch has moved: ${change.branch}`);
      throw error;
    }
    await pushed(project, [update], account.name);
  };

  api.get('/projects/:id/repository/branches', async (c) => {
    const project = await requests.project(c);
    const search = c.req.query('search') ?? '';
    const names = [...(await repositories.open(project.path).refs('refs/heads')).keys()]
      .map((ref) => ref.slice('refs/heads/'.length))
      .filter((name) => name.includes(search));
    return pageOf(c, names, (name) => show(project, name));
  });
  api.get('/projects/:id/repository/branches/:branch', async (c) =>
    c.json(await show(await requests.project(c), c.req.param('branch'))),
  );
  api.get('/projects/:id/protected_branches', async (c) => {
    await requests.project(c);
    const search = c.req.query('search') ?? '';
    const rules = BRANCH_RULES.filter(({ name }) => name.includes(search));
    return pageOf(c, rules, (rule) => json.protectedBranch(rule));
  });
  api.get('/projects/:id/protected_branches/:name', async (c) => {
    await requests.project(c);
    const rule = BRANCH_RULES.find(({ name }) => name === c.req.param('name'));
    if (rule === undefined) throw notFound('Protected Branch');
    return c.json(json.protectedBranch(rule));
  });
  api.post('/projects/:id/repository/branches', async (c) => {
    await requests.account(c);
    const project = await requests.project(c);
    const { branch, ref } = await bodyOf(c, branchSchema);
    const after = await repositories.open(project.path).resolve(ref).catch(asMissing);
    if (after === undefined) throw badRequest(`Invalid reference name: ${ref.slice(0, 200)}`);
    if ((await repositories.branch(project.path, branch).catch(asMissing)) !== undefined)
      throw badRequest('Branch already exists');
    await move(c, project, { branch, before: ZERO, after });
    return c.json(await show(project, branch), 201);
  });
  api.delete('/projects/:id/repository/branches/:branch', async (c) => {
    await requests.account(c);
    const project = await requests.project(c);
    const branch = c.req.param('branch');
    const before = await repositories.branch(project.path, branch).catch(asMissing);
    if (before === undefined) throw notFound('Branch');
    await move(c, project, { branch, before, after: ZERO });
    return c.body(null, 204);
  });
}
