import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Fetch } from '../../src/core/index.ts';

export interface GitlabServer extends AsyncDisposable {
  readonly url: string;
}

type Json = Record<string, unknown>;

const MERGE_REQUESTS = /^\/api\/v4\/projects\/[^/]+\/merge_requests$/;
const MERGE_REQUEST = /^\/api\/v4\/projects\/[^/]+\/merge_requests\/\d+(\/merge)?$/;
const APPROVALS = /\/approvals$|\/approve$/;
const LIMIT = { message: { error: 'This endpoint has been requested too many times. Try again later.' } };

/**
 * What GitLab 17 and 18 answer where the embedded forge answers otherwise, as docs.gitlab.com says: whether branches merge
 * is worked out after it was first asked for, approvals may have no time, lists lead on by a link with a cursor, a conflict
 * is answered with 422, and now and then a call is one too many.
 */
export async function startGitlabAnswers(inner: Fetch): Promise<GitlabServer> {
  const looks = new Map<string, number>();
  let count = 0;
  const answer = async (request: Request): Promise<Response> => {
    if (++count % 7 === 0) return Response.json(LIMIT, { status: 429, headers: { 'retry-after': '1' } });
    const { pathname } = new URL(request.url);
    const response = await inner(withPage(request));
    const text = await response.text();
    const headers = new Headers(response.headers);
    if (headers.has('x-next-page')) asKeyset(headers);
    const isConflict = response.status === 405 && pathname.endsWith('/merge');
    if (isConflict) return Response.json({ message: 'Branch cannot be merged' }, { status: 422 });
    if (!response.ok) return new Response(text, { status: response.status, headers });
    const body = JSON.parse(text) as Json | readonly Json[];
    return Response.json(rewrite(body, { pathname, looks }), { status: response.status, headers });
  };
  const server = createAdaptorServer({ fetch: answer });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

interface Place {
  readonly pathname: string;
  /** How often each state of a merge request was looked at. */
  readonly looks: Map<string, number>;
}

function rewrite(body: Json | readonly Json[], { pathname, looks }: Place): unknown {
  if (APPROVALS.test(pathname) && !isList(body)) return withoutTimes(body);
  if (MERGE_REQUESTS.test(pathname) && isList(body)) return body.map((one) => unsettled(one, 'unchecked'));
  if (!MERGE_REQUEST.test(pathname) || isList(body) || body['state'] !== 'opened') return body;
  const key = `${pathname} ${String(body['sha'])} ${String(body['has_conflicts'])}`;
  const seen = looks.get(key) ?? 0;
  looks.set(key, seen + 1);
  return seen < 2 ? unsettled(body, seen === 0 ? 'unchecked' : 'checking') : { ...body, merged_by: null };
}

function isList(body: Json | readonly Json[]): body is readonly Json[] {
  return Array.isArray(body);
}

function unsettled(mergeRequest: Json, status: string): Json {
  if (mergeRequest['state'] !== 'opened') return { ...mergeRequest, merged_by: null };
  return { ...mergeRequest, merge_status: status, detailed_merge_status: status, has_conflicts: false };
}

function withoutTimes(approvals: Json): Json {
  const given = approvals['approved_by'] as readonly { readonly user: unknown }[];
  return { ...approvals, approved_by: given.map(({ user }) => ({ user })) };
}

/** Keyset pagination says nothing of numbers; the link has the name that GitLab knows itself by. */
function asKeyset(headers: Headers): void {
  const link = headers.get('link') ?? '';
  const next = /<([^>]+)>; rel="next"/.exec(link)?.[1];
  for (const name of ['link', 'x-total', 'x-total-pages', 'x-page', 'x-next-page', 'x-prev-page']) headers.delete(name);
  if (next === undefined) return;
  const url = new URL(next);
  url.searchParams.set('cursor', Buffer.from(url.searchParams.get('page') ?? '').toString('base64url'));
  url.searchParams.delete('page');
  headers.set('link', `<https://gitlab.example.com${url.pathname}${url.search}>; rel="next"`);
}

function withPage(request: Request): Request {
  const url = new URL(request.url);
  const cursor = url.searchParams.get('cursor');
  if (cursor === null) return request;
  url.searchParams.delete('cursor');
  url.searchParams.set('page', Buffer.from(cursor, 'base64url').toString());
  return new Request(url, request);
}
