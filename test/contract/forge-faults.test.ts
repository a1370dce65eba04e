import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Forge } from '../../src/forge/index.ts';
import { openMirror } from '../../src/git/index.ts';
import type { Mirror } from '../../src/git/index.ts';
import { commitOn } from './commit-on.ts';
import { faultyForge } from './faulty-forge.ts';
import type { FaultyForge } from './faulty-forge.ts';
import { FORGES } from './forge-worlds.ts';
import type { ForgeWorld } from './forge-worlds.ts';

/** What the paths of the two kinds of API end with. */
const PATHS = {
  gitlab: { list: '/merge_requests', merge: '/merge', approve: '/approve', notes: '/notes' },
  github: { list: '/pulls', merge: '/merge', approve: '/reviews', notes: '/comments' },
};

describe.each(FORGES)('a forge that fails: $name', ({ name, ...kind }) => {
  const paths = PATHS[name.includes('GitHub') ? 'github' : 'gitlab'];
  let world: ForgeWorld;
  let count = 0;
  let project: string;
  let mirror: Mirror;
  let head: string;
  let faulty: FaultyForge;
  beforeAll(async () => {
    world = await kind.start();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    project = `stoa/faults-${++count}`;
    const remote = await world.createProject(project);
    mirror = await openMirror({ ...remote, directory: join(world.scratch, `faults-${count}`), fetch });
    head = await commitOn(mirror, 'refs/heads/main', { files: { file: 'one\n' } });
    await commitOn(mirror, 'refs/heads/topic', { files: { other: 'two\n' }, parent: head });
    faulty = faultyForge(fetch);
  });
  afterEach(() => mirror[Symbol.asyncDispose]());

  const as = (person: 'bot' | 'ci' | 'alice'): Forge => world.forge({ project, as: person, fetch: faulty.fetch });
  const request = { title: 'Bump', description: 'Because', sourceBranch: 'topic', targetBranch: 'main' };
  const sent = (method: string, end: string): number =>
    faulty.calls.filter((call) => call.startsWith(`${method} `) && call.endsWith(end)).length;

  it.each(['lost', 'cut'] as const)('finds what it opened when the answer is %s', async (fault) => {
    faulty.fail('POST', paths.list, fault);

    const opened = await as('ci').open({ ...request, labels: ['release'] });

    expect(opened).toMatchObject({ title: 'Bump', state: 'opened', labels: ['release'] });
    expect((await as('ci').mergeRequests()).map(({ iid }) => iid)).toEqual([opened.iid]);
  });

  it('does not take what another opened for its own', async () => {
    const other = await as('ci').open({ ...request, title: 'Something else' });
    faulty.fail('POST', paths.list, 'refused');

    await expect(as('bot').open(request)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await as('ci').mergeRequests()).map(({ iid }) => iid)).toEqual([other.iid]);
  });

  it('opens nothing twice where the call did not arrive', async () => {
    faulty.fail('POST', paths.list, 'refused');

    await expect(as('ci').open(request)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(await as('ci').mergeRequests()).toEqual([]);
    await as('ci').open(request);
  });

  it.each(['lost', 'cut'] as const)('merges once when the answer is %s', async (fault) => {
    const { iid, sha } = await as('ci').open(request);
    faulty.fail('PUT', paths.merge, fault);

    const merged = await as('bot').merge(iid, { sha });

    expect(merged).toMatchObject({ state: 'merged', sha, mergedBy: 'bot' });
    await mirror.fetch();
    expect(await mirror.resolve('main')).toBe(merged.mergeCommitSha);
    expect((await mirror.commit(merged.mergeCommitSha ?? '')).parents).toEqual([head, sha]);
  });

  it('approves once when the answer is lost', async () => {
    const { iid, sha } = await as('ci').open(request);
    faulty.fail('POST', paths.approve, 'lost');

    await as('alice').approve(iid, sha);

    expect(await as('bot').approvals(iid)).toMatchObject([{ username: 'alice', sha }]);
    expect(sent('POST', paths.approve)).toBe(1);
  });

  it('reads again after errors of the server, broken connections and answers that are cut off', async () => {
    await as('ci').open(request);
    faulty.fail('GET', paths.list, { status: 502 }, 'refused', 'cut');

    expect(await as('bot').mergeRequests()).toHaveLength(1);
  });

  it('gives up when it does not get better', async () => {
    faulty.fail('GET', paths.list, { status: 500 }, { status: 503 }, { status: 502 }, { status: 504 });

    await expect(as('bot').mergeRequests()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });

  it('says that the token is no good any more, and does not insist', async () => {
    const expired = { error: 'invalid_token', error_description: 'Token is expired.', message: 'Bad credentials' };
    faulty.fail('GET', paths.list, { status: 401, body: expired });

    await expect(as('bot').mergeRequests()).rejects.toMatchObject({ code: 'UNAUTHORIZED', retryable: false });
    expect(sent('GET', paths.list)).toBe(1);
  });

  it('sends again what was one call too many', async () => {
    const { iid } = await as('ci').open(request);
    faulty.fail('POST', paths.notes, { status: 429, headers: { 'retry-after': '1' } });
    faulty.fail('POST', paths.notes, {
      status: 403,
      body: { message: 'secondary rate limit' },
      headers: { 'retry-after': '2' },
    });

    await as('bot').addNote(iid, 'once');

    expect((await as('bot').notes(iid)).map(({ body }) => body)).toEqual(['once']);
  });

  it('comes back later when it has no calls left for long', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3_000);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    faulty.fail('GET', paths.list, { status: 403, headers });

    const error = await as('bot')
      .mergeRequests()
      .catch((cause: unknown) => cause);

    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect((error as { details: { retryAfter: number } }).details.retryAfter).toBeGreaterThan(2_000);
    expect(sent('GET', paths.list)).toBe(1);
  });

  it('lets go of a forge that says nothing', async () => {
    faulty.fail('GET', paths.list, 'silent');
    const abort = new AbortController();
    const listed = as('bot').mergeRequests({}, abort.signal);

    abort.abort(new RangeError('enough'));

    await expect(listed).rejects.toBeInstanceOf(RangeError);
  });
});

describe('merging on another GitLab', () => {
  const [kind] = FORGES;
  const faulty = faultyForge(fetch);
  let world: ForgeWorld;
  let bot: Forge;
  let opened: { readonly iid: number; readonly sha: string };
  beforeAll(async () => {
    world = await kind.start();
    const remote = await world.createProject('stoa/merge');
    await using mirror = await openMirror({ ...remote, directory: join(world.scratch, 'merge'), fetch });
    const head = await commitOn(mirror, 'refs/heads/main', { files: { file: 'one\n' } });
    await commitOn(mirror, 'refs/heads/topic', { files: { other: 'two\n' }, parent: head });
    bot = world.forge({ project: 'stoa/merge', as: 'bot', fetch: faulty.fetch });
    opened = await bot.open({ title: 'x', description: '', sourceBranch: 'topic', targetBranch: 'main' });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it.each([
    { status: 405, body: { message: '405 Method Not Allowed' }, code: 'CONFLICT' },
    { status: 406, body: { message: 'Branch cannot be merged' }, code: 'CONFLICT' },
    { status: 422, body: { message: 'Branch cannot be merged' }, code: 'CONFLICT' },
    { status: 409, body: { message: 'SHA does not match HEAD of source branch' }, code: 'CONFLICT' },
    { status: 401, body: { message: '401 Unauthorized' }, code: 'UNAUTHORIZED' },
    { status: 403, body: { message: '403 Forbidden' }, code: 'FORBIDDEN' },
  ])('answers $status as $code, and nothing is merged', async ({ status, body, code }) => {
    faulty.fail('PUT', '/merge', { status, body });

    await expect(bot.merge(opened.iid, { sha: opened.sha })).rejects.toMatchObject({ code });
    expect((await bot.mergeRequest(opened.iid)).state).toBe('opened');
  });
});
