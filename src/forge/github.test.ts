import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/index.ts';
import type { Fetch } from '../core/index.ts';
import { githubDialect } from './github-dialect.ts';
import { githubForge } from './github.ts';
import type { Approval, Forge } from './port.ts';

interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers by method and path below the repository, one after another; the last stays. */
function scripted(answers: Readonly<Record<string, readonly Answer[]>>): {
  forge: Forge;
  calls: string[];
  clock: VirtualClock;
} {
  const clock = new VirtualClock(0);
  const calls: string[] = [];
  const left = new Map(Object.entries(answers).map(([key, list]) => [key, [...list]]));
  const fetch: Fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const key = `${init?.method ?? 'GET'} ${url.pathname.replace('/repos/a/b', '')}`;
    calls.push(`${key}${url.search}`);
    const list = left.get(key) ?? [];
    const { status = 200, body = {}, headers = {} } = (list.length > 1 ? list.shift() : list[0]) ?? { status: 404 };
    return Response.json(body, { status, headers });
  };
  return { forge: githubForge({ project: 'a/b', fetch, clock, token: 'ghp_x' }), calls, clock };
}

async function finish<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let done = false;
  const settled = promise.finally(() => (done = true));
  settled.catch(() => undefined);
  await clock.advanceUntil(() => done, 120_000);
  return settled;
}

const time = (second: number): string => new Date(Date.UTC(2026, 0, 15, 9, 0, second)).toISOString();
const place = (ref: string, repo: number | null = 1): object => ({
  ...{ ref, sha: `${ref}-head`, label: `a:${ref}` },
  repo: repo === null ? null : { id: repo },
});
const pull = (number: number, change: object = {}): object => ({
  ...{ number, title: 'Bump', body: null, state: 'open', head: place('topic'), base: place('main') },
  ...{ user: { login: 'ci' }, labels: [{ name: 'x' }], html_url: `https://github.com/a/b/pull/${number}` },
  ...{ created_at: time(0), updated_at: time(number), merged_at: null, merge_commit_sha: 'try', mergeable: true },
  ...change,
});

describe('approvals', () => {
  const by = (login: string | null, state: string, second: number): object => ({
    ...{ user: login === null ? null : { login }, state, commit_id: 'head' },
    ...(state === 'PENDING' ? {} : { submitted_at: time(second) }),
  });
  const review = (state: string, second: number, commit = 'head'): object => ({
    ...by('bob', state, second),
    commit_id: commit,
  });
  const bob = (sha: string, second: number): Approval => ({ username: 'bob', sha, at: Date.parse(time(second)) });

  it.each([
    { reason: 'one that stands', reviews: [review('APPROVED', 1)], left: [bob('head', 1)] },
    {
      reason: 'one that a remark follows',
      reviews: [review('APPROVED', 1), review('COMMENTED', 2)],
      left: [bob('head', 1)],
    },
    { reason: 'a dismissed one', reviews: [review('DISMISSED', 1)], left: [] },
    {
      reason: 'an earlier one than a dismissed one',
      reviews: [review('APPROVED', 1), review('DISMISSED', 2)],
      left: [],
    },
    {
      reason: 'one that was thought better of',
      reviews: [review('APPROVED', 1), review('CHANGES_REQUESTED', 2)],
      left: [],
    },
    {
      reason: 'one after second thoughts',
      reviews: [review('CHANGES_REQUESTED', 1), review('APPROVED', 2, 'new')],
      left: [bob('new', 2)],
    },
    {
      reason: 'the newer of two heads',
      reviews: [review('APPROVED', 1, 'old'), review('APPROVED', 2, 'new')],
      left: [bob('new', 2)],
    },
    { reason: 'one that is not submitted', reviews: [review('PENDING', 1)], left: [] },
    { reason: 'one of an account that is gone', reviews: [by(null, 'APPROVED', 1)], left: [] },
  ])('count $reason', async ({ reviews, left }) => {
    const { forge } = scripted({ 'GET /pulls/1/reviews': [{ body: reviews }] });

    expect(await forge.approvals(1)).toEqual(left);
  });
});

describe('mergeable', () => {
  it('is asked for again while GitHub works it out', async () => {
    const unknown = { body: pull(1, { mergeable: null }) };
    const { forge, calls, clock } = scripted({
      'GET /pulls/1': [unknown, unknown, { body: pull(1, { mergeable: false }) }],
    });

    expect((await finish(clock, forge.mergeRequest(1))).mergeable).toBe(false);
    expect(calls).toHaveLength(3);
  });

  it('is taken for granted when GitHub does not get to it', async () => {
    const { forge, calls, clock } = scripted({ 'GET /pulls/1': [{ body: pull(1, { mergeable: null }) }] });

    expect((await finish(clock, forge.mergeRequest(1))).mergeable).toBe(true);
    expect(calls).toHaveLength(5);
    expect(clock.now()).toBeLessThan(5_000);
  });
});

describe('lists', () => {
  const merged = pull(3, { state: 'closed', merged_at: time(3), merge_commit_sha: 'm3' });

  it('leave out forks, even those that are gone, and show no tried merge', async () => {
    const listed = [pull(5, { head: place('x', 2) }), pull(4, { head: place('y', null) }), pull(2)];
    const { forge } = scripted({ 'GET /pulls': [{ body: listed }], 'GET /pulls/2': [{ body: pull(2) }] });

    const found = await forge.mergeRequests();

    expect(found.map(({ iid }) => iid)).toEqual([2]);
    expect(found[0]).not.toHaveProperty('mergeCommitSha');
  });

  it('end at the time that is asked for, and name one that moved once', async () => {
    const pages = [
      {
        body: [pull(9), pull(8)],
        headers: { link: '<https://api.github.com/repositories/1/pulls?page=2>; rel="next"' },
      },
      {
        body: [pull(8), pull(2)],
        headers: { link: '<https://api.github.com/repositories/1/pulls?page=3>; rel="next"' },
      },
    ];
    const { forge, calls } = scripted({
      'GET /pulls': pages,
      'GET /pulls/9': [{ body: pull(9) }],
      'GET /pulls/8': [{ body: pull(8) }],
    });

    const found = await forge.mergeRequests({ updatedAfter: Date.parse(time(5)), state: 'opened' });

    expect(found.map(({ iid }) => iid)).toEqual([9, 8]);
    expect(calls.filter((call) => call.startsWith('GET /pulls?'))).toHaveLength(2);
    expect(calls[0]).toContain('state=open&sort=updated&direction=desc');
  });

  it('read once who merged', async () => {
    const { forge, calls } = scripted({
      'GET /pulls': [{ body: [merged] }],
      'GET /pulls/3': [{ body: { ...merged, merged_by: { login: 'bot' } } }],
    });

    await forge.mergeRequests();

    expect(await forge.mergeRequests()).toMatchObject([{ mergedBy: 'bot', mergeCommitSha: 'm3' }]);
    expect(calls.filter((call) => call === 'GET /pulls/3')).toHaveLength(1);
  });
});

describe('statuses', () => {
  it('are not set to what they are', async () => {
    const known = { context: 'check', state: 'pending', description: `${'x'.repeat(139)}…`, target_url: null };
    const { forge, calls } = scripted({
      'GET /commits/s/status': [{ body: { statuses: [known] } }],
      'POST /statuses/s': [{ status: 201 }],
    });

    await forge.setStatus('s', { name: 'check', state: 'running', description: 'x'.repeat(300) });
    expect(calls).not.toContain('POST /statuses/s');
    await forge.setStatus('s', { name: 'check', state: 'success' });

    expect(calls).toContain('POST /statuses/s');
  });
});

describe(githubDialect, () => {
  it.each([
    { baseUrl: undefined, apiUrl: 'https://api.github.com' },
    { baseUrl: 'https://github.com/', apiUrl: 'https://api.github.com' },
    { baseUrl: 'https://api.github.com', apiUrl: 'https://api.github.com' },
    { baseUrl: 'https://acme.ghe.com', apiUrl: 'https://api.acme.ghe.com' },
    { baseUrl: 'https://git.example.com/', apiUrl: 'https://git.example.com/api/v3' },
    { baseUrl: 'http://127.0.0.1:8080', apiUrl: 'http://127.0.0.1:8080/api/v3' },
  ])('finds the API of $baseUrl', ({ baseUrl, apiUrl }) => {
    const address = baseUrl === undefined ? {} : { baseUrl };

    expect(githubDialect({ ...address, project: 'a/b', fetch }).apiUrl).toBe(apiUrl);
  });

  it.each(['a', 'a/b/c', '../x', 'a/..', 'a/b?x', ''])('refuses the project %j', (project) => {
    expect(() => githubForge({ project, fetch })).toThrow(expect.objectContaining({ code: 'INVALID' }) as Error);
  });
});
