import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../core/index.ts';
import { runGit } from '../../git/index.ts';
import { startForge } from './forge.ts';
import type { ForgeServer } from './forge.ts';

let project: string;
let count = 0;
let scratch: string;
let forge: ForgeServer;
let clock: VirtualClock;
let topic: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-forge-'));
  clock = new VirtualClock();
  forge = await startForge({
    ...{ directory: join(scratch, 'forge'), clock, fetch },
    authenticate: async () => undefined,
    verifyToken: async (token) => (token === 'alice' ? { name: 'alice', groups: ['developers'] } : undefined),
    machines: [
      { name: 'bot', token: 'bot-token', role: 'maintainer' },
      { name: 'ci', token: 'ci-token', role: 'developer' },
    ],
  });
});
afterAll(async () => {
  await forge[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});
beforeEach(async () => {
  project = `stoa/envs-${++count}`;
  await forge.createProject(project);
  await commit('main');
  await git('update-ref', 'refs/heads/topic', 'refs/heads/main');
  topic = await commit('topic');
});

const base = (): string => `/projects/${encodeURIComponent(project)}`;
const mergeRequests = (): string => `${base()}/merge_requests`;

async function git(...args: readonly string[]): Promise<string> {
  return (await runGit({ args, directory: forge.repositoryDirectory(project) })).toString().trim();
}

/** One more commit on a branch, past the forge. @returns its id */
async function commit(branch: string): Promise<string> {
  const from = await git('rev-parse', '--verify', `refs/heads/${branch}`).catch(() => '');
  const author = 'Alice <alice@example.com> 0 +0000';
  const input = `commit refs/heads/${branch}\nmark :1\ncommitter ${author}\ndata 6\nChange\n${from === '' ? '' : `from ${from}\n`}M 100644 inline ${branch}-${from.slice(0, 8)}\ndata 1\nx\nget-mark :1\n`;
  const directory = forge.repositoryDirectory(project);
  return (await runGit({ args: ['fast-import', '--quiet'], directory, input })).toString().trim();
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(
  method: string,
  path: string,
  { as = 'bot-token', ...body }: Record<string, unknown> = {},
): Promise<Answer> {
  const response = await forge.fetch(`${forge.url}/api/v4${path}`, {
    method,
    headers: { authorization: `Bearer ${String(as)}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const open = (title = 'Bump'): Promise<Answer> =>
  ask('POST', mergeRequests(), { as: 'ci-token', title, source_branch: 'topic', target_branch: 'main' });
const event = (iid: number, name: 'close' | 'reopen'): Promise<Answer> =>
  ask('PUT', `${mergeRequests()}/${iid}`, { state_event: name });
const iids = async (query: string): Promise<readonly number[]> =>
  ((await ask('GET', `${mergeRequests()}?${query}`)).body as readonly { readonly iid: number }[]).map(({ iid }) => iid);

describe('a list of merge requests', () => {
  it('holds what was updated since, by notes and approvals too, in the order asked for', async () => {
    await open();
    await event(1, 'close');
    await open();
    clock.advance(60_000);
    const since = new Date(clock.now()).toISOString();
    expect(await iids(`updated_after=${since}`)).toEqual([]);

    await ask('POST', `${mergeRequests()}/1/notes`, { body: 'more' });
    expect(await iids(`updated_after=${since}`)).toEqual([1]);
    clock.advance(1_000);
    await ask('POST', `${mergeRequests()}/2/approve`, { as: 'alice' });

    expect(await iids(`updated_after=${since}&order_by=updated_at&sort=asc`)).toEqual([1, 2]);
    expect(await iids('order_by=updated_at')).toEqual([2, 1]);
    expect(await iids('sort=asc')).toEqual([1, 2]);
    expect(await iids(`state=opened&updated_after=${since}`)).toEqual([2]);
  });

  it('is refused for what it cannot be asked', async () => {
    for (const query of [
      'updated_after=yesterday',
      'state=open',
      'order_by=iid;DROP TABLE mergeRequest',
      'sort=random',
    ])
      expect((await ask('GET', `${mergeRequests()}?${query}`)).status).toBe(400);
  });
});

describe('reopening', () => {
  it('takes over the present head, without approvals of the earlier one', async () => {
    await open();
    await ask('POST', `${mergeRequests()}/1/approve`, { as: 'alice' });
    await event(1, 'close');
    const pushed = await commit('topic');

    const { status, body } = await event(1, 'reopen');

    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'opened', sha: pushed });
    expect((await ask('GET', `${mergeRequests()}/1/approvals`)).body).toMatchObject({ approved_by: [] });
  });

  it('is refused beside another, of a merged one, and without the branch', async () => {
    await open();
    await event(1, 'close');
    await open();
    expect((await event(1, 'reopen')).status).toBe(409);
    await ask('PUT', `${mergeRequests()}/2/merge`);
    expect((await event(2, 'reopen')).status).toBe(422);
    await git('update-ref', '-d', 'refs/heads/topic');
    expect((await event(1, 'reopen')).status).toBe(400);

    expect((await ask('GET', `${mergeRequests()}/1`)).body).toMatchObject({ state: 'closed' });
  });
});

describe('approvals', () => {
  const approvals = async (): Promise<unknown> => (await ask('GET', `${mergeRequests()}/1/approvals`)).body;
  const approveAndPush = async (): Promise<void> => {
    await open();
    await ask('POST', `${mergeRequests()}/1/approve`, { as: 'alice', sha: topic });
    const head = await commit('topic');
    await ask('POST', `${mergeRequests()}/1/approve`, { as: 'ci-token', sha: head }); // Makes the forge look; the author may not.
  };

  it('are taken back by a push', async () => {
    await approveAndPush();

    expect(await approvals()).toMatchObject({ approved_by: [] });
  });

  it('are kept where the project says so, which only a maintainer may', async () => {
    const setting = { reset_approvals_on_push: false };
    expect((await ask('POST', `${base()}/approvals`, { as: 'ci-token', ...setting })).status).toBe(403);
    expect((await ask('POST', `${base()}/approvals`, setting)).body).toMatchObject(setting);

    await approveAndPush();

    expect(await approvals()).toMatchObject({ approved_by: [{ user: { username: 'alice' } }] });
    expect((await ask('GET', `${base()}/approvals`)).body).toMatchObject(setting);
  });
});

describe('versions', () => {
  it('are shown with their differences', async () => {
    await open();
    const [version] = (await ask('GET', `${mergeRequests()}/1/versions`)).body as readonly { readonly id: number }[];

    const { body } = await ask('GET', `${mergeRequests()}/1/versions/${version?.id ?? 0}`);

    expect(body).toMatchObject({ head_commit_sha: topic, diffs: [{ new_file: true }] });
    expect((await ask('GET', `${mergeRequests()}/1/versions/99`)).status).toBe(404);
  });
});

describe('protected branches', () => {
  it('are told with who may do what', async () => {
    const { body } = await ask('GET', `${base()}/protected_branches`);

    const levels = (body as Record<string, { access_level: number }[]>[]).map((rule) => [
      rule['name'],
      rule['push_access_levels']?.[0]?.access_level,
      rule['merge_access_levels']?.[0]?.access_level,
    ]);
    expect(levels).toEqual([
      ['main', 30, 40],
      ['approved', 40, 40],
      ['approved/*', 40, 40],
      ['evidence', 40, 40],
      ['evidence/*', 40, 40],
    ]);
    const one = await ask('GET', `${base()}/protected_branches/approved%2F*`);
    expect(one.body).toMatchObject({ name: 'approved/*', allow_force_push: false });
    expect((await ask('GET', `${base()}/protected_branches/topic`)).status).toBe(404);
  });
});

describe('pipelines', () => {
  const set = (name: string, state: string): Promise<Answer> =>
    ask('POST', `${base()}/statuses/${topic}`, { name, state });

  it.each([
    { states: ['pending', 'pending'], status: 'pending' },
    { states: ['success', 'pending'], status: 'running' },
    { states: ['success', 'running'], status: 'running' },
    { states: ['success', 'failed'], status: 'failed' },
    { states: ['success', 'canceled'], status: 'canceled' },
    { states: ['success', 'success'], status: 'success' },
  ])('of $states are $status', async ({ states, status }) => {
    for (const [index, state] of states.entries()) await set(`check-${index}`, state);

    const { body } = await ask('GET', `${base()}/pipelines?sha=${topic}`);

    expect(body).toMatchObject([{ sha: topic, ref: 'topic', status, source: 'external' }]);
  });

  it('hold the statuses of their commit', async () => {
    const { pipeline_id: id } = (await set('a', 'success')).body as { readonly pipeline_id: number };
    const statuses = `${base()}/repository/commits/${topic}/statuses`;

    expect((await ask('GET', `${statuses}?pipeline_id=${id}`)).body).toMatchObject([{ name: 'a', pipeline_id: id }]);
    expect((await ask('GET', `${statuses}?pipeline_id=${id + 1}`)).body).toEqual([]);
    expect((await ask('GET', `${base()}/pipelines/${id}`)).body).toMatchObject({ id, status: 'success' });
    expect((await ask('GET', `${base()}/pipelines/${id + 1}`)).status).toBe(404);
    const other = await ask('POST', `${base()}/statuses/${topic}`, {
      name: 'b',
      state: 'success',
      pipeline_id: id + 1,
    });
    expect(other.status).toBe(404);
  });
});
