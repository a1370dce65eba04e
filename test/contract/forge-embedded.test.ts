import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gitlabForge } from '../../src/forge/index.ts';
import type { Forge } from '../../src/forge/index.ts';
import { gitEnvironment, openMirror } from '../../src/git/index.ts';
import type { Mirror } from '../../src/git/index.ts';
import type { ForgeServer } from '../../src/standins/forge/index.ts';
import { commitOn } from './commit-on.ts';
import { impatient, startEmbedded } from './forge-worlds.ts';

let scratch: string;
let server: ForgeServer;
let count = 0;
let project: string;
let mirror: Mirror;
let head: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-forge-'));
  server = await startEmbedded(join(scratch, 'forge'));
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
  head = await commitOn(mirror, 'refs/heads/main', { files: { file: 'one\n' } });
});
afterEach(() => mirror[Symbol.asyncDispose]());

describe('the embedded forge', () => {
  it('keeps everything over a restart', async () => {
    const as = (token: string): Forge =>
      gitlabForge({ baseUrl: server.url, project, fetch, clock: impatient, bearer: token });
    const { port } = new URL(server.url);
    await commitOn(mirror, 'refs/heads/topic', { files: { other: 'two\n' }, parent: head });
    const request = { title: 'Bump', description: '', sourceBranch: 'topic', targetBranch: 'main' };
    const { iid, sha } = await as('ci-token').open(request);
    await as('alice').approve(iid, sha);
    await server[Symbol.asyncDispose]();

    server = await startEmbedded(join(scratch, 'forge'), Number(port));

    expect((await as('bot-token').mergeRequest(iid)).state).toBe('opened');
    expect(await as('bot-token').approvals(iid)).toHaveLength(1);
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

describe('push options', () => {
  /** Pushes `main` and one commit more as CI would by hand. @returns what is printed */
  const push = async (branch: string, ...options: readonly string[]): Promise<string> => {
    const sha = await commitOn(mirror, `refs/heads/base-${branch}`, { files: { [branch]: 'x\n' }, parent: head });
    const flags = options.flatMap((option) => ['-o', option]);
    const args = [
      `--git-dir=${join(scratch, `mirror-${count}`)}`,
      'push',
      ...flags,
      mirror.url,
      `${sha}:refs/heads/${branch}`,
    ];
    const env = gitEnvironment({ username: 'ci', password: 'ci-token' });
    return (await promisify(execFile)('git', args, { env })).stderr;
  };
  const bot = (): Forge => gitlabForge({ baseUrl: server.url, project, fetch, clock: impatient, token: 'bot-token' });
  const create = 'merge_request.create';

  it('open a merge request, once', async () => {
    const options = ['target=main', 'title=Bump it', 'description=Because', 'label=a', 'label=b'];

    const printed = await push('topic', create, ...options.map((option) => `merge_request.${option}`));

    const [found] = await bot().mergeRequests();
    expect(found).toMatchObject({ title: 'Bump it', description: 'Because', author: 'ci', labels: ['a', 'b'] });
    expect(found).toMatchObject({ sourceBranch: 'topic', targetBranch: 'main', state: 'opened' });
    expect(printed).toContain(found?.webUrl);
  });

  it('take the title of the commit and main, and leave an open one as it is', async () => {
    await push('topic', create);
    head = (await mirror.resolve('refs/heads/base-topic')) ?? '';
    await push('topic', create, 'merge_request.title=Other', 'ci.skip');

    expect(await bot().mergeRequests()).toMatchObject([{ title: 'Change', targetBranch: 'main' }]);
  });

  it('fail without failing the push', async () => {
    const printed = await push('topic', create, 'merge_request.target=absent');

    expect(printed).toContain('WARNINGS');
    await mirror.fetch();
    expect(await mirror.resolve('topic')).toBeDefined();
    expect(await bot().mergeRequests()).toEqual([]);
  });

  it('mean nothing without the wish for one', async () => {
    await push('topic', 'merge_request.title=Other');

    expect(await bot().mergeRequests()).toEqual([]);
  });
});

describe('approvals that the project keeps', () => {
  it('are of the head that they were given to, and are given anew', async () => {
    const as = (bearer: string): Forge =>
      gitlabForge({ baseUrl: server.url, project, fetch, clock: impatient, bearer });
    const path = `${server.url}/api/v4/projects/${encodeURIComponent(project)}/approvals`;
    const headers = { 'private-token': 'bot-token', 'content-type': 'application/json' };
    await fetch(path, { method: 'POST', headers, body: JSON.stringify({ reset_approvals_on_push: false }) });
    await commitOn(mirror, 'refs/heads/topic', { files: { other: '1\n' }, parent: head });
    const request = { title: 'Bump', description: '', sourceBranch: 'topic', targetBranch: 'main' };
    const { iid, sha } = await as('ci-token').open(request);
    await as('alice').approve(iid, sha);
    const pushed = await commitOn(mirror, 'refs/heads/topic', { files: { other: '2\n' }, parent: sha });
    expect(await as('bot-token').approvals(iid)).toMatchObject([{ username: 'alice', sha }]);

    await as('alice').approve(iid, pushed);

    expect(await as('bot-token').approvals(iid)).toMatchObject([{ username: 'alice', sha: pushed }]);
  });
});
