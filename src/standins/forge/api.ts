import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Clock } from '../../core/index.ts';
import { GitError } from '../../git/index.ts';
import type { Account, Accounts } from './accounts.ts';
import type { ForgeDatabase, ProjectRow } from './database.ts';
import { badRequest, forbidden, notFound, unauthorized } from './errors.ts';
import type { GitlabJson } from './gitlab-json.ts';
import { mayWrite } from './merge-requests.ts';
import type { MergeRequests } from './merge-requests.ts';
import type { Repositories } from './repositories.ts';

export interface ApiPorts {
  readonly accounts: Accounts;
  readonly database: ForgeDatabase;
  readonly repositories: Repositories;
  readonly mergeRequests: MergeRequests;
  readonly json: GitlabJson;
  readonly clock: Clock;
  readonly createProject: (path: string) => Promise<ProjectRow>;
}

const MAX_BODY = 1024 * 1024;
const PAGE = 100;

/** The routes of GitLab's REST v4 that deliveries use, below `/api/v4`. */
export function createApi(ports: ApiPorts): Hono {
  const api = new Hono();
  projectRoutes(api, ports);
  mergeRequestRoutes(api, ports);
  discussionRoutes(api, ports);
  repositoryRoutes(api, ports);
  hookRoutes(api, ports);
  return api;
}

function projectRoutes(api: Hono, { accounts, database, json, createProject }: ApiPorts): void {
  api.get('/user', async (c) => c.json(json.user((await signedIn(accounts, c)).name)));
  api.get('/projects', (c) => page(c, database.projects().map(json.project)));
  api.post('/projects', async (c) => {
    const account = await signedIn(accounts, c);
    mayWrite(account);
    const { path, namespace_path: namespace } = await body(
      c,
      z.object({ path: z.string(), namespace_path: z.string().default('stoa') }),
    );
    return c.json(json.project(await createProject(`${namespace}/${path}`)), 201);
  });
  api.get('/projects/:id', (c) => c.json(json.project(projectOf(database, c))));
}

const newSchema = z.object({
  title: z.string().min(1).max(1024),
  description: z.string().max(1_000_000).default(''),
  source_branch: z.string().min(1),
  target_branch: z.string().min(1),
  labels: z.union([z.string(), z.array(z.string())]).default([]),
});
const editSchema = z.object({
  title: z.string().min(1).optional(),
  description: z.string().max(1_000_000).optional(),
  labels: z.union([z.string(), z.array(z.string())]).optional(),
  state_event: z.enum(['close', 'reopen']).optional(),
});
const mergeSchema = z.object({ sha: z.string().optional(), merge_commit_message: z.string().optional() });
const STATES = { close: 'closed', reopen: 'opened' } as const;

function mergeRequestRoutes(api: Hono, ports: ApiPorts): void {
  const { accounts, database, mergeRequests, json } = ports;
  const show = async (project: ProjectRow, iid: number): Promise<object> => {
    const row = mergeRequests.get(project, iid);
    return json.mergeRequest(project, row, await mergeRequests.isMergeable(project, row));
  };
  api.get('/projects/:id/merge_requests', async (c) => {
    const project = projectOf(database, c);
    const { state, source_branch: source, target_branch: target } = c.req.query();
    const filter = {
      ...(state === undefined || state === 'all' ? {} : { state }),
      ...(source === undefined ? {} : { source }),
      ...(target === undefined ? {} : { target }),
    };
    return page(c, await Promise.all(database.mergeRequests(project.id, filter).map((row) => show(project, row.iid))));
  });
  api.post('/projects/:id/merge_requests', async (c) => {
    const account = await signedIn(accounts, c);
    const project = projectOf(database, c);
    const input = await body(c, newSchema);
    const { title, description, source_branch: source, target_branch: target } = input;
    const row = await mergeRequests.open(
      project,
      { title, description, source, target, labels: labelsOf(input.labels) },
      account,
    );
    return c.json(await show(project, row.iid), 201);
  });
  api.get('/projects/:id/merge_requests/:iid', async (c) => c.json(await show(projectOf(database, c), iidOf(c))));
  api.put('/projects/:id/merge_requests/:iid', async (c) => {
    mayWrite(await signedIn(accounts, c));
    const project = projectOf(database, c);
    const { title, description, labels, state_event: event } = await body(c, editSchema);
    const change = {
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
      ...(labels === undefined ? {} : { labels: JSON.stringify(labelsOf(labels)) }),
      ...(event === undefined ? {} : { state: STATES[event] }),
    };
    mergeRequests.edit(project, iidOf(c), change);
    return c.json(await show(project, iidOf(c)));
  });
  api.put('/projects/:id/merge_requests/:iid/merge', async (c) => {
    const account = await signedIn(accounts, c);
    const { sha, merge_commit_message: message } = await body(c, mergeSchema);
    const project = projectOf(database, c);
    await mergeRequests.merge(project, iidOf(c), { account, sha, message });
    return c.json(await show(project, iidOf(c)));
  });
}

function discussionRoutes(api: Hono, ports: ApiPorts): void {
  const { accounts, database, mergeRequests, json, clock } = ports;
  const base = '/projects/:id/merge_requests/:iid';
  api.get(`${base}/approvals`, (c) => {
    const row = mergeRequests.get(projectOf(database, c), iidOf(c));
    return c.json(json.approvals(row, database.approvals(row.id)));
  });
  api.post(`${base}/approve`, async (c) => {
    const account = await signedIn(accounts, c);
    const { sha } = await body(c, z.object({ sha: z.string().optional() }));
    const row = mergeRequests.approve(projectOf(database, c), iidOf(c), { account, sha });
    return c.json(json.approvals(row, database.approvals(row.id)), 201);
  });
  api.post(`${base}/unapprove`, async (c) => {
    const row = mergeRequests.unapprove(projectOf(database, c), iidOf(c), await signedIn(accounts, c));
    return c.json(json.approvals(row, database.approvals(row.id)), 201);
  });
  const noteSchema = z.object({ body: z.string().min(1).max(1_000_000) });
  api.get(`${base}/notes`, (c) =>
    page(c, database.notes(mergeRequests.get(projectOf(database, c), iidOf(c)).id).map(json.note)),
  );
  api.post(`${base}/notes`, async (c) => {
    const account = await signedIn(accounts, c);
    mayWrite(account);
    const row = mergeRequests.get(projectOf(database, c), iidOf(c));
    const { body: text } = await body(c, noteSchema);
    return c.json(json.note(database.addNote(row.id, { body: text, author: account.name, at: clock.now() })), 201);
  });
  api.put(`${base}/notes/:note`, async (c) => {
    const account = await signedIn(accounts, c);
    const row = mergeRequests.get(projectOf(database, c), iidOf(c));
    const note = database.notes(row.id).find(({ id }) => id === Number(c.req.param('note')));
    if (note === undefined) throw notFound('Note');
    if (note.author !== account.name) throw forbidden();
    const { body: text } = await body(c, noteSchema);
    database.editNote(note.id, text, clock.now());
    return c.json(json.note({ ...note, body: text, updatedAt: clock.now() }));
  });
}

const statusSchema = z.object({
  state: z.enum(['pending', 'running', 'success', 'failed', 'canceled']),
  name: z.string().max(255).default('default'),
  description: z.string().max(1024).nullish(),
  target_url: z.string().max(2048).nullish(),
});

function repositoryRoutes(api: Hono, ports: ApiPorts): void {
  const { accounts, database, repositories, mergeRequests, json, clock } = ports;
  api.get('/projects/:id/merge_requests/:iid/commits', async (c) => {
    const project = projectOf(database, c);
    const row = mergeRequests.get(project, iidOf(c));
    const base = row.mergeCommit === null ? row.target : `${row.mergeCommit}^1`;
    const from = await repositories.open(project.path).resolve(base.replace('^1', '')).catch(asMissing);
    const start =
      row.mergeCommit === null ? from : (await repositories.open(project.path).commit(row.mergeCommit)).parents[0];
    const commits = await repositories
      .open(project.path)
      .log({ to: row.sha, ...(start === undefined ? {} : { from: start }) });
    return page(c, [...commits].reverse().map(json.commit));
  });
  api.get('/projects/:id/repository/commits/:sha', async (c) => {
    const repository = repositories.open(projectOf(database, c).path);
    const sha = await repository.resolve(c.req.param('sha')).catch(asMissing);
    if (sha === undefined) throw notFound('Commit');
    return c.json(json.commit(await repository.commit(sha)));
  });
  api.get('/projects/:id/repository/commits/:sha/statuses', (c) =>
    page(c, database.statuses(projectOf(database, c).id, c.req.param('sha')).map(json.status)),
  );
  api.post('/projects/:id/statuses/:sha', async (c) => {
    const account = await signedIn(accounts, c);
    mayWrite(account);
    const project = projectOf(database, c);
    const sha = await repositories.open(project.path).resolve(c.req.param('sha')).catch(asMissing);
    if (sha === undefined) throw notFound('Commit');
    const { state, name, description = null, target_url: targetUrl = null } = await body(c, statusSchema);
    const row = database.setStatus(project.id, {
      sha,
      name,
      state,
      description,
      targetUrl,
      author: account.name,
      createdAt: clock.now(),
    });
    return c.json(json.status(row), 201);
  });
  api.get('/projects/:id/repository/branches/:branch', async (c) => {
    const project = projectOf(database, c);
    const name = c.req.param('branch');
    const sha = await repositories.branch(project.path, name).catch(asMissing);
    if (sha === undefined) throw notFound('Branch');
    const commit = json.commit(await repositories.open(project.path).commit(sha));
    return c.json({ name, commit, protected: name === 'main' || name === 'evidence' || name.startsWith('approved/') });
  });
}

const hookSchema = z.object({
  url: z.url(),
  token: z.string().default(''),
  push_events: z.boolean().default(true),
  merge_requests_events: z.boolean().default(false),
});

function hookRoutes(api: Hono, { accounts, database }: ApiPorts): void {
  const maintainer = async (c: Context): Promise<void> => {
    if ((await signedIn(accounts, c)).role !== 'maintainer') throw forbidden();
  };
  api.get('/projects/:id/hooks', async (c) => {
    await maintainer(c);
    const rows = database.hooks(projectOf(database, c).id);
    return page(
      c,
      rows.map(({ id, url, pushEvents, mergeRequestsEvents }) => ({
        id,
        url,
        push_events: pushEvents === 1,
        merge_requests_events: mergeRequestsEvents === 1,
      })),
    );
  });
  api.post('/projects/:id/hooks', async (c) => {
    await maintainer(c);
    const { url, token, push_events: push, merge_requests_events: mergeRequests } = await body(c, hookSchema);
    const row = database.addHook(projectOf(database, c).id, {
      url,
      token,
      pushEvents: push ? 1 : 0,
      mergeRequestsEvents: mergeRequests ? 1 : 0,
    });
    return c.json({ id: row.id, url, push_events: push, merge_requests_events: mergeRequests }, 201);
  });
  api.delete('/projects/:id/hooks/:hook', async (c) => {
    await maintainer(c);
    database.removeHook(projectOf(database, c).id, Number(c.req.param('hook')));
    return c.body(null, 204);
  });
}

async function signedIn(accounts: Accounts, c: Context): Promise<Account> {
  const account = await accounts.of(c.req.raw.headers);
  if (account === undefined || account === 'refused') throw unauthorized();
  return account;
}

function projectOf(database: ForgeDatabase, c: Context): ProjectRow {
  const id = c.req.param('id') ?? '';
  const project = database.project(/^\d+$/.test(id) ? Number(id) : id);
  if (project === undefined) throw notFound('Project');
  return project;
}

function iidOf(c: Context): number {
  return Number(c.req.param('iid'));
}

async function body<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const text = Number(c.req.header('content-length') ?? 0) > MAX_BODY ? undefined : await c.req.text();
  if (text === undefined || text.length > MAX_BODY) throw badRequest(`The body is over ${MAX_BODY} bytes`);
  const isForm = (c.req.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded');
  let value: unknown;
  try {
    value = isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw badRequest('The body is not JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(`${issue?.path.join('.') ?? 'body'} is invalid: ${issue?.message ?? ''}`);
}

function labelsOf(labels: string | readonly string[]): readonly string[] {
  return typeof labels === 'string' ? labels.split(',').filter(Boolean) : labels;
}

function page(c: Context, items: readonly object[]): Response {
  const size = Math.min(PAGE, Math.max(1, Number(c.req.query('per_page') ?? 20) || 20));
  const number = Math.max(1, Number(c.req.query('page') ?? 1) || 1);
  const pages = Math.max(1, Math.ceil(items.length / size));
  c.header('x-total', String(items.length));
  c.header('x-total-pages', String(pages));
  c.header('x-page', String(number));
  c.header('x-per-page', String(size));
  c.header('x-next-page', number < pages ? String(number + 1) : '');
  return c.json(items.slice((number - 1) * size, number * size));
}

function asMissing(error: unknown): undefined {
  if (error instanceof GitError && error.code !== 'MISSING_GIT') return undefined;
  throw error;
}
