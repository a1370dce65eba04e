import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as oidc from 'openid-client';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock, systemClock } from '../../src/core/index.ts';
import type { Clock } from '../../src/core/index.ts';
import { startIdentity } from '../../src/standins/identity/index.ts';
import type { Identity } from '../../src/standins/identity/index.ts';

const REDIRECT = 'http://127.0.0.1:9999/auth/callback';
const USERS = [
  { name: 'alice', displayName: 'Alice Martin', groups: ['developers'] },
  { name: 'carol', displayName: 'Carol Rossi', groups: ['reviewers', 'deployers'] },
];

let directory: string;
let identity: Identity;

async function start(clock: Clock = systemClock): Promise<Identity> {
  return startIdentity({ directory, clock, users: USERS, clients: [{ id: 'stoa-cd', redirectUris: [REDIRECT] }] });
}

function passwordOf(name: string): string {
  return identity.users.find((user) => user.name === name)?.password ?? '';
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stoa-identity-'));
  identity = await start();
});

afterEach(async () => {
  await identity[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

function authorizeUrl(change: Readonly<Record<string, string | undefined>> = {}): URL {
  const url = new URL(`${identity.issuer}/authorize`);
  const parameters: Readonly<Record<string, string | undefined>> = {
    client_id: 'stoa-cd',
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid profile groups',
    state: 'the-state',
    code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
    code_challenge_method: 'S256',
    ...change,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

interface Submission {
  readonly name: string;
  readonly password: string;
  readonly cookie?: string;
}

/** Opens the form and posts it, as a browser without scripts does. */
async function submit(url: URL, { name, password, cookie }: Submission): Promise<Response> {
  const form = await identity.fetch(url);
  const transaction = /name="transaction" value="([^"]+)"/.exec(await form.text())?.[1] ?? '';
  return identity.fetch(`${identity.issuer}/login`, {
    method: 'POST',
    headers: { cookie: cookie ?? form.headers.get('set-cookie')?.split(';')[0] ?? '' },
    body: new URLSearchParams({ transaction, username: name, password }),
  });
}

async function token(parameters: Readonly<Record<string, string>>): Promise<Response> {
  const body = new URLSearchParams({ client_id: 'stoa-cd', ...parameters });
  return identity.fetch(`${identity.issuer}/token`, { method: 'POST', body });
}

async function passwordGrant(name: string, password = passwordOf(name)): Promise<Response> {
  return token({ grant_type: 'password', username: name, password, scope: 'openid profile groups' });
}

interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

async function signedIn(name: string): Promise<TokenAnswer> {
  return (await (await passwordGrant(name)).json()) as TokenAnswer;
}

async function code(): Promise<string> {
  const answer = await submit(authorizeUrl(), { name: 'alice', password: passwordOf('alice') });
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

const trade = (value: string, change: Readonly<Record<string, string>> = {}): Promise<Response> =>
  token({
    grant_type: 'authorization_code',
    code: value,
    redirect_uri: REDIRECT,
    code_verifier: 'v'.repeat(43),
    ...change,
  });

describe('authorization code flow', () => {
  it('signs a user in for a client that follows the standard', async () => {
    const config = await oidc.discovery(new URL(identity.issuer), 'stoa-cd', undefined, oidc.None(), {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked to stand out: loopback has no TLS
      execute: [oidc.allowInsecureRequests],
    });
    const verifier = oidc.randomPKCECodeVerifier();
    const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: 'openid profile groups',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
    });
    const answer = await submit(url, { name: 'carol', password: passwordOf('carol') });
    expect(answer.status).toBe(303);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(answer.headers.get('location') ?? ''), checks);
    expect(tokens.claims()).toMatchObject({ preferred_username: 'carol', groups: ['reviewers', 'deployers'] });
    const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(info).toMatchObject({ name: 'Carol Rossi', groups: ['reviewers', 'deployers'] });
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed.claims()?.sub).toBe(info.sub);
  });

  it.each([
    { reason: 'no client', change: { client_id: 'other' } },
    { reason: 'a redirect URI with another path', change: { redirect_uri: `${REDIRECT}/more` } },
    { reason: 'a redirect URI with a query', change: { redirect_uri: `${REDIRECT}?next=x` } },
    { reason: 'a redirect URI on another port', change: { redirect_uri: 'http://127.0.0.1:9998/auth/callback' } },
  ])('shows an error and redirects nowhere for $reason', async ({ change }) => {
    const answer = await identity.fetch(authorizeUrl(change));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
  });

  it.each([
    { reason: 'no PKCE', change: { code_challenge: undefined }, error: 'invalid_request' },
    { reason: 'plain PKCE', change: { code_challenge_method: 'plain' }, error: 'invalid_request' },
    { reason: 'the implicit flow', change: { response_type: 'token' }, error: 'unsupported_response_type' },
    { reason: 'no openid scope', change: { scope: 'profile' }, error: 'invalid_scope' },
    { reason: 'a request object', change: { request: 'x' }, error: 'request_not_supported' },
    { reason: 'a silent sign-in', change: { prompt: 'none' }, error: 'login_required' },
  ])('tells the client of $reason', async ({ change, error }) => {
    const answer = await identity.fetch(authorizeUrl(change), { redirect: 'manual' });
    const location = new URL(answer.headers.get('location') ?? '');
    expect(location.searchParams.get('error')).toBe(error);
    expect(location.searchParams.get('state')).toBe('the-state');
    expect(location.searchParams.get('iss')).toBe(identity.issuer);
  });

  it('asks again, without a code, after a wrong password', async () => {
    const answer = await submit(authorizeUrl(), { name: 'alice', password: 'wrong' });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('role="alert"');
  });

  it('refuses a form that another browser opened', async () => {
    const password = passwordOf('alice');
    const answer = await submit(authorizeUrl(), { name: 'alice', password, cookie: 'stoa-cd-login=other' });
    expect(answer.status).toBe(400);
  });

  it('escapes what the request brings into the page', async () => {
    const page = await (await identity.fetch(authorizeUrl({ login_hint: '"><script>alert(1)</script>' }))).text();
    expect(page).not.toContain('<script>');
  });

  it('serves the form with a policy that allows no script and lets it post to itself and the client only', async () => {
    const policy = (await identity.fetch(authorizeUrl())).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self' http://127.0.0.1:9999");
    expect(policy).not.toContain('script-src');
  });

  it.each([
    { reason: 'a wrong verifier', change: { code_verifier: 'w'.repeat(43) } },
    { reason: 'another redirect URI', change: { redirect_uri: 'http://127.0.0.1:9999/' } },
  ])('refuses a code with $reason, also when it is tried again rightly', async ({ change }) => {
    const value = await code();
    expect((await trade(value, change)).status).toBe(400);
    expect((await trade(value)).status).toBe(400);
  });

  it('ends the sign-in whose code is presented twice', async () => {
    const value = await code();
    const first = (await (await trade(value)).json()) as TokenAnswer;
    expect(await identity.verifyToken(first.access_token)).toMatchObject({ name: 'alice' });
    expect((await trade(value)).status).toBe(400);
    expect(await identity.verifyToken(first.access_token)).toBeUndefined();
  });
});

describe('tokens', () => {
  it('are signed by the published key and differ in kind', async () => {
    const { access_token, id_token } = await signedIn('carol');
    const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
    const { payload } = await jwtVerify(access_token, keys, {
      issuer: identity.issuer,
      audience: 'stoa-cd',
      typ: 'at+jwt',
    });
    expect(payload).toMatchObject({
      preferred_username: 'carol',
      groups: ['reviewers', 'deployers'],
      client_id: 'stoa-cd',
    });
    expect(decodeProtectedHeader(id_token).typ).toBe('JWT');
    expect(await identity.verifyToken(access_token)).toEqual({ name: 'carol', groups: ['reviewers', 'deployers'] });
  });

  it('do not verify as access when they are ID tokens, altered or foreign', async () => {
    const { access_token, id_token } = await signedIn('alice');
    const [head = '', , signature = ''] = access_token.split('.');
    const payload = Buffer.from(JSON.stringify({ ...decodeJwt(access_token), groups: ['deployers'] })).toString(
      'base64url',
    );
    for (const token of [id_token, `${head}.${payload}.${signature}`, 'nonsense', '']) {
      expect(await identity.verifyToken(token)).toBeUndefined();
    }
  });

  it('end in time', async () => {
    await identity[Symbol.asyncDispose]();
    const clock = new VirtualClock();
    identity = await start(clock);
    const { access_token } = await signedIn('alice');
    clock.advance(14 * 60_000);
    expect(await identity.verifyToken(access_token)).toBeDefined();
    clock.advance(60_000);
    expect(await identity.verifyToken(access_token)).toBeUndefined();
  });

  it('are refreshed across a restart; the same refresh token used late by somebody else ends the sign-in', async () => {
    await identity[Symbol.asyncDispose]();
    const clock = new VirtualClock();
    identity = await start(clock);
    const { refresh_token } = await signedIn('alice');
    await identity[Symbol.asyncDispose]();
    identity = await start(clock);
    const refresh = (value: string): Promise<Response> => token({ grant_type: 'refresh_token', refresh_token: value });
    const answer = await refresh(refresh_token);
    expect(answer.status).toBe(200);
    const next = (await answer.json()) as TokenAnswer;
    clock.advance(60_000);
    expect((await refresh(refresh_token)).status).toBe(400);
    expect((await refresh(next.refresh_token)).status).toBe(400);
    expect(await identity.verifyToken(next.access_token)).toBeUndefined();
  });

  it('are refused without a client, for an unknown grant type, and with a parameter twice', async () => {
    const post = async (body: string): Promise<unknown> => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return (await identity.fetch(`${identity.issuer}/token`, { method: 'POST', headers, body })).json();
    };
    expect(await post('grant_type=password')).toMatchObject({ error: 'invalid_request' });
    expect(await post('grant_type=password&client_id=x')).toMatchObject({ error: 'invalid_client' });
    expect(await post('grant_type=implicit&client_id=stoa-cd')).toMatchObject({ error: 'unsupported_grant_type' });
    expect(await post('client_id=stoa-cd&client_id=stoa-cd')).toMatchObject({ error: 'invalid_request' });
    expect(await post(`client_id=${'x'.repeat(20_000)}`)).toMatchObject({ error: 'invalid_request' });
  });
});

describe('end of a session', () => {
  it('ends the sign-in and returns to the client', async () => {
    const { id_token, access_token, refresh_token } = await signedIn('alice');
    const url = new URL(`${identity.issuer}/end_session`);
    url.searchParams.set('id_token_hint', id_token);
    url.searchParams.set('post_logout_redirect_uri', 'http://127.0.0.1:9999/');
    const answer = await identity.fetch(url);
    expect(answer.headers.get('location')).toBe('http://127.0.0.1:9999/');
    expect(await identity.verifyToken(access_token)).toBeUndefined();
    expect((await token({ grant_type: 'refresh_token', refresh_token })).status).toBe(400);
  });

  it('redirects to no foreign address', async () => {
    const url = new URL(`${identity.issuer}/end_session?client_id=stoa-cd`);
    url.searchParams.set('post_logout_redirect_uri', 'http://example.com/');
    expect((await identity.fetch(url)).status).toBe(400);
  });
});

describe('passwords', () => {
  it('stay the same across a restart and are hashed where they are checked', async () => {
    const before = identity.users;
    await identity[Symbol.asyncDispose]();
    identity = await start();
    expect(identity.users).toEqual(before);
    expect(await readFile(join(directory, 'users.json'), 'utf8')).not.toContain(passwordOf('alice'));
    for (const file of ['users.json', 'passwords.json', 'signing-key.pem']) {
      expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    }
  });

  it('are checked for other servers', async () => {
    expect(await identity.checkPassword('alice', passwordOf('alice'))).toEqual({
      name: 'alice',
      groups: ['developers'],
    });
    expect(await identity.checkPassword('alice', passwordOf('carol'))).toBeUndefined();
    expect(await identity.checkPassword(randomBytes(4).toString('hex'), 'x')).toBeUndefined();
  });

  it('are not taken for a while after five wrong ones', async () => {
    for (let index = 0; index < 5; index++) await passwordGrant('alice', 'wrong');
    const answer = await passwordGrant('alice');
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await identity.checkPassword('alice', passwordOf('alice'))).toBeUndefined();
    expect((await passwordGrant('carol')).status).toBe(200);
  });
});
