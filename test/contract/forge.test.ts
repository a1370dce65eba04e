import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { ForgeError, gitlabForge, readMarker, writeMarker } from '../../src/forge/index.ts';
import type { Forge } from '../../src/forge/index.ts';
import { openMirror } from '../../src/git/index.ts';
import type { Mirror } from '../../src/git/index.ts';
import { startForge } from '../../src/standins/forge/index.ts';
import type { ForgeServer } from '../../src/standins/forge/index.ts';

const PROJECT = 'stoa/envs';
const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  alice: ['developers'],
  bob: ['reviewers'],
  erin: ['auditors'],
};

let scratch: string;
let server: ForgeServer;
let mirror: Mirror;
let head: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-forge-'));
  server = await start();
  const { url } = await server.createProject(PROJECT);
  mirror = await openMirror({
    url,
    directory: join(scratch, 'mirror'),
    credentials: { username: 'bot', password: 'bot-token' },
  });
  head = await commit('refs/heads/main', { file: 'one\n' });
});
afterEach(async () => {
  await mirror[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

function start(): Promise<ForgeServer> {
  return startForge({
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
  gitlabForge({ baseUrl: server.url, project: PROJECT, fetch, ...who });
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
    const { iid, sha } = await opened();
    await alice().approve(iid, sha);
    await server[Symbol.asyncDispose]();

    server = await start();

    expect((await bot().mergeRequest(iid)).state).toBe('opened');
    expect(await bot().approvals(iid)).toHaveLength(1);
  });

  it('says that a forge is down', async () => {
    const down = gitlabForge({ baseUrl: 'http://127.0.0.1:1', project: PROJECT, fetch });

    await expect(down.mergeRequest(1)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });
});

describe('pushing to the forge', () => {
  const pushAs = async (username: string, password: string, ref: string): Promise<void> => {
    await using own = await openMirror({
      url: mirror.url,
      directory: join(scratch, username),
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
      code: 'AUTHENTICATION',
    },
    {
      reason: 'CI to the evidence',
      name: 'ci',
      password: 'ci-token',
      ref: 'refs/heads/evidence',
      code: 'AUTHENTICATION',
    },
  ])('is refused to $reason', async ({ name, password, ref, code }) => {
    await expect(pushAs(name, password, ref)).rejects.toMatchObject({ code });
    await mirror.fetch();
    expect(await mirror.resolve(ref)).toBeUndefined();
  });

  it('is allowed to the delivery bot, and told to listeners', async () => {
    const told: string[] = [];
    server.onPush(({ user, refs }) => told.push(`${user} ${refs.map(({ ref }) => ref).join()}`));

    await mirror.moveRef('refs/heads/approved/prod', { after: head });

    expect(told).toEqual(['bot refs/heads/approved/prod']);
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
    '/stoa/../../etc.git/info/refs?service=git-upload-pack',
    '/..%2f..%2fetc/info/refs?service=git-upload-pack',
  ])('does not leave its folder: %s', async (path) => {
    expect((await fetch(`${server.url}${path}`)).status).toBe(404);
  });
});
