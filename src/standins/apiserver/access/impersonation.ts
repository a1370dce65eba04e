import type { ApiRequest } from '../http/exchange.ts';
import { badRequest } from '../status.ts';
import type { Attributes } from './attributes.ts';
import type { Authorizer } from './authorizer.ts';
import { ANONYMOUS, AUTHENTICATED } from './user.ts';
import type { UserInfo } from './user.ts';

const USER = 'impersonate-user';
const GROUP = 'impersonate-group';
const UID = 'impersonate-uid';
const EXTRA = 'impersonate-extra-';

/**
 * Whom the `Impersonate-*` headers ask the server to take the user for; the user itself without them.
 * @throws ApiError 403 when the user may not, 400 when there is no name
 */
export function impersonate(user: UserInfo, request: ApiRequest, authorizer: Authorizer): UserInfo {
  const name = request.header(USER);
  const groups = request.headerValues(GROUP);
  const uid = request.header(UID);
  const extra = extraOf(request);
  if (name === undefined) {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return user;
    throw badRequest('impersonating groups, a UID or extra fields needs a user: Impersonate-User is missing');
  }
  const need = (attributes: Partial<Attributes>): void => authorizer.require({ ...BASE, user, ...attributes });
  const account = serviceAccountOf(name);
  need(account === undefined ? { resource: 'users', name } : { resource: 'serviceaccounts', ...account });
  for (const group of groups) need({ resource: 'groups', name: group });
  if (uid !== undefined) need({ group: AUTHENTICATION, resource: 'uids', name: uid });
  for (const [key, values] of Object.entries(extra)) {
    for (const value of values) need({ group: AUTHENTICATION, resource: 'userextras', subresource: key, name: value });
  }
  return { name, groups: allGroups(name, groups), ...(uid === undefined ? {} : { uid }), extra };
}

const AUTHENTICATION = 'authentication.k8s.io';
const BASE = { verb: 'impersonate', group: '', resource: '', subresource: '', namespace: '', name: '' };

function extraOf(request: ApiRequest): Record<string, readonly string[]> {
  const names = request.headerNames().filter((name) => name.startsWith(EXTRA));
  return Object.fromEntries(names.map((name) => [decode(name.slice(EXTRA.length)), request.headerValues(name)]));
}

function decode(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // taken as it is, as a real server does
  }
}

function serviceAccountOf(name: string): { readonly namespace: string; readonly name: string } | undefined {
  const [system, kind, namespace = '', account = '', ...rest] = name.split(':');
  if (system !== 'system' || kind !== 'serviceaccount' || account === '' || rest.length > 0) return undefined;
  return { namespace, name: account };
}

function allGroups(name: string, given: readonly string[]): readonly string[] {
  if (name === ANONYMOUS.name) return given.length === 0 ? ANONYMOUS.groups : given;
  const account = serviceAccountOf(name);
  const implied =
    account === undefined || given.length > 0
      ? []
      : ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`];
  return [...new Set([...given, ...implied, AUTHENTICATED])];
}
