import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ForgeError, readMarker, writeMarker } from '../../src/forge/index.ts';
import type { Forge } from '../../src/forge/index.ts';
import { openMirror } from '../../src/git/index.ts';
import type { Mirror } from '../../src/git/index.ts';
import { commitOn } from './commit-on.ts';
import { FORGES } from './forge-worlds.ts';
import type { ForgeWorld, Person } from './forge-worlds.ts';

describe.each(FORGES)('a forge: $name', ({ lacks, ...kind }) => {
  let world: ForgeWorld;
  let count = 0;
  let project: string;
  let mirror: Mirror;
  let head: string;
  beforeAll(async () => {
    world = await kind.start();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    project = `stoa/envs-${++count}`;
    const remote = await world.createProject(project);
    mirror = await openMirror({ ...remote, directory: join(world.scratch, `mirror-${count}`), fetch });
    head = await commitOn(mirror, 'refs/heads/main', { files: { file: 'one\n' } });
  });
  afterEach(() => mirror[Symbol.asyncDispose]());

  const as = (person: Person): Forge => world.forge({ project, as: person });
  const [bot, ci, alice] = [(): Forge => as('bot'), (): Forge => as('ci'), (): Forge => as('alice')];
  const commit = (files: Record<string, string>, parent: string, branch = 'topic'): Promise<string> =>
    commitOn(mirror, `refs/heads/${branch}`, { files, parent });
  const request = {
    title: 'Bump',
    description: 'Because',
    sourceBranch: 'topic',
    targetBranch: 'main',
    labels: ['release'],
  };

  async function opened(branch = 'topic'): Promise<{ readonly iid: number; readonly sha: string }> {
    await commit({ other: `${branch}\n` }, head, branch);
    return ci().open({ ...request, sourceBranch: branch });
  }

  it('opens, edits, lists and closes a merge request', async () => {
    const { iid } = await opened();

    await ci().edit(iid, { description: writeMarker('Because', { release: 'r1' }), labels: ['other'] });

    const found = await bot().mergeRequest(iid);
    expect(found).toMatchObject({ title: 'Bump', state: 'opened', author: 'ci', labels: ['other'], mergeable: true });
    expect(readMarker(found.description)).toEqual({ release: 'r1' });
    await bot().close(iid);
    await bot().close(iid);
    expect((await bot().mergeRequest(iid)).state).toBe('closed');
  });

  it('has the labels that it was opened with', async () => {
    const { iid } = await opened();

    expect((await bot().mergeRequest(iid)).labels).toEqual(['release']);
  });

  it('lists by state, branches and time of the last change', async () => {
    const [first, second, third] = [await opened('a'), await opened('b'), await opened('c')];
    const iids = async (filter: Parameters<Forge['mergeRequests']>[0]): Promise<readonly number[]> =>
      (await bot().mergeRequests(filter)).map(({ iid }) => iid).toSorted((a, b) => a - b);
    await bot().merge(first.iid, { sha: first.sha });
    await bot().close(second.iid);

    expect(await iids({})).toEqual([first.iid, second.iid, third.iid]);
    expect(await iids({ state: 'opened' })).toEqual([third.iid]);
    expect(await iids({ state: 'merged' })).toEqual([first.iid]);
    expect(await iids({ state: 'closed' })).toEqual([second.iid]);
    expect(await iids({ sourceBranch: 'b', targetBranch: 'main' })).toEqual([second.iid]);
    expect(await iids({ targetBranch: 'other' })).toEqual([]);
    const updatedAt = Math.max(...(await bot().mergeRequests()).map((one) => one.updatedAt));
    await expect.poll(() => Date.now()).toBeGreaterThan(updatedAt);
    await bot().addNote(first.iid, 'moved');
    expect(await iids({ updatedAfter: updatedAt + 1 })).toEqual([first.iid]);
    expect(await iids({ state: 'opened', updatedAfter: updatedAt + 1 })).toEqual([]);
    expect(await bot().mergeRequests({ state: 'merged' })).toMatchObject([{ mergedBy: 'bot', sha: first.sha }]);
  });

  it('merges the head that was judged, as the acting machine', async () => {
    const { iid, sha } = await opened();

    await expect(bot().merge(iid, { sha: head })).rejects.toMatchObject({ code: 'CONFLICT' });
    const merged = await bot().merge(iid, { sha, message: 'Deploy r1\n\nBecause.' });

    expect(merged).toMatchObject({ state: 'merged', mergedBy: 'bot' });
    await mirror.fetch();
    expect(await mirror.resolve('main')).toBe(merged.mergeCommitSha);
    const commit = await mirror.commit(merged.mergeCommitSha ?? '');
    expect(commit.parents).toEqual([head, sha]);
    expect(commit.message).toMatch(/^Deploy r1\n/);
    expect(await mirror.file('main', 'other')).toBe('topic\n');
  });

  it('does not merge what conflicts', async () => {
    await commit({ file: 'mine\n' }, head);
    const { iid, sha } = await ci().open(request);
    await commitOn(mirror, 'refs/heads/main', { files: { file: 'theirs\n' }, parent: head });

    expect((await bot().mergeRequest(iid)).mergeable).toBe(false);
    await expect(bot().merge(iid, { sha })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await bot().mergeRequest(iid)).state).toBe('opened');
  });

  it('has no approval of a head that was pushed after it', async () => {
    const { iid, sha } = await opened();
    await alice().approve(iid, sha);
    expect(await bot().approvals(iid)).toMatchObject([{ username: 'alice', sha }]);

    await mirror.fetch();
    const pushed = await commit({ other: 'three\n' }, sha);

    expect((await bot().approvals(iid)).filter((one) => one.sha !== sha)).toEqual([]);
    expect(await bot().mergeRequest(iid)).toMatchObject({ sha: pushed });
    await expect(alice().approve(iid, sha)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it.each([
    { reason: 'the author', person: 'ci', codes: ['UNAUTHORIZED', 'FORBIDDEN'] },
    { reason: 'a stranger', person: 'mallory', codes: ['UNAUTHORIZED'] },
    { reason: 'nobody', person: 'nobody', codes: ['UNAUTHORIZED'] },
  ] as const)('does not let $reason approve', async ({ person, codes }) => {
    const { iid, sha } = await opened();

    const error = await as(person)
      .approve(iid, sha)
      .catch((cause: unknown) => cause);

    expect(codes).toContain((error as ForgeError).code);
    expect(await bot().approvals(iid)).toEqual([]);
  });

  it.skipIf(lacks.includes('readers who may not approve'))('does not let a reader approve', async () => {
    const { iid, sha } = await opened();

    await expect(as('erin').approve(iid, sha)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each(['ci', 'alice'] as const)('does not let %s, a developer, merge into main', async (person) => {
    const { iid, sha } = await opened();

    await expect(as(person).merge(iid, { sha })).rejects.toBeInstanceOf(ForgeError);
    expect((await bot().mergeRequest(iid)).state).toBe('opened');
  });

  it('takes the same twice for once', async () => {
    const { iid, sha } = await opened();

    await alice().approve(iid, sha);
    await alice().approve(iid, sha);
    await bot().setStatus(sha, { name: 'check', state: 'running' });
    await bot().setStatus(sha, { name: 'check', state: 'running' });
    const merged = await bot().merge(iid, { sha });

    expect(await bot().approvals(iid)).toHaveLength(1);
    expect(await bot().statuses(sha)).toHaveLength(1);
    expect(await bot().merge(iid, { sha })).toEqual(merged);
    await expect(bot().merge(iid, { sha: head })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it.skipIf(lacks.includes('statuses that only move on'))('does not set a status back', async () => {
    const { sha } = await opened();
    await bot().setStatus(sha, { name: 'check', state: 'running' });

    await expect(bot().setStatus(sha, { name: 'check', state: 'pending' })).rejects.toMatchObject({ code: 'INVALID' });
  });

  it.skipIf(lacks.includes('drafts by title'))('does not merge a draft', async () => {
    const { iid, sha } = await opened();

    await ci().edit(iid, { title: 'Draft: Bump' });

    await expect(bot().merge(iid, { sha })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('does not merge what is closed', async () => {
    const { iid, sha } = await opened();
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
    for (let note = 0; note < 105; note++) await bot().addNote(iid, `note ${note}`);

    const bodies = (await bot().notes(iid)).map(({ body }) => body);

    expect(bodies).toEqual(Array.from({ length: 105 }, (_, note) => `note ${note}`));
  });

  it('keeps notes and statuses', async () => {
    const { iid, sha } = await opened();

    const note = await bot().addNote(iid, 'first');
    await bot().editNote(iid, { id: note.id, body: 'second' });
    await bot().setStatus(sha, { name: 'stoa-cd/content', state: 'pending' });
    await bot().setStatus(sha, { name: 'stoa-cd/content', state: 'success', description: 'fine' });
    const long = { name: 'long', state: 'failed', description: 'x'.repeat(1_000), targetUrl: 'http://page/1' } as const;
    await bot().setStatus(sha, long);

    expect((await bot().notes(iid)).map(({ body, author }) => [body, author])).toEqual([['second', 'bot']]);
    const [status, cut] = (await bot().statuses(sha)).toSorted((a, b) => b.name.localeCompare(a.name));
    expect(status).toEqual({ name: 'stoa-cd/content', state: 'success', description: 'fine' });
    expect(cut).toMatchObject({ name: 'long', state: 'failed', targetUrl: 'http://page/1' });
    expect(cut?.description).toMatch(/^x{100,254}…$/);
  });

  it('says that a forge is down', async () => {
    const down = world.downForge(project);

    await expect(down.mergeRequest(1)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });

  it('does not know what is not there', async () => {
    await expect(bot().mergeRequest(99)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const other = world.forge({ project: 'stoa/absent', as: 'bot' });
    await expect(other.mergeRequests()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
