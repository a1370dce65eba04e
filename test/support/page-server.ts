import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '../../src/core/index.ts';
import type { Clock } from '../../src/core/index.ts';
import type { LedgerRecord } from '../../src/evidence/index.ts';
import { startServer } from '../../src/server/index.ts';
import type { ActingUser, DeliveryVerbs, ServerOptions } from '../../src/server/index.ts';
import { startIdentity } from '../../src/standins/identity/index.ts';
import type { Identity } from '../../src/standins/identity/index.ts';
import { sampleHub } from './fake-hub.ts';
import type { FakeHub } from './fake-hub.ts';

export const WEBHOOK_TOKEN = 'the-webhook-token';

const PEOPLE = [
  { name: 'alice', displayName: 'Alice Martin', groups: ['developers'] },
  { name: 'bob', displayName: 'Bob Keller', groups: ['developers', 'reviewers'] },
  { name: 'carol', displayName: 'Carol Rossi', groups: ['reviewers', 'prod-approvers', 'deployers'] },
  { name: 'erin', displayName: 'Erin Dubois', groups: ['auditors'] },
];

/** Of the deployment of stoa-gateway 1.5.0 to dev. */
const SAMPLE_RECORD: LedgerRecord = {
  id: 'deployment/stoa-gateway-2ffce074a8d7-dev',
  predicateType: 'https://stoa.dev/evidence/deployment/v1',
  subject: [{ name: 'stoa-gateway', digest: { sha256: 'ab'.repeat(32) } }],
  predicate: { service: 'stoa-gateway', deployedBy: 'stoa-cd', approvers: [], commit: 'cd'.repeat(20) },
  sequence: 11,
  previous: '0'.repeat(64),
  at: Date.UTC(2026, 0, 15, 8, 42),
  hash: 'ef'.repeat(32),
};

export interface VerbCall {
  readonly verb: keyof DeliveryVerbs;
  readonly user: ActingUser;
  readonly subject: unknown;
}

/** The page's server with the identity stand-in, above a hub in memory. */
export interface PageWorld extends AsyncDisposable {
  readonly url: string;
  readonly hub: FakeHub;
  readonly identity: Identity;
  readonly calls: readonly VerbCall[];
  readonly pushes: readonly string[];
  passwordOf(name: string): string;
  /** Ends the page's server, as a crash would; the rest goes on. */
  stopServer(): Promise<void>;
}

export interface PageWorldOptions {
  readonly clock?: Clock;
  readonly hub?: FakeHub;
  readonly pageDirectory?: string;
  readonly verbs?: Partial<DeliveryVerbs>;
  readonly server?: Partial<ServerOptions>;
  readonly port?: number;
}

export async function startPageWorld(options: PageWorldOptions = {}): Promise<PageWorld> {
  const { clock = systemClock, hub = sampleHub() } = options;
  const directory = await identityDirectory();
  const port = options.port ?? (await freePort());
  const redirectUris = [`http://127.0.0.1:${port}/auth/callback`];
  const clients = [{ id: 'stoa-cd', redirectUris }];
  const identity = await startIdentity({ directory, clock, users: PEOPLE, clients });
  const calls: VerbCall[] = [];
  const pushes: string[] = [];
  const server = await startServer({
    hub,
    oidc: { issuer: identity.issuer, clientId: 'stoa-cd' },
    sessionKey: new Uint8Array(32).fill(7),
    verbs: { ...recordingVerbs(calls), ...options.verbs },
    ledger: { records: async () => [SAMPLE_RECORD] },
    webhookToken: WEBHOOK_TOKEN,
    onPush: (url) => void pushes.push(url),
    onMergeRequest: () => void pushes.push('merge request'),
    clock,
    fetch: globalThis.fetch,
    logger: silentLogger,
    pageDirectory: options.pageDirectory ?? directory,
    port,
    ...options.server,
  });
  let stopping: Promise<void> | undefined;
  const stopServer = async (): Promise<void> => {
    stopping ??= Promise.resolve(server[Symbol.asyncDispose]());
    await stopping;
  };
  return {
    url: server.url,
    hub,
    identity,
    calls,
    pushes,
    passwordOf: (name) => identity.users.find((user) => user.name === name)?.password ?? '',
    stopServer,
    async [Symbol.asyncDispose]() {
      await stopServer();
      await identity[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

const kept = new Map<'directory', Promise<string>>();

/** A copy of one identity directory: making an RSA key and hashing passwords takes half a second. */
async function identityDirectory(): Promise<string> {
  const made = kept.get('directory') ?? makeIdentityDirectory();
  kept.set('directory', made);
  const [from, to] = [await made, await mkdtemp(join(tmpdir(), 'stoa-page-'))];
  for (const file of await readdir(from)) {
    if (!file.startsWith('sign-ins')) await copyFile(join(from, file), join(to, file));
  }
  return to;
}

async function makeIdentityDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stoa-identity-'));
  const identity = await startIdentity({ directory, clock: systemClock, users: PEOPLE, clients: [] });
  await identity[Symbol.asyncDispose]();
  return directory;
}

function recordingVerbs(calls: VerbCall[]): DeliveryVerbs {
  const opened = {
    name: 'opened',
    mergeRequest: { iid: 99, url: 'http://127.0.0.1/stoa/stoa-envs/-/merge_requests/99' },
  };
  const record = (verb: keyof DeliveryVerbs) => async (user: ActingUser, subject: unknown) => {
    calls.push({ verb, user, subject });
    return opened;
  };
  return {
    promote: record('promote'),
    approve: record('approve'),
    deploy: record('deploy'),
    rollback: record('rollback'),
    freeze: record('freeze'),
    unfreeze: record('unfreeze'),
    breakGlass: record('breakGlass'),
    review: record('review'),
    liftQuarantine: record('liftQuarantine'),
  };
}

/** A browser as far as cookies go: without scripts, following no redirect by itself. */
export class CookieJar {
  readonly #cookies = new Map<string, Map<string, string>>();

  async fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const own = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, own);
    const headers = new Headers(init.headers);
    headers.set('cookie', [...own].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const equals = pair.indexOf('=');
      if (line.includes('Max-Age=0')) own.delete(pair.slice(0, equals));
      else own.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
    return response;
  }

  /** What is kept for `url`, by name. */
  cookies(url: string): ReadonlyMap<string, string> {
    return this.#cookies.get(new URL(url).host) ?? new Map<string, string>();
  }

  set(url: string, name: string, value: string): void {
    this.#cookies.get(new URL(url).host)?.set(name, value);
  }
}

/** Signs `name` in through the provider's form. @returns the last answer, the redirect to the page */
export async function signIn(world: PageWorld, name: string, jar = new CookieJar()): Promise<CookieJar> {
  const start = await jar.fetch(`${world.url}/auth/login`);
  const form = await jar.fetch(start.headers.get('location') ?? '');
  const transaction = /name="transaction" value="([^"]+)"/.exec(await form.text())?.[1] ?? '';
  const body = new URLSearchParams({ transaction, username: name, password: world.passwordOf(name) });
  const answer = await jar.fetch(`${world.identity.issuer}/login`, { method: 'POST', body });
  const back = await jar.fetch(answer.headers.get('location') ?? '');
  if (back.status !== 303) throw new Error(`Cannot sign in as ${name}: ${back.status} ${await back.text()}`);
  return jar;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
