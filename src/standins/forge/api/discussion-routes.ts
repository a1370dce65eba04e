import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { forbidden, notFound } from '../errors.ts';
import { mayWrite } from '../merge-requests.ts';
import type { MergeRequestRow } from '../store/merge-request-store.ts';
import { ApiRequests, bodyOf, iidOf, pageOf } from './request.ts';
import type { ApiPorts } from './request.ts';

const noteSchema = z.object({ body: z.string().min(1).max(1_000_000) });
const approveSchema = z.object({ sha: z.string().optional() });

/** Approvals and notes of a merge request. */
export function discussionRoutes(api: Hono, ports: ApiPorts): void {
  const { database, mergeRequests, json, clock } = ports;
  const requests = new ApiRequests(ports);
  const base = '/projects/:id/merge_requests/:iid';
  const rowOf = async (c: Context): Promise<MergeRequestRow> => mergeRequests.get(await requests.project(c), iidOf(c));
  const approvalsOf = (row: MergeRequestRow): object => json.approvals(row, database.mergeRequests.approvals(row.id));

  api.get(`${base}/approvals`, async (c) => c.json(approvalsOf(await rowOf(c))));
  api.post(`${base}/approve`, async (c) => {
    const account = await requests.account(c);
    const project = await requests.project(c);
    const { sha } = await bodyOf(c, approveSchema);
    return c.json(approvalsOf(await mergeRequests.approve(project, iidOf(c), { account, sha })), 201);
  });
  api.post(`${base}/unapprove`, async (c) => {
    const account = await requests.account(c);
    return c.json(approvalsOf(mergeRequests.unapprove(await requests.project(c), iidOf(c), account)), 201);
  });
  api.get(`${base}/notes`, async (c) => {
    const row = await rowOf(c);
    const notes = database.mergeRequests.notes(row.id);
    const isAscending = c.req.query('sort') === 'asc';
    return pageOf(c, isAscending ? notes : notes.toReversed(), (note) => json.note(note, row));
  });
  api.post(`${base}/notes`, async (c) => {
    const account = await requests.account(c);
    mayWrite(account);
    const row = await rowOf(c);
    const { body } = await bodyOf(c, noteSchema);
    const note = database.mergeRequests.addNote(row.id, { body, author: account.name, at: clock.now() });
    return c.json(json.note(note, row), 201);
  });
  api.put(`${base}/notes/:note`, async (c) => {
    const account = await requests.account(c);
    const row = await rowOf(c);
    const note = database.mergeRequests.notes(row.id).find(({ id }) => id === Number(c.req.param('note')));
    if (note === undefined) throw notFound('Note');
    if (note.author !== account.name) throw forbidden();
    const { body } = await bodyOf(c, noteSchema);
    const updatedAt = clock.now();
    database.mergeRequests.editNote(note.id, body, updatedAt);
    return c.json(json.note({ ...note, body, updatedAt }, row));
  });
}
