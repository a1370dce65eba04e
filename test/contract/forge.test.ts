import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import type { Clock } from '../../src/core/index.ts';
import { ForgeError, gitlabForge, readMarker, writeMarker } from '../../src/forge/index.ts';
import type { Forge } from '../../src/forge/index.ts';
import { openMirror } from '../../src/git/index.ts';
import type { Mirror } from '../../src/git/index.ts';
import { startForge } from '../../src/standins/forge/index.ts';
import type { ForgeServer } from '../../src/standins/forge/index.ts';

const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  ci: ['developers'],
  alice: ['developers'],
  bob: ['reviewers'],
  erin: ['auditors'],
};

/** Waits for nothing: the forge is on this machine, and where it is down it stays down. */
const impatient: Clock = { now: () => Date.now(), after: (_ms, run) => systemClock.after(0, run) };

let scratch: string;
let server: ForgeServer;
let count = 0;
let project: string;
let mirror: Mirror;
let head: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-forge-'));
  server = await start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});
beforeEach(async () => {
  project = `stoa/envs-${++count}`;
  const { url } = await server.createProject(project);
  mirror = await openMirror({
    url,
    directory: join(scratch, `mirror-${count}`),
    credentials: { username: 'bot', password: 'bot-token' },
    fetch,
  });
  head = await commit('refs/heads/main', { file: 'one\n' });
});
afterEach(() => mirror[Symbol.asyncDispose]());

function start(port = 0): Promise<ForgeServer> {
  return startForge({
    port,
    directory: join(scratch, 'forge'),
    clock: systemClock,
    fetch,
    authenticate: async (name, password) =>
      name in PEOPLE && password === 'pw' ? { name, groups: PEOPLE[name] ?? [] } : undefined,
    verifyToken: async (token) => (token in PEOPLE ? { name: token, groups: PEOPLE[token] ?? [] } : undefined),
    machines: [
      { name: 'bot', token: 'bot-token', role: 'maintainer' },
      { name: 'ci', token: 'ci-token', role: 'developer' },
    ],
  });
}

async function commit(ref: string, files: Record<string, string>, parent?: string): Promise<string> {
  const author = { name: 'bot', email: 'bot@example.com' };
  const request = { ref, files: new Map(Object.entries(files)), message: 'Change', author, at: Date.now() };
  if (parent === undefined) return mirror.push(request);
  if ((await mirror.resolve(ref)) === undefined) await mirror.moveRef(ref, { after: parent });
  return mirror.push({ ...request, parent });
}

const as = (who: { readonly token?: string; readonly bearer?: string }): Forge =>
  gitlabForge({ baseUrl: server.url, project, fetch, clock: impatient, ...who });
const bot = (): Forge => as({ token: 'bot-token' });
const ci = (): Forge => as({ token: 'ci-token' });
const alice = (): Forge => as({ bearer: 'alice' });
const request = {
  title: 'Bump',
  description: 'Because',
  sourceBranch: 'topic',
  targetBranch: 'main',
  labels: ['release'],
};

async function opened(): Promise<{ readonly iid: number; readonly sha: string }> {
  await commit('refs/heads/topic', { other: 'two\n' }, head);
  return ci().open(request);
}

describe(gitlabForge, () => {
  it('opens, edits, lists and closes a merge request', async () => {
    const { iid } = await opened();

    await ci().edit(iid, { description: writeMarker('Because', { release: 'r1' }) });

    const found = await bot().mergeRequest(iid);
    expect(found).toMatchObject({ title: 'Bump', state: 'opened', author: 'ci', labels: ['release'], mergeable: true });
    expect(readMarker(found.description)).toEqual({ release: 'r1' });
    expect((await bot().mergeRequests({ state: 'opened', sourceBranch: 'topic' })).map((one) => one.iid)).toEqual([
      iid,
    ]);
    await bot().close(iid);
    expect((await bot().mergeRequest(iid)).state).toBe('closed');
  });

  it('merges the head that was judged, as the acting machine', async () => {
    const { iid, sha } = await opened();

    await expect(bot().merge(iid, { sha: head })).rejects.toMatchObject({ code: 'CONFLICT' });
    const merged = await bot().merge(iid, { sha });

    expect(merged).toMatchObject({ state: 'merged', mergedBy: 'bot' });
    await mirror.fetch();
    expect(await mirror.resolve('main')).toBe(merged.mergeCommitSha);
    expect((await mirror.commit(merged.mergeCommitSha ?? '')).parents).toEqual([head, sha]);
    expect(await mirror.file('main', 'other')).toBe('two\n');
  });

  it('does not merge what conflicts', async () => {
    await commit('refs/heads/topic', { file: 'mine\n' }, head);
    const { iid, sha } = await ci().open(request);
    await commit('refs/heads/main', { file: 'theirs\n' }, head);

    expect((await bot().mergeRequest(iid)).mergeable).toBe(false);
    await expect(bot().merge(iid, { sha })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('drops approvals when the branch moves', async () => {
    const { iid, sha } = await opened();
    await alice().approve(iid, sha);
    expect((await bot().approvals(iid)).map(({ username }) => username)).toEqual(['alice']);

    await mirror.fetch();
    await commit('refs/heads/topic', { other: 'three\n' }, sha);

    expect(await bot().approvals(iid)).toEqual([]);
    await expect(alice().approve(iid, sha)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it.each([
    { reason: 'the author', act: (iid: number, sha: string) => ci().approve(iid, sha), code: 'UNAUTHORIZED' },
    {
      reason: 'an auditor',
      act: (iid: number, sha: string) => as({ bearer: 'erin' }).approve(iid, sha),
      code: 'FORBIDDEN',
    },
    {
      reason: 'a stranger',
      act: (iid: number, sha: string) => as({ bearer: 'mallory' }).approve(iid, sha),
      code: 'UNAUTHORIZED',
    },
    { reason: 'nobody', act: (iid: number, sha: string) => as({}).approve(iid, sha), code: 'UNAUTHORIZED' },
  ])('does not let $reason approve', async ({ act, code }) => {
    const { iid, sha } = await opened();

    await expect(act(iid, sha)).rejects.toMatchObject({ code });
  });

  it.each([
    { reason: 'CI', forge: ci },
    { reason: 'a developer', forge: alice },
  ])('does not let $reason merge into main', async ({ forge }) => {
    const { iid, sha } = await opened();

    await expect(forge().merge(iid, { sha })).rejects.toBeInstanceOf(ForgeError);
    expect((await bot().mergeRequest(iid)).state).toBe('opened');
  });

  it('takes the same twice for once', async () => {
    const { iid, sha } = await opened();

    await bot().setStatus(sha, { name: 'check', state: 'running' });
    await bot().setStatus(sha, { name: 'check', state: 'running' });
    await expect(bot().setStatus(sha, { name: 'check', state: 'pending' })).rejects.toMatchObject({ code: 'INVALID' });
    await alice().approve(iid, sha);
    await alice().approve(iid, sha);
    const merged = await bot().merge(iid, { sha });

    expect(await bot().merge(iid, { sha })).toEqual(merged);
    await expect(bot().merge(iid, { sha: head })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('says of which head an approval is', async () => {
    const { iid, sha } = await opened();
    await alice().approve(iid, sha);

    expect(await bot().approvals(iid)).toMatchObject([{ username: 'alice', sha }]);
  });

  it('does not merge a draft, nor twice, nor what is closed', async () => {
    const { iid, sha } = await opened();
    await ci().edit(iid, { title: 'Draft: Bump' });
    await expect(bot().merge(iid, { sha })).rejects.toMatchObject({ code: 'CONFLICT' });
    await ci().edit(iid, { title: 'Bump' });
    await bot().close(iid);

    await expect(bot().merge(iid, { sha })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await bot().mergeRequest(iid)).state).toBe('closed');
  });

  it('refuses a second merge request for the same branch, and a branch that is not there', async () => {
    await opened();

    await expect(ci().open(request)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(ci().open({ ...request, sourceBranch: 'absent' })).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('notices that main was pushed with the branch in it', async () => {
    const { iid, sha } = await opened();

    await mirror.moveRef('refs/heads/main', { before: head, after: sha });

    expect(await bot().mergeRequest(iid)).toMatchObject({ state: 'merged', mergedBy: 'bot' });
  });

  it('lists more than a page', async () => {
    const { iid } = await opened();
    for (let count = 0; count < 105; count++) await bot().addNote(iid, `note ${count}`);

    const bodies = (await bot().notes(iid)).map(({ body }) => body);

    expect(bodies).toEqual(Array.from({ length: 105 }, (_, count) => `note ${count}`));
  });

  it('keeps notes and statuses', async () => {
    const { iid, sha } = await opened();

    const note = await bot().addNote(iid, 'first');
    await bot().editNote(iid, { id: note.id, body: 'second' });
    await bot().setStatus(sha, { name: 'stoa-cd/content', state: 'pending' });
    await bot().setStatus(sha, { name: 'stoa-cd/content', state: 'success', description: 'fine' });

    expect((await bot().notes(iid)).map(({ body, author }) => [body, author])).toEqual([['second', 'bot']]);
    expect(await bot().statuses(sha)).toEqual([{ name: 'stoa-cd/content', state: 'success', description: 'fine' }]);
  });

  it('keeps everything over a restart', async () => {
    const address = new URL(server.url);
    const { iid, sha } = await opened();
    await alice().approve(iid, sha);
    await server[Symbol.asyncDispose]();

    server = await start(Number(address.port));

    expect((await bot().mergeRequest(iid)).state).toBe('opened');
    expect(await bot().approvals(iid)).toHaveLength(1);
  });

  it('says that a forge is down', async () => {
    const down = gitlabForge({ baseUrl: 'http://127.0.0.1:1', project, fetch, clock: impatient });

    await expect(down.mergeRequest(1)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });
});

describe('pushing to the forge', () => {
  const pushAs = async (username: string, password: string, ref: string): Promise<void> => {
    await using own = await openMirror({
      url: mirror.url,
      directory: join(scratch, `${username}-${count}`),
      credentials: { username, password },
    });
    await own.fetch();
    await own.moveRef(ref, { after: head });
  };

  it.each([
    { reason: 'a wrong password', name: 'alice', password: 'no', ref: 'refs/heads/x', code: 'AUTHENTICATION' },
    { reason: 'an auditor', name: 'erin', password: 'pw', ref: 'refs/heads/x', code: 'AUTHENTICATION' },
    {
      reason: 'a developer to an approved ref',
      name: 'alice',
      password: 'pw',
      ref: 'refs/heads/approved/prod',
      code: 'REJECTED',
    },
    {
      reason: 'a developer to where approved refs are kept',
      name: 'alice',
      password: 'pw',
      ref: 'refs/heads/approved',
      code: 'REJECTED',
    },
    {
      reason: 'CI to the evidence',
      name: 'ci',
      password: 'ci-token',
      ref: 'refs/heads/evidence',
      code: 'REJECTED',
    },
  ])('is refused to $reason', async ({ name, password, ref, code }) => {
    await expect(pushAs(name, password, ref)).rejects.toMatchObject({ code });
    await mirror.fetch();
    expect(await mirror.resolve(ref)).toBeUndefined();
  });

  it('is refused with the reason of the forge', async () => {
    await expect(pushAs('ci', 'ci-token', 'refs/heads/approved/prod')).rejects.toThrow(
      /You are not allowed to push code to protected branches/,
    );
  });

  it('is allowed to the delivery bot, and told to listeners', async () => {
    const told: string[] = [];
    using subscribed = server.onPush(({ user, refs }) => told.push(`${user} ${refs.map(({ ref }) => ref).join()}`));

    await mirror.moveRef('refs/heads/approved/prod', { after: head });

    expect(told).toEqual(['bot refs/heads/approved/prod']);
    expect(subscribed).toBeDefined();
  });

  it('makes the project of a person who pushes to a new one', async () => {
    const own = await openMirror({
      url: `${server.url}/stoa/new.git`,
      directory: join(scratch, 'new'),
      credentials: { username: 'alice', password: 'pw' },
    });
    await own.push({
      ref: 'refs/heads/main',
      files: new Map([['a', 'b']]),
      message: 'First',
      author: { name: 'a', email: 'a@b' },
      at: 0,
    });

    await using reader = await openMirror({ url: `${server.url}/stoa/new.git`, directory: join(scratch, 'reader') });
    expect(await reader.fetch()).toBe(true);
    await own[Symbol.asyncDispose]();
  });

  it.each([
    { path: '/stoa/../../etc.git/info/refs?service=git-receive-pack', status: 400 },
    { path: '/..%2f..%2fetc/info/refs?service=git-receive-pack', status: 400 },
    { path: '/stoa/x.lock/info/refs?service=git-receive-pack', status: 400 },
    { path: '/stoa/%ff/info/refs?service=git-receive-pack', status: 404 },
    { path: '/stoa/absent.git/info/refs?service=git-upload-pack', status: 404 },
    { path: '/stoa/envs-1.git/info/refs?service=git-something', status: 403 },
    { path: '/stoa/envs-1.git/git-receive-pack', status: 405 },
  ])('does not leave its folders: $path', async ({ path, status }) => {
    const headers = { authorization: `Basic ${btoa('bot:bot-token')}` };

    expect((await fetch(`${server.url}${path}`, { headers })).status).toBe(status);
  });

  it('asks who wants what is not there, and takes no name of a machine from a person', async () => {
    expect((await fetch(`${server.url}/stoa/absent.git/info/refs?service=git-upload-pack`)).status).toBe(401);
    const headers = { authorization: `Basic ${btoa('bot:pw')}` };
    expect((await fetch(`${server.url}/api/v4/user`, { headers })).status).toBe(401);
    expect((await fetch(`${server.url}/api/v4/user`, { headers: { authorization: 'Bearer ci' } })).status).toBe(401);
  });
});
