import type { Hono } from 'hono';
import { z } from 'zod';
import { fileDiffs } from '../diff.ts';
import { badRequest, notFound } from '../errors.ts';
import type { MergeRequestFilter, MergeRequestRow, VersionRow } from '../store/merge-request-store.ts';
import type { ProjectRow } from '../store/project-store.ts';
import { ApiRequests, bodyOf, iidOf, labelsSchema, pageOf } from './request.ts';
import type { ApiPorts } from './request.ts';

const title = z.string().trim().min(1).max(1024);
const description = z.string().max(1_000_000);
const newSchema = z.object({
  title,
  description: description.nullish().transform((text) => text ?? ''),
  source_branch: z.string().min(1),
  target_branch: z.string().min(1),
  labels: labelsSchema.default([]),
});
const editSchema = z.object({
  title: title.optional(),
  description: description.optional(),
  labels: labelsSchema.optional(),
  state_event: z.enum(['close', 'reopen']).optional(),
});
const mergeSchema = z.object({
  sha: z.string().optional(),
  merge_commit_message: z.string().max(1_000_000).optional(),
});
const listSchema = z.object({
  state: z.enum(['opened', 'closed', 'merged', 'locked', 'all']).default('all'),
  source_branch: z.string().optional(),
  target_branch: z.string().optional(),
  author_username: z.string().optional(),
  updated_after: z.iso.datetime({ offset: true }).or(z.iso.date()).optional(),
  order_by: z.enum(['created_at', 'updated_at']).default('created_at'),
  sort: z.enum(['asc', 'desc']).default('desc'),
});

/** `/projects/:id/merge_requests…`, but for what people say about them. */
export function mergeRequestRoutes(api: Hono, ports: ApiPorts): void {
  const { database, mergeRequests, json, repositories } = ports;
  const requests = new ApiRequests(ports);
  const base = '/projects/:id/merge_requests';
  const show = async (project: ProjectRow, row: MergeRequestRow): Promise<object> =>
    json.mergeRequest(project, row, await mergeRequests.isMergeable(project, row));
  const diffsOf = async (project: ProjectRow, row: MergeRequestRow): Promise<readonly object[]> => {
    const [version] = database.mergeRequests.versions(row.id);
    return version === undefined ? [] : diffsOfVersion(project, version);
  };
  const diffsOfVersion = async (project: ProjectRow, version: VersionRow): Promise<readonly object[]> => {
    const files = await fileDiffs(repositories.directory(project.path), version.base, version.sha);
    return files.map((file) => json.diff(file));
  };

  api.get(base, async (c) => {
    const project = await requests.project(c);
    return pageOf(c, database.mergeRequests.list(project.id, filterOf(c.req.query())), (row) => show(project, row));
  });
  api.post(base, async (c) => {
    const account = await requests.account(c);
    const project = await requests.project(c);
    const { source_branch: source, target_branch: target, ...input } = await bodyOf(c, newSchema);
    const row = await mergeRequests.open(project, { ...input, source, target }, account);
    return c.json(await show(project, row), 201);
  });
  api.get(`${base}/:iid`, async (c) => {
    const project = await requests.project(c);
    return c.json(await show(project, mergeRequests.get(project, iidOf(c))));
  });
  api.put(`${base}/:iid`, async (c) => {
    const account = await requests.account(c);
    const project = await requests.project(c);
    const row = mergeRequests.get(project, iidOf(c));
    const { labels, state_event: event, ...texts } = await bodyOf(c, editSchema);
    const change = {
      ...withoutUndefined(texts),
      ...(labels === undefined ? {} : { labels: JSON.stringify(labels) }),
      ...(event === 'close' ? { state: 'closed' as const } : {}),
    };
    const isEdit = Object.keys(change).length > 0;
    if (!isEdit && event === undefined)
      throw badRequest('title, description, labels, state_event are missing, at least one parameter must be provided');
    if (isEdit) mergeRequests.edit(project, row, { ...change, account });
    if (event === 'reopen') await mergeRequests.reopen(project, row.iid, account);
    return c.json(await show(project, mergeRequests.get(project, row.iid)));
  });
  api.put(`${base}/:iid/merge`, async (c) => {
    const account = await requests.account(c);
    const project = await requests.project(c);
    const { sha, merge_commit_message: message } = await bodyOf(c, mergeSchema);
    await mergeRequests.merge(project, iidOf(c), { account, sha, message });
    return c.json(await show(project, mergeRequests.get(project, iidOf(c))));
  });
  api.get(`${base}/:iid/versions`, async (c) => {
    const row = mergeRequests.get(await requests.project(c), iidOf(c));
    return pageOf(c, database.mergeRequests.versions(row.id), (version) => json.version(version, row));
  });
  api.get(`${base}/:iid/versions/:version`, async (c) => {
    const project = await requests.project(c);
    const row = mergeRequests.get(project, iidOf(c));
    const version = database.mergeRequests.versions(row.id).find(({ id }) => id === Number(c.req.param('version')));
    if (version === undefined) throw notFound('Version');
    return c.json({ ...json.version(version, row), diffs: await diffsOfVersion(project, version) });
  });
  api.get(`${base}/:iid/diffs`, async (c) => {
    const project = await requests.project(c);
    return pageOf(c, await diffsOf(project, mergeRequests.get(project, iidOf(c))), (diff) => diff);
  });
  api.get(`${base}/:iid/changes`, async (c) => {
    const project = await requests.project(c);
    const row = mergeRequests.get(project, iidOf(c));
    return c.json({ ...(await show(project, row)), changes: await diffsOf(project, row), overflow: false });
  });
  api.get(`${base}/:iid/commits`, async (c) => {
    const project = await requests.project(c);
    const row = mergeRequests.get(project, iidOf(c));
    const [version] = database.mergeRequests.versions(row.id);
    const repository = repositories.open(project.path);
    const from = version === undefined ? undefined : await repository.resolve(version.base);
    const commits = await repository.log({ to: row.sha, ...(from === undefined ? {} : { from }) });
    return pageOf(c, commits.toReversed(), (commit) => json.commit(commit));
  });
}

/** What a list is asked for. @throws ForgeHttpError 400 */
function filterOf(query: Readonly<Record<string, string>>): MergeRequestFilter {
  const parsed = listSchema.safeParse(query);
  if (!parsed.success) throw badRequest(`${parsed.error.issues[0]?.path.join('.') ?? ''} does not have a valid value`);
  const { state, source_branch: source, target_branch: target, author_username: author } = parsed.data;
  const { updated_after: after, order_by: orderBy, sort } = parsed.data;
  return {
    ...withoutUndefined({ source, target, author, state: state === 'all' ? undefined : state }),
    ...(after === undefined ? {} : { updatedAfter: Date.parse(after) }),
    orderBy: orderBy === 'updated_at' ? 'updatedAt' : 'iid',
    sort: sort === 'asc' ? 'ASC' : 'DESC',
  };
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never;
}
