import { fileDiffs } from '../diff.ts';
import { ForgeHttpError, notFound } from '../errors.ts';
import type { MergeRequests } from '../merge-requests.ts';
import { EMPTY_TREE } from '../repositories.ts';
import type { Repositories } from '../repositories.ts';
import type { ForgeDatabase } from '../store/database.ts';
import type { ProjectRow } from '../store/project-store.ts';
import { PAGE_HEADERS } from './layout.ts';
import type { Html } from './layout.ts';
import { commitPage, homePage, mergeRequestPage, projectPage } from './pages.ts';

export interface PagePorts {
  readonly url: string;
  readonly database: ForgeDatabase;
  readonly repositories: Repositories;
  readonly mergeRequests: MergeRequests;
}

const DETAIL = /^\/(?<path>.+?)\/-\/(?<kind>merge_requests|commit)\/(?<name>[0-9a-f]+)\/?$/;

/** Pages to read of public projects, at GitLab's addresses. @throws ForgeHttpError 404, 405 */
export async function servePage(ports: PagePorts, request: Request): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new ForgeHttpError(405, '405 Method Not Allowed');
  const page = String(await render(ports, new URL(request.url).pathname));
  return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8', ...PAGE_HEADERS } });
}

async function render(ports: PagePorts, path: string): Promise<Html> {
  const { database, url } = ports;
  if (path === '/') return homePage(database.projects.projects().filter(({ visibility }) => visibility === 'public'));
  const detail = DETAIL.exec(path)?.groups;
  const project = database.projects.project(
    detail?.['path'] ?? path.slice(1).replace(/(\.git|\/-\/merge_requests)?\/?$/, ''),
  );
  if (project?.visibility !== 'public') throw notFound('Project');
  const name = detail?.['name'];
  if (name === undefined)
    return projectPage(project, database.mergeRequests.list(project.id), `${url}/${project.path}.git`);
  return detail?.['kind'] === 'commit' ? renderCommit(ports, project, name) : renderMergeRequest(ports, project, name);
}

async function renderMergeRequest(ports: PagePorts, project: ProjectRow, iid: string): Promise<Html> {
  const { database, mergeRequests, repositories } = ports;
  const row = mergeRequests.get(project, Number(iid));
  const [version] = database.mergeRequests.versions(row.id);
  const directory = repositories.directory(project.path);
  return mergeRequestPage({
    project,
    row,
    approvers: database.mergeRequests.approvals(row.id).map(({ username }) => username),
    notes: database.mergeRequests.notes(row.id),
    statuses: database.projects.statuses(project.id, row.sha),
    diffs: version === undefined ? [] : await fileDiffs(directory, version.base, version.sha),
  });
}

async function renderCommit({ repositories }: PagePorts, project: ProjectRow, name: string): Promise<Html> {
  const repository = repositories.open(project.path);
  const sha = await repository.resolve(name);
  if (sha === undefined) throw notFound('Commit');
  const commit = await repository.commit(sha);
  const diffs = await fileDiffs(repositories.directory(project.path), commit.parents[0] ?? EMPTY_TREE, sha);
  return commitPage(project, commit, diffs);
}
