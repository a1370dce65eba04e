import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import type { ServerType } from '@hono/node-server';
import { silentLogger } from '../../core/index.ts';
import type { Clock, Fetch, Logger } from '../../core/index.ts';
import type { Client } from './authorization-request.ts';
import { Codes } from './codes.ts';
import { UserDirectory } from './directory.ts';
import type { User, UserSeed } from './directory.ts';
import { OauthError } from './errors.ts';
import { Grants } from './grants.ts';
import { createRoutes } from './routes.ts';
import { loadSigningKey } from './signing-key.ts';
import { Tokens } from './tokens.ts';

export interface IdentityOptions {
  /** Keeps key, users, passwords (readable by the owner only) and sign-ins. */
  readonly directory: string;
  readonly clock: Clock;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default any free port */
  readonly port?: number;
  readonly users: readonly UserSeed[];
  /** Public clients with their exact redirect URIs. */
  readonly clients: readonly Client[];
  readonly logger?: Logger;
}

/** Who somebody is, as far as rights are concerned. */
export interface IdentityUser {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface Identity extends AsyncDisposable {
  /** Also where the provider answers. */
  readonly issuer: string;
  /** The development users with the passwords to print. */
  readonly users: readonly (IdentityUser & { readonly password: string })[];
  /** The same provider without a socket. */
  readonly fetch: Fetch;
  /** For other stand-ins that take a password, such as Git over HTTP. Also `undefined` while the name is locked. */
  checkPassword(name: string, password: string): Promise<IdentityUser | undefined>;
  /** The user of an access token that is in time and whose sign-in has not been ended. */
  verifyToken(token: string): Promise<IdentityUser | undefined>;
}

/** Starts the provider. Rejects with the error of `listen`. */
export async function startIdentity(options: IdentityOptions): Promise<Identity> {
  const { directory, clock, host = '127.0.0.1', port = 0, clients, logger = silentLogger } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const [key, users] = await Promise.all([
    loadSigningKey(directory),
    UserDirectory.open(directory, options.users, { clock, logger }),
  ]);
  let answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const server = createAdaptorServer({ fetch: (request: Request) => answer(request) });
  const address = await listen(server, host, port);
  const issuer = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  const grants = new Grants(join(directory, 'sign-ins.db'), clock);
  const tokens = new Tokens({ issuer, key, clock, users, grants });
  const app = createRoutes({ issuer, key, clock, users, grants, tokens, clients, codes: new Codes(clock), logger });
  answer = (request) => app.fetch(request);
  return {
    issuer,
    users: users.list().map(({ name, groups }) => ({ name, groups, password: users.passwords.get(name) ?? '' })),
    fetch: async (input, init) => app.fetch(new Request(input, init)),
    checkPassword: async (name, password) => publicPart(await users.signIn(name, password).catch(lockedOut)),
    verifyToken: async (token) => publicPart(await tokens.userOf(token)),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
      grants[Symbol.dispose]();
    },
  };
}

async function listen(server: ServerType, host: string, port: number): Promise<AddressInfo> {
  const listening = once(server, 'listening');
  server.listen(port, host);
  await listening;
  return server.address() as AddressInfo;
}

function publicPart(user: User | undefined): IdentityUser | undefined {
  return user === undefined ? undefined : { name: user.name, groups: user.groups };
}

function lockedOut(error: unknown): undefined {
  if (error instanceof OauthError) return undefined;
  throw error;
}
