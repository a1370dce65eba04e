import type { RequestInfo } from '../http/request-info.ts';
import { groupResourceText } from '../status.ts';
import type { UserInfo } from './user.ts';

/** What somebody wants to do. */
export interface Attributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Instead of a resource. */
  readonly path?: string;
}

const NOTHING = { group: '', resource: '', subresource: '', namespace: '', name: '' };

export function resourceAttributes(user: UserInfo, info: RequestInfo): Attributes {
  const { verb, group, resource, subresource, namespace, name } = info;
  return { user, verb, group, resource, subresource, namespace, name };
}

export function pathAttributes(user: UserInfo, verb: string, path: string): Attributes {
  return { ...NOTHING, user, verb, path };
}

/** In the words of a real server. */
export function refusalText(attributes: Attributes): string {
  const { user, verb, group, resource, subresource, namespace, name, path } = attributes;
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if (path !== undefined) return `forbidden: ${who} path ${JSON.stringify(path)}`;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const named = name === '' ? '' : ` ${JSON.stringify(name)}`;
  const subject = `${groupResourceText({ group, resource: full })}${named}`;
  return `${subject} is forbidden: ${who} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${where}`;
}
