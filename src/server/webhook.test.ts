import { createHmac } from 'node:crypto';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../core/index.ts';
import { answerProblem } from './problem.ts';
import { webhookRoutes } from './webhook.ts';

const SECRET = 'hook-secret';
const URL = 'https://forge/a/b.git';
const MERGE_REQUEST = { object_kind: 'merge_request', object_attributes: { iid: 1 } };

interface World {
  readonly looks: string[];
  /** A look waits for this. */
  hold: Promise<unknown>;
  gitlab(event: string, options?: Sent): Promise<Response>;
  github(event: string, options?: Sent): Promise<Response>;
}

interface Sent {
  readonly body?: unknown;
  readonly id?: string;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function world(webhookToken = SECRET): World {
  const looks: string[] = [];
  const look = async (what: string): Promise<void> => {
    looks.push(what);
    await made.hold;
  };
  const routes = webhookRoutes({
    webhookToken,
    logger: silentLogger,
    onPush: (repository) => look(repository),
    onMergeRequest: () => look('merge requests'),
  });
  const app = new Hono().route('/', routes).onError((error, context) => answerProblem(error, context, silentLogger));
  const post = async (body: string, headers: Record<string, string>): Promise<Response> =>
    app.request('/', { method: 'POST', body, headers });
  const made: World = {
    looks,
    hold: Promise.resolve(),
    gitlab: (event, { body = MERGE_REQUEST, id, secret = SECRET, headers = {} } = {}) => {
      const named = id === undefined ? {} : { 'idempotency-key': id };
      return post(JSON.stringify(body), { 'x-gitlab-event': event, 'x-gitlab-token': secret, ...named, ...headers });
    },
    github: (event, { body = {}, id, secret = SECRET, headers = {} } = {}) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const signature = `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
      const named = id === undefined ? {} : { 'x-github-delivery': id };
      return post(text, { 'x-github-event': event, 'x-hub-signature-256': signature, ...named, ...headers });
    },
  };
  return made;
}

const push = { gitlab: { project: { git_http_url: URL } }, github: { repository: { clone_url: URL } } };

describe(webhookRoutes, () => {
  it.each([
    { forge: 'gitlab', event: 'Push Hook', body: push.gitlab, look: URL },
    { forge: 'gitlab', event: 'Tag Push Hook', body: push.gitlab, look: URL },
    { forge: 'gitlab', event: 'Merge Request Hook', body: MERGE_REQUEST, look: 'merge requests' },
    { forge: 'github', event: 'push', body: push.github, look: URL },
    { forge: 'github', event: 'pull_request', body: { action: 'opened' }, look: 'merge requests' },
    { forge: 'github', event: 'pull_request_review', body: { action: 'dismissed' }, look: 'merge requests' },
    { forge: 'github', event: 'status', body: { state: 'success' }, look: 'merge requests' },
  ] as const)('takes $event of $forge for a hint to look', async ({ forge, event, body, look }) => {
    const at = world();

    const response = await at[forge](event, { body });

    expect(response.status).toBe(202);
    expect(at.looks).toEqual([look]);
  });

  it.each(['ping', 'issues'])('does nothing for %s', async (event) => {
    const at = world();

    expect((await at.github(event)).status).toBe(202);
    expect(at.looks).toEqual([]);
  });

  it.each([
    { reason: 'a wrong token', send: (at: World) => at.gitlab('Push Hook', { body: push.gitlab, secret: 'no' }) },
    { reason: 'no token', send: (at: World) => at.gitlab('Push Hook', { body: push.gitlab, secret: '' }) },
    {
      reason: 'a signature by another key',
      send: (at: World) => at.github('push', { body: push.github, secret: 'no' }),
    },
    {
      reason: 'a signature of another body',
      send: (at: World) => {
        const other = createHmac('sha256', SECRET).update('{}').digest('hex');
        return at.github('push', { body: push.github, headers: { 'x-hub-signature-256': `sha256=${other}` } });
      },
    },
    {
      reason: 'a signature that is cut off',
      send: (at: World) => at.github('push', { body: push.github, headers: { 'x-hub-signature-256': 'sha256=' } }),
    },
    {
      reason: 'the old signature alone',
      send: (at: World) => {
        const old = createHmac('sha1', SECRET).update('{}').digest('hex');
        return at.github('push', { headers: { 'x-hub-signature-256': `sha1=${old}` } });
      },
    },
    {
      reason: 'a wrong signature beside a right token',
      send: (at: World) => at.gitlab('Push Hook', { headers: { 'x-hub-signature-256': 'sha256=0' } }),
    },
  ])('takes nothing with $reason', async ({ send }) => {
    const at = world();

    expect((await send(at)).status).toBe(401);
    expect(at.looks).toEqual([]);
  });

  it('takes nothing while no secret is set', async () => {
    const at = world('');

    expect((await at.gitlab('Merge Request Hook', { secret: '' })).status).toBe(401);
    const signature = `sha256=${createHmac('sha256', '').update('{}').digest('hex')}`;
    expect((await at.github('status', { headers: { 'x-hub-signature-256': signature } })).status).toBe(401);
    expect(at.looks).toEqual([]);
  });

  it('refuses a body that is too large, or no JSON, or a push of nothing', async () => {
    const at = world();

    expect((await at.github('push', { body: 'x'.repeat(6 * 1024 * 1024) })).status).toBe(413);
    expect((await at.github('push', { body: 'payload=%7B%7D' })).status).toBe(422);
    expect((await at.github('push', { body: {} })).status).toBe(422);
    expect(at.looks).toEqual([]);
  });
});

describe('deliveries', () => {
  it.each(['gitlab', 'github'] as const)('of %s that come again are known', async (forge) => {
    const at = world();
    const event = forge === 'gitlab' ? 'Merge Request Hook' : 'pull_request';

    await at[forge](event, { id: '1' });
    const again = await at[forge](event, { id: '1' });
    await at[forge](event, { id: '2' });

    expect(await again.json()).toMatchObject({ accepted: true, known: true });
    expect(at.looks).toHaveLength(2);
  });

  it('with the event id of another are not taken for it', async () => {
    const at = world();
    const headers = { 'x-gitlab-event-uuid': 'same' };

    await at.gitlab('Merge Request Hook', { headers, body: { iid: 1 } });
    await at.gitlab('Merge Request Hook', { headers, body: { iid: 2 } });

    expect(at.looks).toHaveLength(2);
  });

  it('that are forged make no later one known', async () => {
    const at = world();

    await at.github('pull_request', { id: '1', secret: 'no' });
    await at.github('pull_request', { id: '1' });

    expect(at.looks).toHaveLength(1);
  });

  it('lead to the same in whichever order they come', async () => {
    const [opened, merged] = [{ action: 'opened' }, { action: 'closed' }];
    const looks = async (bodies: readonly object[]): Promise<readonly string[]> => {
      const at = world();
      for (const body of bodies) await at.github('pull_request', { body, id: JSON.stringify(body) });
      return at.looks;
    };

    expect(await looks([merged, opened])).toEqual(await looks([opened, merged]));
  });

  it('that come while one is followed lead to one more look together', async () => {
    const at = world();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    at.hold = promise;

    for (const id of ['1', '2', '3', '4']) await at.gitlab('Merge Request Hook', { id });
    expect(at.looks).toHaveLength(1);
    resolve(undefined);

    await expect.poll(() => at.looks).toHaveLength(2);
    await at.gitlab('Merge Request Hook', { id: '4' });
    expect(at.looks).toHaveLength(2);
  });

  it('are followed when they come again after a look that failed', async () => {
    const at = world();
    at.hold = Promise.reject(new Error('the forge is down'));
    await at.gitlab('Merge Request Hook', { id: '1' });
    at.hold = Promise.resolve();

    const again = await at.gitlab('Merge Request Hook', { id: '1' });

    expect(await again.json()).toMatchObject({ known: false });
    expect(at.looks).toHaveLength(2);
  });
});
