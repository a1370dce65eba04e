import { findClient, grantedScope } from './authorization-request.ts';
import type { Client } from './authorization-request.ts';
import type { Codes } from './codes.ts';
import type { User, UserDirectory } from './directory.ts';
import { OauthError } from './errors.ts';
import { readForm, required } from './form.ts';
import type { Grants } from './grants.ts';
import type { TokenAnswer, Tokens } from './tokens.ts';

export interface TokenEndpointPorts {
  readonly clients: readonly Client[];
  readonly users: UserDirectory;
  readonly codes: Codes;
  readonly grants: Grants;
  readonly tokens: Tokens;
}

type Fields = ReadonlyMap<string, string>;

export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'password'] as const;

/** Trades a code, a refresh token or a password for tokens. Clients are public: PKCE, not a secret, protects the code. */
export class TokenEndpoint {
  readonly #ports: TokenEndpointPorts;

  constructor(ports: TokenEndpointPorts) {
    this.#ports = ports;
  }

  /** @throws OauthError */
  async answer(request: Request): Promise<TokenAnswer> {
    const fields = await readForm(request);
    const client = findClient(this.#ports.clients, required(fields, 'client_id'));
    switch (required(fields, 'grant_type')) {
      case 'authorization_code':
        return this.#code(client, fields);
      case 'refresh_token':
        return this.#refresh(client, fields);
      case 'password':
        return this.#password(client, fields);
      default:
        throw new OauthError('unsupported_grant_type', `Supported grant types: ${GRANT_TYPES.join(', ')}`);
    }
  }

  async #code(client: Client, fields: Fields): Promise<TokenAnswer> {
    const { codes, grants, tokens } = this.#ports;
    const result = codes.trade({
      code: required(fields, 'code'),
      client: client.id,
      redirectUri: required(fields, 'redirect_uri'),
      verifier: required(fields, 'code_verifier'),
    });
    // Somebody else holds the code: what it was traded for is ended (RFC 6749, 4.1.2).
    if (result.outcome === 'replayed') grants.close(result.grant);
    if (result.outcome !== 'traded') throw new OauthError('invalid_grant', 'The code is not, or no longer, good');
    const user = this.#user(result.user);
    const opened = grants.open({ user: user.name, client: client.id, scope: result.request.scope });
    result.settle(opened.grant.id);
    const { nonce } = result.request;
    return tokens.issue({ user, ...opened, ...(nonce === undefined ? {} : { nonce }) });
  }

  async #refresh(client: Client, fields: Fields): Promise<TokenAnswer> {
    const rotated = this.#ports.grants.rotate(required(fields, 'refresh_token'), client.id);
    if (rotated === undefined) throw new OauthError('invalid_grant', 'The refresh token is not, or no longer, good');
    return this.#ports.tokens.issue({ user: this.#user(rotated.grant.user), ...rotated });
  }

  async #password(client: Client, fields: Fields): Promise<TokenAnswer> {
    const { users, grants, tokens } = this.#ports;
    const user = await users.signIn(required(fields, 'username'), required(fields, 'password'));
    if (user === undefined) throw new OauthError('invalid_grant', 'The user name or the password is wrong');
    const scope = grantedScope(fields.get('scope') ?? '');
    return tokens.issue({ user, ...grants.open({ user: user.name, client: client.id, scope }) });
  }

  #user(name: string): User {
    const user = this.#ports.users.find(name);
    if (user === undefined) throw new OauthError('invalid_grant', 'The user is no longer known');
    return user;
  }
}
