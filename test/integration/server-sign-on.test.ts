import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/core/index.ts';
import { CookieJar, signIn, startPageWorld } from '../support/page-server.ts';
import type { PageWorld } from '../support/page-server.ts';

const CHANGE = {
  method: 'POST',
  headers: { 'x-requested-with': 'stoa-cd', 'content-type': 'application/json' },
} as const;

let world: PageWorld;
let clock: VirtualClock;

beforeEach(async () => {
  clock = new VirtualClock();
  world = await startPageWorld({ clock });
});

afterEach(async () => world[Symbol.asyncDispose]());

async function me(jar: CookieJar): Promise<unknown> {
  return (await jar.fetch(`${world.url}/api/v1/me`)).json();
}

async function accessToken(name: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'password',
    client_id: 'stoa-cd',
    username: name,
    password: world.passwordOf(name),
    scope: 'openid profile groups',
  });
  const answer = await fetch(`${world.identity.issuer}/token`, { method: 'POST', body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

describe('sign-on', () => {
  it('signs a browser in and knows its groups', async () => {
    const jar = await signIn(world, 'carol');
    expect(await me(jar)).toMatchObject({
      user: { name: 'carol', groups: ['reviewers', 'prod-approvers', 'deployers'] },
    });
  });

  it('keeps the session from scripts and from other sites', async () => {
    const jar = new CookieJar();
    const start = await jar.fetch(`${world.url}/auth/login`);
    const [cookie = ''] = start.headers.getSetCookie();
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Lax');
  });

  it('knows nobody without a session, and says so to whoever asks for data', async () => {
    expect(await me(new CookieJar())).toEqual({ user: null });
    const answer = await fetch(`${world.url}/api/v1/overview`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'NOT_SIGNED_IN', status: 401, retryable: false });
  });

  it('does not take a session that was changed', async () => {
    const jar = await signIn(world, 'alice');
    for (const [name, value] of jar.cookies(world.url)) jar.set(world.url, name, `${value.slice(0, -4)}AAAA`);
    expect(await me(jar)).toEqual({ user: null });
  });

  it('renews the session when the access token ends, also for requests that come together', async () => {
    const jar = await signIn(world, 'alice');
    clock.advance(16 * 60_000);
    const answers = await Promise.all([me(jar), me(jar), me(jar)]);
    for (const answer of answers) expect(answer).toMatchObject({ user: { name: 'alice' } });
    clock.advance(16 * 60_000);
    expect(await me(jar)).toMatchObject({ user: { name: 'alice' } });
  });

  it('ends the session after twelve hours', async () => {
    const jar = await signIn(world, 'alice');
    clock.advance(12 * 60 * 60_000 + 1_000);
    expect(await me(jar)).toEqual({ user: null });
  });

  it('signs out here and at the provider', async () => {
    const jar = await signIn(world, 'alice');
    const before = new Map(jar.cookies(world.url));
    const answer = await jar.fetch(`${world.url}/auth/logout`, {
      ...CHANGE,
      headers: { ...CHANGE.headers, origin: world.url },
    });
    const { location } = (await answer.json()) as { location: string };
    expect((await jar.fetch(location)).headers.get('location')).toBe(`${world.url}/`);
    expect(await me(jar)).toEqual({ user: null });
    for (const [name, value] of before) jar.set(world.url, name, value);
    clock.advance(16 * 60_000);
    expect(await me(jar)).toEqual({ user: null });
  });

  it('refuses a callback that this browser did not ask for', async () => {
    const jar = new CookieJar();
    await jar.fetch(`${world.url}/auth/login`);
    const answer = await jar.fetch(`${world.url}/auth/callback?code=x&state=y&iss=${world.identity.issuer}`);
    expect(answer.headers.get('location')).toBe('/?sign-in=refused');
    expect(await me(jar)).toEqual({ user: null });
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example'])('does not return to %s', async (path) => {
    const jar = new CookieJar();
    const start = await jar.fetch(`${world.url}/auth/login?return_to=${encodeURIComponent(path)}`);
    const form = await jar.fetch(start.headers.get('location') ?? '');
    const transaction = /name="transaction" value="([^"]+)"/.exec(await form.text())?.[1] ?? '';
    const body = new URLSearchParams({ transaction, username: 'alice', password: world.passwordOf('alice') });
    const answer = await jar.fetch(`${world.identity.issuer}/login`, { method: 'POST', body });
    const back = await jar.fetch(answer.headers.get('location') ?? '');
    expect(back.headers.get('location')).toBe('/');
  });
});

describe('bearer tokens', () => {
  it('let a command line act', async () => {
    const headers = { ...CHANGE.headers, authorization: `Bearer ${await accessToken('carol')}` };
    const answer = await fetch(`${world.url}/api/v1/promotions/one/approve`, { ...CHANGE, headers });
    expect(answer.status).toBe(200);
    expect(world.calls).toMatchObject([{ verb: 'approve', user: { name: 'carol' }, subject: 'one' }]);
  });

  it('are refused when altered, when their time is over, and when they are ID tokens', async () => {
    const token = await accessToken('carol');
    const status = async (bearer: string): Promise<number> => {
      return (await fetch(`${world.url}/api/v1/overview`, { headers: { authorization: `Bearer ${bearer}` } })).status;
    };
    expect(await status(token)).toBe(200);
    expect(await status(`${token.slice(0, -3)}AAA`)).toBe(401);
    clock.advance(16 * 60_000);
    expect(await status(token)).toBe(401);
  });
});

describe('requests of other sites', () => {
  const target = { service: 'stoa-control-plane', environment: 'prod' };

  it.each([
    { reason: 'another origin', headers: { ...CHANGE.headers, origin: 'http://evil.example' } },
    { reason: 'another port', headers: { ...CHANGE.headers, origin: 'http://127.0.0.1:1' } },
    { reason: 'no origin', headers: CHANGE.headers },
    { reason: 'no extra header', headers: { 'content-type': 'application/json' } },
  ])('change nothing: $reason', async ({ headers }) => {
    const jar = await signIn(world, 'alice');
    const answer = await jar.fetch(`${world.url}/api/v1/promotions`, {
      method: 'POST',
      headers,
      body: JSON.stringify(target),
    });
    expect(answer.status).toBe(403);
    expect(world.calls).toEqual([]);
  });

  it('cannot sign somebody out', async () => {
    const jar = await signIn(world, 'alice');
    expect((await jar.fetch(`${world.url}/auth/logout`, { method: 'POST' })).status).toBe(403);
    expect(await me(jar)).toMatchObject({ user: { name: 'alice' } });
  });
});
