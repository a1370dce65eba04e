import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../core/index.ts';
import type { Fetch } from '../../core/index.ts';
import { commitTree, runGit } from '../../git/index.ts';
import { startForge } from './forge.ts';
import type { ForgeServer } from './forge.ts';
import { ForgeDatabase } from './store/database.ts';

const PROJECT = 'stoa/envs';
const AUTHOR = { name: 'Alice Martin', email: 'alice@example.com' };
let scratch: string;
let forge: ForgeServer;
let main: string;
let topic: string;
let clock: VirtualClock;
let received: Request[];
let answers: number[];
const receiver: Fetch = async (input, init) => {
  received.push(new Request(input, init));
  return new Response(null, { status: answers.shift() ?? 204 });
};

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-forge-'));
  clock = new VirtualClock();
  [received, answers] = [[], []];
  forge = await start();
  await forge.createProject(PROJECT);
  [main = '', topic = ''] = await seed(forge.repositoryDirectory(PROJECT));
});
afterEach(async () => {
  await forge[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

/** `main` and one commit on `topic`. @returns both heads */
async function seed(directory: string): Promise<readonly string[]> {
  const head = (ref: string, mark: number): string =>
    `commit refs/heads/${ref}\nmark :${mark}\ncommitter Alice <alice@example.com> 0 +0000\ndata 6\nChange\n`;
  const file = (name: string, content: string): string =>
    `M 100644 inline ${name}\ndata ${content.length}\n${content}\n`;
  const input = [
    head('main', 1),
    file('a', '1\n'),
    head('topic', 2),
    'from :1\n',
    file('<b>', '<script>\n'),
    'get-mark :1\nget-mark :2\n',
  ].join('');
  const output = await runGit({ args: ['fast-import', '--quiet'], directory, input });
  return output.toString().trim().split('\n');
}

function start(): Promise<ForgeServer> {
  return startForge({
    directory: join(scratch, 'forge'),
    clock,
    fetch: receiver,
    authenticate: async () => undefined,
    verifyToken: async (token) => (token === 'alice' ? { name: 'alice', groups: ['developers'] } : undefined),
    machines: [
      { name: 'bot', token: 'bot-token', role: 'maintainer' },
      { name: 'ci', token: 'ci-token', role: 'developer' },
    ],
  });
}

interface Ask {
  readonly method?: string;
  readonly token?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(path: string, { method = 'GET', token, body, headers = {} }: Ask = {}): Promise<Response> {
  return forge.fetch(`${forge.url}/api/v4${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { 'private-token': token }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
const BASE = `/projects/${encodeURIComponent(PROJECT)}`;
const MR = `${BASE}/merge_requests`;
const open = (): Promise<Response> =>
  ask(MR, {
    method: 'POST',
    token: 'ci-token',
    body: { title: 'Bump <img>', description: 'x <!-- y --> </pre><b>', source_branch: 'topic', target_branch: 'main' },
  });
const get = async (path: string): Promise<Record<string, unknown>> =>
  (await ask(path)).json() as Promise<Record<string, unknown>>;

describe('a forge that was killed', () => {
  const directory = (): string => forge.repositoryDirectory(PROJECT);
  const inDatabase = async (change: (database: ForgeDatabase, id: number) => void): Promise<void> => {
    await forge[Symbol.asyncDispose]();
    using database = new ForgeDatabase(join(scratch, 'forge', 'forge.db'));
    const project = database.projects.project(PROJECT);
    change(database, database.mergeRequests.get(project?.id ?? 0, 1)?.id ?? 0);
  };
  const mergeCommit = async (): Promise<string> => {
    const tree = (await runGit({ args: ['rev-parse', `${topic}^{tree}`], directory: directory() })).toString().trim();
    return commitTree(directory(), { tree, parents: [main, topic], message: 'Merge', author: AUTHOR, at: 0 });
  };

  it('finishes a merge whose branch has moved', async () => {
    await open();
    const commit = await mergeCommit();
    await inDatabase((database, id) =>
      database.mergeRequests.prepareMerge(id, { mergeCommit: commit, mergedBy: 'bot', mergedAt: 5_000 }),
    );
    await runGit({ args: ['update-ref', 'refs/heads/main', commit, main], directory: directory() });

    forge = await start();

    expect(await get(`${MR}/1`)).toMatchObject({
      state: 'merged',
      merge_commit_sha: commit,
      merge_user: { username: 'bot' },
      merged_at: '1970-01-01T00:00:05.000Z',
    });
  });

  it('forgets a merge whose branch has not moved, which can be merged then', async () => {
    await open();
    const commit = await mergeCommit();
    await inDatabase((database, id) =>
      database.mergeRequests.prepareMerge(id, { mergeCommit: commit, mergedBy: 'bot', mergedAt: 5_000 }),
    );

    forge = await start();

    expect(await get(`${MR}/1`)).toMatchObject({ state: 'opened' });
    expect((await ask(`${MR}/1/merge`, { method: 'PUT', token: 'bot-token', body: { sha: topic } })).status).toBe(200);
  });

  it('takes back approvals of a head that was pushed unnoticed', async () => {
    await open();
    await ask(`${MR}/1/approve`, { method: 'POST', headers: { authorization: 'Bearer alice' }, body: { sha: topic } });
    expect(await get(`${MR}/1/approvals`)).toMatchObject({ approved_by: [{ user: { username: 'alice' } }] });
    const commit = await mergeCommit();
    await forge[Symbol.asyncDispose]();
    await runGit({ args: ['update-ref', 'refs/heads/topic', commit, topic], directory: directory() });

    forge = await start();

    expect(await get(`${MR}/1/approvals`)).toMatchObject({ approved_by: [] });
    expect(await get(`${MR}/1`)).toMatchObject({ sha: commit });
  });
});

describe('the API', () => {
  it.each([
    { reason: 'a wrong token on a public project', path: BASE, call: { token: 'wrong' }, status: 401 },
    { reason: 'nobody who asks who they are', path: '/user', call: {}, status: 401 },
    { reason: 'an unknown project', path: '/projects/7', call: {}, status: 404 },
    { reason: 'an unknown merge request', path: `${MR}/7`, call: {}, status: 404 },
    { reason: 'a number that is none', path: `${MR}/x`, call: {}, status: 404 },
    { reason: 'an unknown route', path: `${BASE}/wikis`, call: {}, status: 404 },
    { reason: 'a branch that climbs', path: `${BASE}/repository/branches/..%2Fx`, call: {}, status: 404 },
    { reason: 'an option for a commit', path: `${BASE}/repository/commits/--all`, call: {}, status: 404 },
    { reason: 'hooks to a developer', path: `${BASE}/hooks`, call: { token: 'ci-token' }, status: 403 },
    {
      reason: 'another site',
      path: `${BASE}/hooks`,
      call: { method: 'POST', token: 'bot-token', headers: { origin: 'http://evil.example' } },
      status: 403,
    },
    {
      reason: 'a project that leads out',
      path: '/projects',
      call: { method: 'POST', token: 'ci-token', body: { path: '../x', namespace_path: '..' } },
      status: 400,
    },
    {
      reason: 'a guarded branch to CI',
      path: `${BASE}/repository/branches?branch=approved/prod&ref=main`,
      call: { method: 'POST', token: 'ci-token' },
      status: 403,
    },
    {
      reason: 'a merge into main to CI',
      path: `${MR}/1/merge`,
      call: { method: 'PUT', token: 'ci-token', body: {} },
      status: 401,
    },
    {
      reason: 'an edit of nothing',
      path: `${MR}/1`,
      call: { method: 'PUT', token: 'ci-token', body: {} },
      status: 400,
    },
    {
      reason: 'a hook that is no web address',
      path: `${BASE}/hooks`,
      call: { method: 'POST', token: 'bot-token', body: { url: 'file:///etc/passwd' } },
      status: 400,
    },
  ])('refuses $reason', async ({ path, call, status }) => {
    await open();

    const response = await ask(path, call);

    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty('message');
  });

  it('makes, shows, lists and removes branches', async () => {
    const made = await ask(`${BASE}/repository/branches?branch=approved/prod&ref=main`, {
      method: 'POST',
      token: 'bot-token',
    });

    expect(made.status).toBe(201);
    const shown = await get(`${BASE}/repository/branches/approved%2Fprod`);
    expect(shown).toMatchObject({ name: 'approved/prod', protected: true, commit: { id: main } });
    const list = (await (await ask(`${BASE}/repository/branches`)).json()) as { name: string }[];
    expect(list.map(({ name }) => name)).toEqual(['approved/prod', 'main', 'topic']);
    const remove = (branch: string): Promise<Response> =>
      ask(`${BASE}/repository/branches/${branch}`, { method: 'DELETE', token: 'bot-token' });
    expect([(await remove('topic')).status, (await remove('main')).status]).toEqual([204, 403]);
  });

  it('shows commits, versions and differences', async () => {
    await open();

    expect(await get(`${MR}/1/diffs`)).toEqual([
      expect.objectContaining({ new_path: '<b>', new_file: true, a_mode: '0', diff: '@@ -0,0 +1 @@\n+<script>\n' }),
    ]);
    expect(await get(`${MR}/1/changes`)).toMatchObject({ iid: 1, changes: [{ new_path: '<b>' }] });
    expect(await get(`${MR}/1/commits`)).toMatchObject([{ id: topic, parent_ids: [main] }]);
    expect(await get(`${MR}/1/versions`)).toMatchObject([{ head_commit_sha: topic, base_commit_sha: main }]);
  });

  it('pages lists, with links', async () => {
    await open();
    for (const body of ['one', 'two', 'three'])
      await ask(`${MR}/1/notes`, { method: 'POST', token: 'ci-token', body: { body } });

    const page = await ask(`${MR}/1/notes?sort=asc&per_page=2&page=2`);

    expect(await page.json()).toMatchObject([{ body: 'three' }]);
    expect(page.headers.get('x-total')).toBe('3');
    expect(page.headers.get('x-next-page')).toBe('');
    expect(page.headers.get('link')).toContain('page=1>; rel="prev"');
  });
});

describe('webhooks', () => {
  const TOKEN = 'hook-secret';
  const event = (request: Request): string | null => request.headers.get('x-gitlab-event');

  it('are told of merge requests and of the push of a merge, with the token', async () => {
    forge.ensureHook(PROJECT, { url: 'http://receiver/hook', token: TOKEN });
    forge.ensureHook(PROJECT, { url: 'http://receiver/hook', token: TOKEN });

    await open();
    await ask(`${MR}/1/merge`, { method: 'PUT', token: 'bot-token', body: {} });

    await expect.poll(() => received.map(event)).toEqual(['Merge Request Hook', 'Merge Request Hook', 'Push Hook']);
    expect(new Set(received.map(({ headers }) => headers.get('x-gitlab-token')))).toEqual(new Set([TOKEN]));
    expect(await received[1]?.json()).toMatchObject({
      object_attributes: { iid: 1, action: 'merge', state: 'merged' },
    });
    expect(await received[2]?.json()).toMatchObject({
      ref: 'refs/heads/main',
      before: main,
      user_username: 'bot',
      project: { path_with_namespace: PROJECT, git_http_url: `${forge.url}/${PROJECT}.git` },
    });
  });

  it('are tried again, and given up in the end', async () => {
    forge.ensureHook(PROJECT, { url: 'http://receiver/hook', token: TOKEN });
    answers = [500, 302, 500, 500, 500];

    await open();

    await clock.advanceUntil(() => received.length >= 4, 60_000);
    clock.advance(600_000);
    expect(received).toHaveLength(4);
    expect(new Set(received.map(({ headers }) => headers.get('idempotency-key')))).toHaveProperty('size', 1);
  });
});

describe('the pages', () => {
  const page = (path: string): Promise<Response> => forge.fetch(`${forge.url}${path}`);

  it.each([
    { path: '/', shows: 'href="/stoa/envs"' },
    { path: '/stoa/envs', shows: 'Bump &lt;img&gt;' },
    { path: '/stoa/envs/-/merge_requests/1', shows: '&lt;/pre&gt;&lt;b&gt;' },
    { path: '/stoa/envs/-/merge_requests/1', shows: '+&lt;script&gt;' },
    { path: '/stoa/envs/-/merge_requests', shows: 'Bump &lt;img&gt;' },
  ])('show $shows at $path, escaped, and run nothing', async ({ path, shows }) => {
    await open();

    const response = await page(path);

    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).toContain(shows);
    expect(text).not.toMatch(/<script|<img|<!-- y/);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  });

  it('show a commit, and branches without a common history', async () => {
    expect(await (await page(`/stoa/envs/-/commit/${main}`)).text()).toContain('+1');
    expect((await page('/stoa/envs/-/merge_requests/7')).status).toBe(404);
    expect((await page('/stoa/absent')).status).toBe(404);
  });
});
