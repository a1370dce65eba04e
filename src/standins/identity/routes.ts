import { Hono } from 'hono';
import type { Context } from 'hono';
import { messageOf } from '../../core/index.ts';
import type { Logger } from '../../core/index.ts';
import { SUPPORTED_SCOPES } from './authorization-request.ts';
import type { Client } from './authorization-request.ts';
import { OauthError } from './errors.ts';
import { readForm, singleFields } from './form.ts';
import type { Grants } from './grants.ts';
import { Login, STRICT_POLICY } from './login.ts';
import type { LoginPorts } from './login.ts';
import { STYLESHEET, signedOutPage } from './login-page.ts';
import type { SigningKey } from './signing-key.ts';
import { GRANT_TYPES, TokenEndpoint } from './token-endpoint.ts';
import { claimsOf } from './tokens.ts';
import type { Tokens } from './tokens.ts';

export interface RoutePorts extends LoginPorts {
  readonly key: SigningKey;
  readonly grants: Grants;
  readonly tokens: Tokens;
  readonly logger: Logger;
}

/** The provider's addresses, as its discovery document names them. */
export function createRoutes(ports: RoutePorts): Hono {
  const app = new Hono();
  const login = new Login(ports);
  const endpoint = new TokenEndpoint(ports);
  app.use(async (context, next) => {
    await next();
    secure(context);
  });
  app.get('/.well-known/openid-configuration', (context) => context.json(discoveryDocument(ports.issuer)));
  app.get('/jwks', (context) => context.json(ports.key.jwks));
  app.on(['GET', 'POST'], '/authorize', (context) => login.authorize(context));
  app.post('/login', (context) => login.submit(context));
  app.get('/login.css', (context) => context.body(STYLESHEET, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.post('/token', async (context) => context.json(await endpoint.answer(context.req.raw)));
  app.on(['GET', 'POST'], '/userinfo', (context) => userinfo(context, ports.tokens));
  app.on(['GET', 'POST'], '/end_session', (context) => endSession(context, ports));
  app.notFound((context) => context.json({ error: 'not_found' }, 404));
  app.onError((error, context) => {
    if (error instanceof OauthError) return error.toResponse();
    ports.logger.error('the identity provider failed', { path: context.req.path, reason: messageOf(error) });
    return context.json({ error: 'server_error' }, 500);
  });
  return app;
}

function secure(context: Context): void {
  const { headers } = context.res;
  const defaults = {
    'content-security-policy': STRICT_POLICY,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  };
  for (const [name, value] of Object.entries(defaults)) if (!headers.has(name)) headers.set(name, value);
}

/** OpenID Connect Discovery 1.0, section 3. */
function discoveryDocument(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    end_session_endpoint: `${issuer}/end_session`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: GRANT_TYPES,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: SUPPORTED_SCOPES,
    claims_supported: ['iss', 'aud', 'sub', 'exp', 'iat', 'auth_time', 'sid', 'name', 'preferred_username', 'groups'],
    prompt_values_supported: ['none', 'login'],
    authorization_response_iss_parameter_supported: true,
    request_uri_parameter_supported: false,
    claims_parameter_supported: false,
  };
}

async function userinfo(context: Context, tokens: Tokens): Promise<Response> {
  const [scheme = '', token = ''] = (context.req.header('authorization') ?? '').split(' ');
  const user = scheme.toLowerCase() === 'bearer' ? await tokens.userOf(token) : undefined;
  if (user === undefined) throw new OauthError('invalid_token', 'The access token is not, or no longer, good');
  return context.json(claimsOf(user));
}

/** RP-initiated logout: ends the sign-in that the hint names and goes back only to an address of its client. */
async function endSession(context: Context, { tokens, grants, clients }: RoutePorts): Promise<Response> {
  const fields =
    context.req.method === 'POST'
      ? await readForm(context.req.raw)
      : singleFields(new URL(context.req.url).searchParams);
  const grant = await tokens.grantOf(fields.get('id_token_hint') ?? '');
  if (grant !== undefined) grants.close(grant.id);
  const target = fields.get('post_logout_redirect_uri');
  if (target === undefined) return context.html(signedOutPage());
  const client = clients.find(({ id }) => id === (grant?.client ?? fields.get('client_id')));
  if (client === undefined || !mayReturnTo(client, target)) {
    throw new OauthError('invalid_request', 'The address to go to after signing out is not one of the client');
  }
  const url = new URL(target);
  const state = fields.get('state');
  if (state !== undefined) url.searchParams.set('state', state);
  return context.redirect(url.href, 303);
}

/** A redirect URI itself, or the root of its origin. */
function mayReturnTo(client: Client, target: string): boolean {
  return client.redirectUris.some((uri) => target === uri || target === `${new URL(uri).origin}/`);
}
