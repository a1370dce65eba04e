import type { ApiRequest } from '../http/exchange.ts';
import { ANONYMOUS } from './user.ts';
import type { UserInfo } from './user.ts';

/** Tells who makes a request. */
export interface Authenticator {
  /** @throws ApiError 401 when the credentials are wrong, 403 when the user may not impersonate */
  authenticate(request: ApiRequest): UserInfo;
}

/** Trusts the connection alone. */
export const peerAuthenticator: Authenticator = {
  authenticate: (request) => request.peer ?? ANONYMOUS,
};
