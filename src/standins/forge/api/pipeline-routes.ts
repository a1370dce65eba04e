import type { Hono } from 'hono';
import { notFound } from '../errors.ts';
import type { PipelineRow, ProjectRow } from '../store/project-store.ts';
import { ApiRequests, pageOf } from './request.ts';
import type { ApiPorts } from './request.ts';

/** Pipelines: as on GitLab, the statuses that others set for a commit make one. */
export function pipelineRoutes(api: Hono, ports: ApiPorts): void {
  const { database, repositories, json } = ports;
  const requests = new ApiRequests(ports);
  const show = async (project: ProjectRow, row: PipelineRow): Promise<object> => {
    const heads = [...(await repositories.refs(project.path))];
    const head = heads.find(([ref, sha]) => sha === row.sha && ref.startsWith('refs/heads/'));
    const ref = head?.[0].slice('refs/heads/'.length) ?? null;
    return json.pipeline(project, row, { ref, statuses: database.projects.statuses(project.id, row.sha) });
  };

  api.get('/projects/:id/pipelines', async (c) => {
    const project = await requests.project(c);
    const { sha } = c.req.query();
    const rows = database.projects.pipelines(project.id).filter((row) => sha === undefined || row.sha === sha);
    return pageOf(c, rows, (row) => show(project, row));
  });
  api.get('/projects/:id/pipelines/:pipeline', async (c) => {
    const project = await requests.project(c);
    const row = database.projects.pipelines(project.id).find(({ id }) => id === Number(c.req.param('pipeline')));
    if (row === undefined) throw notFound('Pipeline');
    return c.json(await show(project, row));
  });
}
