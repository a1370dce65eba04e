import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/index.ts';
import type { Fetch } from '../core/index.ts';
import { gitlabForge } from './gitlab.ts';
import type { Forge } from './port.ts';

interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Script {
  readonly forge: Forge;
  readonly calls: string[];
  readonly clock: VirtualClock;
}

/** A forge that gives these answers one after another to calls whose path ends so. */
function scripted(answers: Readonly<Record<string, readonly Answer[]>>): Script {
  const clock = new VirtualClock(0);
  const calls: string[] = [];
  const left = new Map(Object.entries(answers).map(([path, list]) => [path, [...list]]));
  const fetch: Fetch = async (input, init) => {
    const path = new URL(input instanceof Request ? input.url : input).pathname.split('/merge_requests')[1] ?? '';
    calls.push(`${init?.method ?? 'GET'} ${path} @${clock.now()}`);
    const list = left.get(path) ?? [];
    const answer = list.length > 1 ? list.shift() : list[0];
    if (answer === undefined) throw new TypeError('connection refused');
    const { status = 200, body = {}, headers = {} } = answer;
    return Response.json(body, { status, headers });
  };
  return {
    forge: gitlabForge({ baseUrl: 'http://forge', project: 'a/b', fetch, clock, token: 'secret' }),
    calls,
    clock,
  };
}

const MR = {
  iid: 1,
  title: 'Bump',
  description: null,
  state: 'opened',
  source_branch: 'topic',
  target_branch: 'main',
  sha: 'head',
  author: { username: 'ci' },
  labels: [],
  web_url: 'http://forge/a/b/-/merge_requests/1',
  created_at: '2026-01-15T09:00:00.000Z',
  updated_at: '2026-01-15T09:00:00.000Z',
};

async function finish<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let done = false;
  const settled = promise.finally(() => (done = true));
  settled.catch(() => undefined);
  await clock.advanceUntil(() => done, 120_000);
  return settled;
}

describe(gitlabForge, () => {
  it('asks again while the forge is unavailable, with growing pauses', async () => {
    const { forge, calls, clock } = scripted({ '/1': [{ status: 502 }, { status: 500 }, { body: MR }] });

    const found = await finish(clock, forge.mergeRequest(1));

    expect(found.sha).toBe('head');
    expect(calls).toEqual(['GET /1 @0', 'GET /1 @200', 'GET /1 @600']);
  });

  it('waits as long as the forge asks, also before a call that may not be repeated', async () => {
    const limit = { status: 429, headers: { 'retry-after': '7' } };
    const { forge, calls, clock } = scripted({ '/1/notes': [limit, { status: 400 }] });

    await expect(finish(clock, forge.addNote(1, 'x'))).rejects.toMatchObject({ code: 'INVALID' });
    expect(calls).toEqual(['POST /1/notes @0', 'POST /1/notes @7000']);
  });

  it.each([
    { reason: 'a lost answer to something that may not be repeated', answers: { '/1/notes': [{ status: 502 }] } },
    { reason: 'a forge that is down for something that may not be repeated', answers: {} },
    {
      reason: 'a forge that asks to wait too long',
      answers: { '/1/notes': [{ status: 429, headers: { 'retry-after': '3600' } }] },
    },
  ])('gives up at once for $reason', async ({ answers }) => {
    const { forge, calls, clock } = scripted(answers);

    await expect(finish(clock, forge.addNote(1, 'x'))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(calls).toHaveLength(1);
  });

  it('gives up after a few tries', async () => {
    const { forge, calls, clock } = scripted({ '/1': [{ status: 503 }] });

    await expect(finish(clock, forge.mergeRequest(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(calls).toHaveLength(4);
  });

  it('stops waiting when the signal aborts', async () => {
    const { forge } = scripted({ '/1': [{ status: 503 }] });
    const abort = new AbortController();
    const waited = forge.mergeRequest(1, abort.signal);

    abort.abort(new RangeError('enough'));

    await expect(waited).rejects.toBeInstanceOf(RangeError);
  });

  it.each([
    { reason: 'another place', answer: { status: 302, headers: { location: 'http://elsewhere/' } }, code: 'INVALID' },
    { reason: 'another shape', answer: { body: { iid: 'one' } }, code: 'INVALID' },
    { reason: 'another project', answer: { status: 404 }, code: 'NOT_FOUND' },
  ])('does not follow the forge to $reason', async ({ answer, code }) => {
    const { forge, calls } = scripted({ '/1': [answer] });

    await expect(forge.mergeRequest(1)).rejects.toMatchObject({ code });
    expect(calls).toHaveLength(1);
  });

  it('takes a merge whose answer was lost for done', async () => {
    const merged = { ...MR, state: 'merged', merge_commit_sha: 'merge', merge_user: { username: 'bot' } };
    const { forge, clock } = scripted({ '/1/merge': [{ status: 502 }, { status: 405 }], '/1': [{ body: merged }] });

    expect(await finish(clock, forge.merge(1, { sha: 'head' }))).toMatchObject({ mergedBy: 'bot' });
  });
});

describe('approvals', () => {
  const time = (second: number): string => new Date(Date.UTC(2026, 0, 15, 9, 0, second)).toISOString();
  const version = (sha: string, second: number): object => ({ head_commit_sha: sha, created_at: time(second) });
  const by = (second: number | null): object => ({
    approved_by: [{ user: { username: 'bob' }, ...(second === null ? {} : { approved_at: time(second) }) }],
  });

  it.each([
    { reason: 'the head of its time', approved: 5, versions: [version('b', 4), version('a', 1)], sha: 'b' },
    { reason: 'an earlier head', approved: 3, versions: [version('b', 4), version('a', 1)], sha: 'a' },
    { reason: 'the only head', approved: null, versions: [version('a', 1)], sha: 'a' },
    { reason: 'no head that is known', approved: null, versions: [version('b', 4), version('a', 1)], sha: '' },
    {
      reason: 'no head, when it is older than all',
      approved: 0,
      versions: [version('b', 4), version('a', 1)],
      sha: '',
    },
  ])('are of $reason', async ({ approved, versions, sha }) => {
    const { forge } = scripted({ '/1/approvals': [{ body: by(approved) }], '/1/versions': [{ body: versions }] });

    expect(await forge.approvals(1)).toMatchObject([{ username: 'bob', sha }]);
  });
});
