import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { gitlabForge } from '../../src/forge/index.ts';
import { openMirror } from '../../src/git/index.ts';
import { startForge } from '../../src/standins/forge/index.ts';
import type { ForgeServer } from '../../src/standins/forge/index.ts';
import { eventually, git } from '../support/tools.ts';

let scratch: string;
let forge: ForgeServer;
let work: string;
let number = 0;
let project: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stoa-forge-git-'));
  forge = await startForge({
    directory: join(scratch, 'forge'),
    clock: systemClock,
    fetch,
    authenticate: async (name, password) =>
      name === 'alice' && password === 'p@ss word' ? { name, groups: ['developers'] } : undefined,
    verifyToken: async (token) => (token === 'access' ? { name: 'bob', groups: ['reviewers'] } : undefined),
    machines: [
      { name: 'ci', token: 'ci-token', role: 'developer' },
      { name: 'stoa-cd', token: 'bot-token', role: 'maintainer' },
    ],
  });
});
afterAll(async () => {
  await forge[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});
beforeEach(async () => {
  project = `stoa/project-${++number}`;
  work = await mkdtemp(join(scratch, 'work-'));
  await git(work, 'init', '-q', '-b', 'main');
});
afterEach(() => rm(work, { recursive: true, force: true }));

const remote = (user?: string): string =>
  `${forge.url.replace('//', user === undefined ? '//' : `//${user}@`)}/${project}.git`;
const ALICE = 'alice:p%40ss%20word';
const BOT = 'stoa-cd:bot-token';

async function commit(file: string, content: string | Buffer): Promise<string> {
  await writeFile(join(work, file), content);
  await git(work, 'add', '.');
  await git(work, 'commit', '-q', '-m', `Change ${file}`);
  return git(work, 'rev-parse', 'HEAD');
}
const refused = async (...args: readonly string[]): Promise<string> => {
  const error: unknown = await git(work, ...args).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return (error as { stderr?: string } | undefined)?.stderr ?? 'it was not refused';
};
const remoteRefs = async (): Promise<readonly string[]> =>
  (await git(work, 'ls-remote', remote())).split('\n').filter(Boolean);

describe('git against the forge', () => {
  it('pushes, proposes by REST, merges and fetches', async () => {
    await commit('a', 'one\n');
    await git(work, 'push', '-q', remote(ALICE), 'main');
    await git(work, 'checkout', '-q', '-b', 'topic');
    const sha = await commit('b', 'two\n');
    await git(work, 'push', '-q', remote(ALICE), 'topic');
    const api = (token: string): ReturnType<typeof gitlabForge> =>
      gitlabForge({ baseUrl: forge.url, project, fetch, token });

    const { iid } = await api('ci-token').open({
      ...{ title: 'Add b', description: '', sourceBranch: 'topic', targetBranch: 'main' },
    });
    await gitlabForge({ baseUrl: forge.url, project, fetch, bearer: 'access' }).approve(iid, sha);
    const merged = await api('bot-token').merge(iid, { sha, message: 'Ship it' });

    await git(work, 'fetch', '-q', remote(), 'main');
    expect(await git(work, 'rev-parse', 'FETCH_HEAD')).toBe(merged.mergeCommitSha);
    expect(await git(work, 'log', '-1', '--format=%an %s', 'FETCH_HEAD')).toBe('stoa-cd Ship it');
    expect(await git(work, 'show', 'FETCH_HEAD:b')).toBe('two');
    expect(await api('bot-token').approvals(iid)).toMatchObject([{ username: 'bob', sha }]);
  });

  it.each([
    ['-c', 'protocol.version=0'],
    ['-c', 'protocol.version=1'],
    ['-c', 'protocol.version=2'],
  ])('clones whole, shallow and partial with %s %s', async (...version) => {
    await commit('a', 'one\n');
    await commit('a', 'two\n');
    await git(work, 'push', '-q', remote(ALICE), 'main');

    await git(scratch, ...version, 'clone', '-q', remote(), join(work, 'whole'));
    await git(scratch, ...version, 'clone', '-q', '--depth=1', remote(), join(work, 'shallow'));
    await git(scratch, ...version, 'clone', '-q', '--filter=blob:none', remote(), join(work, 'partial'));

    expect(await git(join(work, 'whole'), 'rev-list', '--count', 'HEAD')).toBe('2');
    expect(await git(join(work, 'shallow'), 'rev-list', '--count', 'HEAD')).toBe('1');
    expect(await git(join(work, 'partial'), 'show', 'HEAD~1:a')).toBe('one');
  });

  it('takes a large push in chunks, and one from a shallow clone', async () => {
    await commit('large', randomBytes(5_000_000));
    await git(work, 'push', '-q', remote('oauth2:access').replace(project, 'stoa/absent'), 'main').catch(
      () => undefined,
    );
    await git(work, 'push', '-q', remote(ALICE), 'main');
    const clone = join(work, 'shallow');
    await git(scratch, 'clone', '-q', '--depth=1', remote(), clone);
    await writeFile(join(clone, 'more'), 'more\n');
    await git(clone, 'add', '.');
    await git(clone, 'commit', '-q', '-m', 'More');

    await git(clone, 'push', '-q', remote('oauth2:access'), 'HEAD:topic');

    expect((await remoteRefs()).map((line) => line.split('\t')[1])).toEqual([
      'HEAD',
      'refs/heads/main',
      'refs/heads/topic',
    ]);
    expect((await fetch(`${forge.url}/api/v4/projects/stoa%2Fabsent`)).status).toBe(404);
  });

  it.each([
    { reason: 'an approved ref by a developer', refspecs: ['main:approved/prod'], told: 'pre-receive hook declined' },
    { reason: 'evidence beside an allowed ref', refspecs: ['main:x', 'main:evidence'], told: 'GitLab: You are not' },
    { reason: 'a ref that is no branch', refspecs: ['main:refs/keep-around/x'], told: 'pre-receive hook declined' },
    { reason: 'the deletion of main', refspecs: [':main'], told: 'pre-receive hook declined' },
    { reason: 'rewriting main', refspecs: ['+other:main'], told: 'non-fast-forward' },
  ])('refuses $reason in words, and changes nothing', async ({ refspecs, told }) => {
    await commit('a', 'one\n');
    await git(work, 'push', '-q', remote(ALICE), 'main');
    await git(work, 'checkout', '-q', '--orphan', 'other');
    await commit('a', 'two\n');
    const before = await remoteRefs();

    expect(await refused('push', remote(ALICE), ...refspecs)).toContain(told);

    expect(await remoteRefs()).toEqual(before);
  });

  it('does not let the bot rewrite an approved ref, but move it on', async () => {
    const first = await commit('a', 'one\n');
    await git(work, 'push', '-q', remote(BOT), 'main', 'main:approved/prod');
    await commit('a', 'two\n');
    await git(work, 'push', '-q', remote(BOT), 'main:approved/prod');

    expect(await refused('push', '--force', remote(BOT), `${first}:refs/heads/approved/prod`)).toContain(
      'non-fast-forward',
    );
  });

  it('lets a topic branch be rewritten, which takes approvals back', async () => {
    await commit('a', 'one\n');
    await git(work, 'push', '-q', remote(ALICE), 'main');
    await git(work, 'checkout', '-q', '-b', 'topic');
    const sha = await commit('b', 'two\n');
    await git(work, 'push', '-q', remote(ALICE), 'topic');
    const api = gitlabForge({ baseUrl: forge.url, project, fetch, token: 'ci-token' });
    const { iid } = await api.open({ title: 't', description: '', sourceBranch: 'topic', targetBranch: 'main' });
    await gitlabForge({ baseUrl: forge.url, project, fetch, bearer: 'access' }).approve(iid, sha);

    await git(work, 'commit', '-q', '--amend', '-m', 'Other');
    await git(work, 'push', '-q', '--force', remote(ALICE), 'topic');

    expect(await api.approvals(iid)).toEqual([]);
    expect((await api.mergeRequest(iid)).sha).toBe(await git(work, 'rev-parse', 'HEAD'));
    await git(work, 'push', '-q', remote(ALICE), ':topic');
    expect((await api.mergeRequest(iid)).state).toBe('closed');
  });

  it('serves many at once', async () => {
    await commit('a', 'one\n');
    await git(work, 'push', '-q', remote(ALICE), 'main');
    const names = Array.from({ length: 6 }, (_, index) => `topic-${index}`);

    await Promise.all(names.map((name) => git(work, 'push', '-q', remote(ALICE), `main:${name}`)));

    expect(await remoteRefs()).toHaveLength(names.length + 2);
  });

  it('shows a mirror what was pushed before it asks', async () => {
    await commit('a', '0\n');
    await git(work, 'push', '-q', remote(ALICE), 'main');
    await using mirror = await openMirror({ url: remote(), directory: join(work, 'mirror'), fetch });
    await mirror.fetch();
    const pushes: Promise<boolean>[] = [];
    using _subscription = forge.onPush(() => pushes.push(mirror.fetch()));

    for (const content of ['1\n', '2\n', '3\n']) {
      const sha = await commit('a', content);
      await git(work, 'push', '-q', remote(ALICE), 'main');
      await Promise.all(pushes);
      expect(await mirror.resolve('main')).toBe(sha);
    }
  });

  it('keeps a private project to those who have an account', async () => {
    const { url, empty } = await forge.createProject(`${project}-secret`, { visibility: 'private' });

    expect(empty).toBe(true);
    expect(await refused('ls-remote', url)).toContain('terminal prompts disabled');
    expect(await git(work, 'ls-remote', url.replace('//', '//oauth2:access@'))).toBe('');
    expect((await fetch(`${forge.url}/api/v4/projects/${encodeURIComponent(`${project}-secret`)}`)).status).toBe(404);
    expect((await fetch(`${forge.url}/${project}-secret`)).status).toBe(404);
  });
});

describe('requests that are not as they should be', () => {
  const authorization = `Basic ${btoa('ci:ci-token')}`;
  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${remote()}/git-receive-pack`, { method: 'POST', body, headers: { authorization, ...headers } });
  const zero = '0'.repeat(40);

  it.each([
    { reason: 'no packets', body: 'hello' },
    { reason: 'a packet that is cut off', body: '00b0' },
    { reason: 'a packet of a reserved length', body: '0003' },
    { reason: 'no commands', body: '000ahello\n0000' },
    { reason: 'a signed push', body: '000fpush-cert\0\n0000' },
    { reason: 'nothing', body: '' },
  ])('refuses $reason', async ({ body }) => {
    expect((await post(body)).status).toBe(400);
  });

  it('refuses a packed request that unpacks without end, and another packing', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, '0'));
    const answer = await fetch(`${remote()}/git-upload-pack`, {
      method: 'POST',
      body: bomb,
      headers: { authorization, 'content-encoding': 'gzip' },
    });

    expect(answer.status).toBe(404);
    await forge.createProject(project);
    const again = await fetch(`${remote()}/git-upload-pack`, {
      method: 'POST',
      body: bomb,
      headers: { 'content-encoding': 'gzip' },
    });
    expect(again.status).toBe(413);
    expect((await post('x', { 'content-encoding': 'br' })).status).toBe(415);
  });

  it('changes nothing when the client goes away amid a push', async () => {
    await commit('a', 'one\n');
    await git(work, 'push', '-q', remote(ALICE), 'main');
    const sha = await commit('b', randomBytes(100_000));
    const pack = packOf(sha);
    const line = `${zero} ${sha} refs/heads/topic\0 report-status`;
    const head = `${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`;
    const started = request(`${remote()}/git-receive-pack`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/x-git-receive-pack-request' },
    });
    started.on('error', () => undefined);
    started.write(head);
    await new Promise((resolve) => started.write(pack.subarray(0, 1000), resolve));

    started.destroy();

    await eventually('the forge to be at rest', async () =>
      (await fetch(`${forge.url}/healthz`)).ok ? true : undefined,
    );
    expect((await remoteRefs()).map((text) => text.split('\t')[1])).toEqual(['HEAD', 'refs/heads/main']);
    await git(work, 'push', '-q', remote(ALICE), `${sha}:refs/heads/topic`);
    expect(await remoteRefs()).toHaveLength(3);
  });

  function packOf(sha: string): Buffer {
    return execFileSync('git', ['pack-objects', '--revs', '--stdout', '-q'], { cwd: work, input: `${sha}\n` });
  }
});
