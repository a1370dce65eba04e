import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { ServerType } from '@hono/node-server';
import { Hono } from 'hono';
import { UsageError } from '../core/index.ts';
import type { Clock, Fetch, Logger } from '../core/index.ts';
import type { Ledger } from '../evidence/index.ts';
import type { KubeClient } from '../kube/index.ts';
import { apiRoutes } from './api.ts';
import { NotFoundError } from './errors.ts';
import { onlyUnderOwnName, secureHeaders } from './guard.ts';
import { HubReader } from './hub/hub-reader.ts';
import { LiveEvents } from './live-events.ts';
import { pageRoutes } from './page.ts';
import { answerProblem } from './problem.ts';
import { IdentityProvider, isLoopback } from './sign-on/identity-provider.ts';
import { SIGN_IN_SECONDS, signOnRoutes } from './sign-on/routes.ts';
import { SealedCookie } from './sign-on/sealed-cookie.ts';
import { SESSION_SECONDS, Sessions } from './sign-on/sessions.ts';
import type { DeliveryVerbs } from './verbs.ts';
import { webhookRoutes } from './webhook.ts';
import type { WebhookPorts } from './webhook.ts';

export interface ServerOptions extends WebhookPorts {
  /** The cluster that holds Applications and delivery objects, in namespace `argocd`. */
  readonly hub: Pick<KubeClient, 'list' | 'watch'>;
  readonly oidc: OidcOptions;
  /** At least 32 random bytes, the same at each start: cookies are sealed with keys derived from it. */
  readonly sessionKey: Uint8Array;
  readonly verbs: DeliveryVerbs;
  /** Shows the records of deployments. @default they are read on the forge */
  readonly ledger?: Pick<Ledger, 'records'>;
  /** Groups that may promote, besides those that approve or deploy somewhere in the pipeline. @default ['developers'] */
  readonly promoters?: readonly string[];
  readonly clock: Clock;
  /** For the identity provider. */
  readonly fetch: Fetch;
  readonly logger: Logger;
  /** Holds the built page. */
  readonly pageDirectory: string;
  /** Another address than loopback makes the page reachable from elsewhere. @default '127.0.0.1' */
  readonly host?: string;
  /** @default any free port */
  readonly port?: number;
  /** Where browsers reach the page, for instance through a proxy with TLS. @default the address that is listened on */
  readonly publicUrl?: string;
}

export interface OidcOptions {
  /** HTTPS, unless it is on this machine. */
  readonly issuer: string;
  /** A public client, with `<page>/auth/callback` as redirect URI. */
  readonly clientId: string;
  /** The `aud` of access tokens that command lines bring. @default the client id */
  readonly audience?: string;
}

export interface PageServer extends AsyncDisposable {
  /** Where browsers reach the page. */
  readonly url: string;
}

/**
 * Starts the page and its API. Rejects with the error of `listen`.
 * @throws UsageError for an issuer without TLS that is not on this machine, or a host elsewhere without `publicUrl`
 */
export async function startServer(options: ServerOptions): Promise<PageServer> {
  const { host = '127.0.0.1', port = 0 } = options;
  if (options.sessionKey.length < 32) throw new RangeError('Cannot seal sessions: the key has less than 32 bytes');
  if (!isLoopback(host) && options.publicUrl === undefined) {
    throw new UsageError(`Cannot serve on ${host} without the address that browsers use`);
  }
  const provider = new IdentityProvider({ ...options.oidc, clock: options.clock, fetch: options.fetch });
  let answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const server = createAdaptorServer({ fetch: (request: Request) => answer(request) });
  const address = await listen(server, host, port);
  const url = new URL(options.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`).origin;
  const reader = new HubReader(options);
  const stop = new AbortController();
  const app = createApp(options, { provider, reader, publicUrl: url, signal: stop.signal });
  answer = (request) => app.fetch(request);
  reader.start();
  return {
    url,
    async [Symbol.asyncDispose]() {
      stop.abort();
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
      await reader[Symbol.asyncDispose]();
    },
  };
}

interface Parts {
  readonly provider: IdentityProvider;
  readonly reader: HubReader;
  readonly publicUrl: string;
  readonly signal: AbortSignal;
}

function createApp(options: ServerOptions, { provider, reader, publicUrl, signal }: Parts): Hono {
  const { clock, logger, promoters = ['developers'] } = options;
  const sessions = new Sessions({ provider, clock, cookie: cookie('session', options, publicUrl) });
  const live = new LiveEvents({ reader, clock, signal });
  const pending = cookie('sign-in', options, publicUrl);
  const app = new Hono();
  app.use(secureHeaders());
  app.use(onlyUnderOwnName(publicUrl));
  app.get('/healthz', (context) => context.json({ status: reader.synced ? 'ok' : 'starting' }));
  app.route('/auth', signOnRoutes({ provider, sessions, pending, publicUrl, logger }));
  app.route('/api/v1', apiRoutes({ ...options, reader, live, sessions, promoters, publicUrl }));
  app.route('/api/webhook', webhookRoutes(options));
  app.route('/', pageRoutes(options.pageDirectory));
  app.notFound((context) => {
    const error = new NotFoundError(`Nothing is served at ${context.req.path.slice(0, 100)}`);
    return answerProblem(error, context, logger);
  });
  app.onError((error, context) => answerProblem(error, context, logger));
  return app;
}

/** Cookies know no ports, so the name tells several instances on one machine apart. */
function cookie(purpose: 'session' | 'sign-in', options: ServerOptions, publicUrl: string): SealedCookie {
  const { port, protocol } = new URL(publicUrl);
  return new SealedCookie({
    name: `stoa-cd-${purpose}${port === '' ? '' : `-${port}`}`,
    secret: options.sessionKey,
    maxAgeSeconds: purpose === 'session' ? SESSION_SECONDS : SIGN_IN_SECONDS,
    path: purpose === 'session' ? '/' : '/auth',
    secure: protocol === 'https:',
    clock: options.clock,
  });
}

async function listen(server: ServerType, host: string, port: number): Promise<AddressInfo> {
  const listening = once(server, 'listening');
  server.listen(port, host);
  await listening;
  return server.address() as AddressInfo;
}
