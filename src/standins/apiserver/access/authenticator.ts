import type { ApiRequest } from '../http/exchange.ts';
import { unauthorized } from '../status.ts';
import type { Store } from '../store/store.ts';
import type { Claims, TokenSigner } from './token-signer.ts';
import { ANONYMOUS, AUTHENTICATED } from './user.ts';
import type { UserInfo } from './user.ts';

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** Tells who makes a request: by its bearer token, or else by its connection. */
export class Authenticator {
  readonly #signer: TokenSigner;
  readonly #store: Store;

  constructor(signer: TokenSigner, store: Store) {
    this.#signer = signer;
    this.#store = store;
  }

  /** @throws ApiError 401 when the credentials are wrong */
  authenticate(request: ApiRequest): UserInfo {
    const header = request.header('authorization');
    if (header === undefined) return request.peer ?? ANONYMOUS;
    const [scheme = '', token = ''] = header.split(/ +/);
    const user = scheme.toLowerCase() === 'bearer' ? this.userOf(token) : undefined;
    if (user === undefined) throw unauthorized();
    return user;
  }

  /** Whom a bearer token speaks for; `undefined` when it is not valid. */
  userOf(token: string): UserInfo | undefined {
    const claims = this.#signer.verify(token);
    if (claims === undefined) return undefined;
    return claims.sub.startsWith(SERVICE_ACCOUNT) ? this.#serviceAccount(claims) : userOfClaims(claims);
  }

  /** A token ends with its service account. */
  #serviceAccount(claims: Claims): UserInfo | undefined {
    const [namespace = '', name = ''] = claims.sub.slice(SERVICE_ACCOUNT.length).split(':');
    const account = this.#store.collection('serviceaccounts').get(namespace, name);
    if (account === undefined || account.header.uid !== claims['uid']) return undefined;
    return serviceAccountUser({ namespace, name, uid: account.header.uid });
  }
}

export function serviceAccountUser(account: {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}): UserInfo {
  const { namespace, name, uid } = account;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED];
  return { name: `${SERVICE_ACCOUNT}${namespace}:${name}`, uid, groups };
}

function userOfClaims(claims: Claims): UserInfo {
  const groups = Array.isArray(claims['groups']) ? claims['groups'].filter((group) => typeof group === 'string') : [];
  return { name: claims.sub, groups: [...groups, AUTHENTICATED] };
}
