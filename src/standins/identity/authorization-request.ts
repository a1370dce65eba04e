import { OauthError } from './errors.ts';
import type { OauthErrorCode } from './errors.ts';
import { required } from './form.ts';

export interface Client {
  readonly id: string;
  /** Compared character by character. */
  readonly redirectUris: readonly string[];
}

/** An authorization request that passed every check. */
export interface AuthorizationRequest {
  readonly client: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly challenge: string;
  readonly state?: string;
  readonly nonce?: string;
  readonly loginHint?: string;
}

/** An error that may be sent to the client, because its redirect URI is known to be its own. */
export class ClientRedirectError extends OauthError {
  readonly redirectUri: string;
  readonly state: string | undefined;

  constructor(
    { code, message }: { readonly code: OauthErrorCode; readonly message: string },
    to: { readonly redirectUri: string; readonly state: string | undefined },
  ) {
    super(code, message);
    this.redirectUri = to.redirectUri;
    this.state = to.state;
  }
}

const SCOPES: ReadonlySet<string> = new Set(['openid', 'profile', 'groups', 'offline_access']);
const CHALLENGE = /^[\w-]{43}$/;
const LONGEST = 2_000;

/** The scopes of `asked` that this provider knows; others are left out, as RFC 6749 allows. */
export function grantedScope(asked: string): string {
  return asked
    .split(' ')
    .filter((scope) => SCOPES.has(scope))
    .join(' ');
}

export const SUPPORTED_SCOPES: readonly string[] = [...SCOPES];

/**
 * Checks a request for a code.
 * @throws OauthError when client or redirect URI are not known: shown to the person, never redirected
 * @throws ClientRedirectError for anything else that is wrong
 */
export function parseAuthorizationRequest(
  fields: ReadonlyMap<string, string>,
  clients: readonly Client[],
): AuthorizationRequest {
  const client = findClient(clients, required(fields, 'client_id'));
  const redirectUri = required(fields, 'redirect_uri');
  if (!client.redirectUris.includes(redirectUri)) {
    throw new OauthError('invalid_request', `The redirect URI is not registered for ${client.id}`);
  }
  const state = fields.get('state');
  const broken = RULES.find((rule) => rule.broken(fields));
  if (broken !== undefined) throw new ClientRedirectError(broken, { redirectUri, state });
  const nonce = fields.get('nonce');
  const loginHint = fields.get('login_hint');
  return {
    client: client.id,
    redirectUri,
    scope: grantedScope(fields.get('scope') ?? ''),
    challenge: fields.get('code_challenge') ?? '',
    ...(state === undefined ? {} : { state }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(loginHint === undefined ? {} : { loginHint }),
  };
}

export function findClient(clients: readonly Client[], id: string): Client {
  const client = clients.find((candidate) => candidate.id === id);
  if (client === undefined) throw new OauthError('invalid_client', `There is no such client: ${id.slice(0, 60)}`);
  return client;
}

interface Rule {
  readonly code: OauthErrorCode;
  readonly message: string;
  readonly broken: (fields: ReadonlyMap<string, string>) => boolean;
}

/** What can be wrong with a request, in the order in which it is looked for. */
const RULES: readonly Rule[] = [
  {
    code: 'invalid_request',
    message: `A parameter is longer than ${LONGEST} characters`,
    broken: (fields) => [...fields.values()].some((value) => value.length > LONGEST),
  },
  {
    code: 'request_not_supported',
    message: 'Request objects are not supported',
    broken: (fields) => fields.has('request') || fields.has('request_uri'),
  },
  {
    code: 'unsupported_response_type',
    message: 'Only response_type=code is supported',
    broken: (fields) => fields.get('response_type') !== 'code',
  },
  {
    code: 'invalid_request',
    message: 'Only response_mode=query is supported',
    broken: (fields) => (fields.get('response_mode') ?? 'query') !== 'query',
  },
  {
    code: 'invalid_scope',
    message: 'The scope openid is required',
    broken: (fields) => !(fields.get('scope') ?? '').split(' ').includes('openid'),
  },
  {
    code: 'invalid_request',
    message: 'PKCE with code_challenge_method=S256 is required',
    broken: (fields) =>
      fields.get('code_challenge_method') !== 'S256' || !CHALLENGE.test(fields.get('code_challenge') ?? ''),
  },
  { code: 'login_required', message: 'Nobody is signed in', broken: (fields) => fields.get('prompt') === 'none' },
];
