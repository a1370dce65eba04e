import type { Clock, Fetch } from '../core/index.ts';
import { ForgeError } from './errors.ts';
import type { ForgeErrorCode } from './errors.ts';
import type { RestDialect } from './rest-client.ts';

export interface GithubOptions {
  /** Where people reach it: github.com, a tenant below ghe.com, or an Enterprise Server. @default 'https://github.com' */
  readonly baseUrl?: string;
  /** `owner/name`. */
  readonly project: string;
  readonly fetch: Fetch;
  /** A personal access token, or that of an app's installation. */
  readonly token?: string;
  /** Waits between attempts. @default the machine's clock */
  readonly clock?: Clock;
}

const NAME = /^[\w.-]{1,100}$/;

/** @throws ForgeError `INVALID` for a project that is no `owner/name`, or an address that is none */
export function githubDialect({ baseUrl = 'https://github.com', project, token }: GithubOptions): RestDialect {
  const names = project.split('/');
  if (names.length !== 2 || !names.every((name) => NAME.test(name) && !/^\.+$/.test(name)))
    throw new ForgeError(
      'INVALID',
      `Cannot use ${JSON.stringify(project.slice(0, 120))}: give a project as owner/name`,
    );
  return {
    apiUrl: apiUrlOf(baseUrl),
    scope: `/repos/${project}`,
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'user-agent': 'stoa-cd',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    secrets: [token],
    codeOf,
  };
}

function apiUrlOf(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (url === null) throw new ForgeError('INVALID', 'Cannot use the forge: its address is none');
  if (url.hostname === 'api.github.com') return baseUrl.replace(/\/+$/, '');
  const isTenant = url.hostname === 'github.com' || url.hostname.endsWith('.ghe.com');
  if (isTenant) url.hostname = `api.${url.hostname}`;
  return `${url.href.replace(/\/+$/, '')}${isTenant ? '' : '/api/v3'}`;
}

/** GitHub answers 422 to whatever it finds wrong with a request. */
function codeOf(status: number, reason: string): ForgeErrorCode | undefined {
  if (status !== 422) return undefined;
  if (/own pull request/i.test(reason)) return 'FORBIDDEN';
  return /already exists/i.test(reason) ? 'CONFLICT' : 'INVALID';
}
