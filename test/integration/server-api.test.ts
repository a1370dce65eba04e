import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefusedError, silentLogger } from '../../src/core/index.ts';
import {
  applicationSchema,
  evidenceRecordSchema,
  meSchema,
  openedSchema,
  overviewSchema,
  problemSchema,
} from '../../src/server/contract.ts';
import { startServer } from '../../src/server/index.ts';
import type { DeliveryVerbs, Overview } from '../../src/server/index.ts';
import { OPEN_PROMOTIONS } from '../support/fake-hub.ts';
import { WEBHOOK_TOKEN, signIn, startPageWorld } from '../support/page-server.ts';
import type { CookieJar, PageWorld } from '../support/page-server.ts';
import { eventually } from '../support/tools.ts';

let world: PageWorld;
let pageDirectory: string;

beforeEach(async () => {
  pageDirectory = await mkdtemp(join(tmpdir(), 'stoa-dist-'));
  world = await startPageWorld({
    pageDirectory,
    verbs: {
      deploy: async (user) => {
        if (!user.groups.includes('deployers')) throw new RefusedError('Only deployers may deploy');
        throw new TypeError('a defect');
      },
    },
  });
});

afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await rm(pageDirectory, { recursive: true });
});

async function post(jar: CookieJar, path: string, body?: unknown): Promise<Response> {
  return jar.fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { 'x-requested-with': 'stoa-cd', 'content-type': 'application/json', origin: world.url },
    body: JSON.stringify(body ?? {}),
  });
}

async function overview(jar: CookieJar): Promise<Overview> {
  return eventually('the hub has been read', async () => {
    const body = (await (await jar.fetch(`${world.url}/api/v1/overview`)).json()) as Overview;
    return body.applications.length === 4 && body.promotions.length === 2 ? body : undefined;
  });
}

describe('reading', () => {
  it('shows the board with what its reader may do', async () => {
    const seen = await overview(await signIn(world, 'bob'));
    expect(seen.user.name).toBe('bob');
    expect(seen.promotions.find(({ name }) => name === OPEN_PROMOTIONS.staging)?.approve).toEqual({ allowed: true });
    expect(seen.promotions.find(({ name }) => name === OPEN_PROMOTIONS.prod)?.deploy?.allowed).toBe(false);
  });

  it('lists Applications and shows one with its resources and conditions', async () => {
    const jar = await signIn(world, 'erin');
    await overview(jar);
    const list = (await (await jar.fetch(`${world.url}/api/v1/applications`)).json()) as { name: string }[];
    expect(list.map(({ name }) => name)).toEqual(['stoa-dev', 'stoa-prod', 'stoa-root', 'stoa-staging']);
    const one: unknown = await (await jar.fetch(`${world.url}/api/v1/applications/stoa-staging`)).json();
    expect(one).toMatchObject({ health: 'Degraded', path: 'envs/staging', conditions: [{ type: 'SyncError' }] });
    expect((await jar.fetch(`${world.url}/api/v1/applications/none`)).status).toBe(404);
  });

  it('leaves out an object that is not what its kind says', async () => {
    world.hub.change('Promotion', OPEN_PROMOTIONS.prod, (object) => ({ ...object, spec: {} }));
    const jar = await signIn(world, 'erin');
    await eventually('the broken promotion is left out', async () => {
      const { promotions } = (await (await jar.fetch(`${world.url}/api/v1/overview`)).json()) as Overview;
      return promotions.length === 1 ? true : undefined;
    });
  });

  it('answers what is not served with a problem', async () => {
    const answer = await fetch(`${world.url}/api/v1/none`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('answers', () => {
  it('are what the contract says', async () => {
    const jar = await signIn(world, 'carol');
    const target = { service: 'stoa-control-plane', environment: 'prod' };
    const get = async (path: string): Promise<unknown> => (await jar.fetch(`${world.url}/api/v1/${path}`)).json();
    const seen = await overview(jar);
    expect(overviewSchema.strict().parse(seen)).toEqual(seen);
    expect(meSchema.strict().safeParse(await get('me')).error).toBeUndefined();
    expect(applicationSchema.strict().safeParse(await get('applications/stoa-dev')).error).toBeUndefined();
    const record = await get('evidence/stoa-gateway-2ffce074a8d7-dev');
    expect(evidenceRecordSchema.strict().safeParse(record).error).toBeUndefined();
    expect(record).toMatchObject({ sequence: 11, fact: { deployedBy: 'stoa-cd' } });
    expect(await get(`evidence/${OPEN_PROMOTIONS.prod}`)).toMatchObject({ code: 'NOT_FOUND' });
    expect(problemSchema.strict().safeParse(await get('applications/none')).error).toBeUndefined();
    const opened: unknown = await (await post(jar, '/api/v1/promotions', target)).json();
    expect(openedSchema.strict().safeParse(opened).error).toBeUndefined();
  });
});

describe('verbs', () => {
  const target = { service: 'stoa-control-plane', environment: 'prod' };

  it('promote and roll back for those who may', async () => {
    const jar = await signIn(world, 'carol');
    await overview(jar);
    const answer = await post(jar, '/api/v1/promotions', target);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ name: 'opened', mergeRequest: { iid: 99 } });
    expect((await post(jar, '/api/v1/rollback', target)).status).toBe(201);
    expect(world.calls.map(({ verb, subject }) => ({ verb, subject }))).toEqual([
      { verb: 'promote', subject: target },
      { verb: 'rollback', subject: target },
    ]);
    expect(await world.identity.verifyToken(world.calls[0]?.user.accessToken ?? '')).toMatchObject({ name: 'carol' });
  });

  it('are not run for those who may not, for what is not there, or for what is not readable', async () => {
    const jar = await signIn(world, 'erin');
    await overview(jar);
    expect((await post(jar, '/api/v1/promotions', target)).status).toBe(403);
    expect((await post(jar, '/api/v1/promotions', { ...target, service: 'none' })).status).toBe(404);
    expect((await post(jar, '/api/v1/promotions', { ...target, environment: 'none' })).status).toBe(404);
    expect((await post(jar, '/api/v1/promotions', { ...target, more: 1 })).status).toBe(422);
    expect((await post(jar, '/api/v1/promotions', { service: '../x' })).status).toBe(422);
    expect((await post(jar, '/api/v1/promotions', { service: 'x'.repeat(20_000) })).status).toBe(413);
    expect(world.calls).toEqual([]);
  });

  const digest = 'sha256:0123456789ab';

  it.each<{ readonly path: string; readonly verb: string; readonly body: object; readonly wrong: object }>([
    {
      ...{ path: 'freeze', verb: 'freeze' },
      body: { environment: 'prod', reason: 'audit', lasts: '2h' },
      wrong: { environment: 'prod', reason: '  ' },
    },
    { path: 'unfreeze', verb: 'unfreeze', body: { environment: 'prod' }, wrong: { environment: 'prod', reason: 'x' } },
    {
      ...{ path: 'break-glass', verb: 'breakGlass' },
      body: { ...target, release: 'web-1', reason: 'outage' },
      wrong: { ...target, release: 'web-1' },
    },
    { path: 'promotions/one/review', verb: 'review', body: { comment: 'right' }, wrong: { comment: '' } },
    {
      ...{ path: 'quarantine/lift', verb: 'liftQuarantine' },
      body: { digest, reason: 'flaky' },
      wrong: { digest: 'latest', reason: 'flaky' },
    },
  ])('take $path only with all that they need', async ({ path, verb, body, wrong }) => {
    const jar = await signIn(world, 'carol');
    expect((await post(jar, `/api/v1/${path}`, wrong)).status).toBe(422);
    expect(world.calls).toEqual([]);
    expect((await post(jar, `/api/v1/${path}`, body)).status).toBeLessThan(300);
    expect(world.calls.map((call) => call.verb)).toEqual([verb]);
    expect(world.calls[0]?.user.name).toBe('carol');
  });

  it('pass a refusal on, and say nothing of a defect', async () => {
    const refused = await post(await signIn(world, 'alice'), '/api/v1/promotions/one/deploy');
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: 'REFUSED', detail: 'Only deployers may deploy' });
    const broken = await post(await signIn(world, 'carol'), '/api/v1/promotions/one/deploy');
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toContain('defect');
  });
});

describe('live events', () => {
  it('bring the overview at once, and again when it has changed', async () => {
    const jar = await signIn(world, 'alice');
    await overview(jar);
    const stop = new AbortController();
    const answer = await jar.fetch(`${world.url}/api/v1/events`, { signal: stop.signal });
    const events = sse(answer);
    expect((await next(events, 'overview')) as Overview).toMatchObject({ user: { name: 'alice' } });
    world.hub.change('Application', 'stoa-prod', (object) => ({
      ...object,
      status: { health: { status: 'Degraded' } },
    }));
    const changed = (await next(events, 'overview')) as Overview;
    expect(changed.applications.find(({ name }) => name === 'stoa-prod')?.health).toBe('Degraded');
    expect(await next(events, 'application')).toEqual({ name: 'stoa-prod' });
    stop.abort();
  });
});

describe('webhook', () => {
  const push = { project: { git_http_url: 'http://127.0.0.1:1/stoa/stoa-envs.git' } };

  async function hook(event: string, token: string, body: unknown): Promise<number> {
    const headers = { 'x-gitlab-event': event, 'x-gitlab-token': token, 'content-type': 'application/json' };
    return (await fetch(`${world.url}/api/webhook`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  }

  it('tells of pushes and merge requests', async () => {
    expect(await hook('Push Hook', WEBHOOK_TOKEN, push)).toBe(202);
    expect(await hook('Merge Request Hook', WEBHOOK_TOKEN, {})).toBe(202);
    expect(await hook('Pipeline Hook', WEBHOOK_TOKEN, {})).toBe(202);
    expect(world.pushes).toEqual([push.project.git_http_url, 'merge request']);
  });

  it('takes nothing with a wrong token or without an address', async () => {
    expect(await hook('Push Hook', 'wrong', push)).toBe(401);
    expect(await hook('Push Hook', '', push)).toBe(401);
    expect(await hook('Push Hook', WEBHOOK_TOKEN, {})).toBe(422);
    expect(world.pushes).toEqual([]);
  });
});

describe('the page', () => {
  it('says so when it has not been built', async () => {
    const answer = await fetch(world.url);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm run build');
  });

  it('is served with a strict policy; assets are kept for good', async () => {
    await writeFile(join(pageDirectory, 'index.html'), '<!doctype html>');
    await mkdir(join(pageDirectory, 'assets'));
    await writeFile(join(pageDirectory, 'assets', 'main-abc.js'), 'export {}');
    const index = await fetch(world.url);
    expect(index.status).toBe(200);
    expect(index.headers.get('cache-control')).toBe('no-cache');
    expect(index.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(index.headers.get('content-security-policy')).not.toContain('unsafe');
    const asset = await fetch(`${world.url}/assets/main-abc.js`);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-type')).toContain('text/javascript');
  });

  it('reads no file outside its directory', async () => {
    await writeFile(join(pageDirectory, 'secret'), 'secret');
    await mkdir(join(pageDirectory, 'assets'));
    for (const path of [
      '/assets/..%2fsecret',
      '/assets/../secret',
      '/assets/%2e%2e/secret',
      '/secret',
      '/assets/.hidden',
    ]) {
      expect(await rawStatus(path), path).toBe(404);
    }
  });

  it('answers under its own name only', async () => {
    const port = Number(new URL(world.url).port);
    expect(await rawStatus('/', `evil.example:${port}`)).toBe(404);
    expect(await rawStatus('/api/v1/me', 'evil.example')).toBe(404);
    expect(await rawStatus('/', `localhost:${port}`)).toBe(302);
    expect(await rawStatus('/healthz', 'anything')).toBe(200);
  });
});

describe('startServer', () => {
  const options = {
    ...{ sessionKey: new Uint8Array(32), webhookToken: 'x', onPush: () => undefined, onMergeRequest: () => undefined },
    ...{ fetch, logger: silentLogger, pageDirectory: '.' },
  };

  it.each([
    { reason: 'an issuer elsewhere without TLS', change: { oidc: { issuer: 'http://example.com', clientId: 'x' } } },
    { reason: 'another host without an address for browsers', change: { host: '0.0.0.0' } },
  ])('refuses $reason', async ({ change }) => {
    const { hub } = world;
    const oidc = { issuer: world.identity.issuer, clientId: 'x' };
    const clock = { now: () => 0, after: () => ({ [Symbol.dispose]: () => undefined }) };
    const names = [
      'promote',
      'approve',
      'deploy',
      'rollback',
      'freeze',
      'unfreeze',
      'breakGlass',
      'review',
      'liftQuarantine',
    ];
    const verbs = Object.fromEntries(names.map((name) => [name, never])) as unknown as DeliveryVerbs;
    await expect(startServer({ ...options, hub, oidc, clock, verbs, ...change })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});

async function never(): Promise<never> {
  throw new Error('Nobody calls this');
}

/** Sends path and Host as they are, which `fetch` would not. */
async function rawStatus(path: string, host?: string): Promise<number | undefined> {
  const { hostname, port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const sent = request({ hostname, port, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

interface Event {
  readonly event: string;
  readonly data: unknown;
}

async function* sse(answer: Response): AsyncGenerator<Event, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = new Map(block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]));
      yield { event: lines.get('event') ?? '', data: JSON.parse(lines.get('data') ?? 'null') };
    }
  }
  return undefined;
}

async function next(events: AsyncGenerator<Event, undefined>, name: string): Promise<unknown> {
  while (true) {
    const { value } = await events.next();
    if (value === undefined) throw new Error(`The stream ended before ${name}`);
    if (value.event === name) return value.data;
  }
}
