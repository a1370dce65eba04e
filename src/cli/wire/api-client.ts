import { z } from 'zod';
import { RefusedError, UsageError } from '../../core/index.ts';
import type { Fetch } from '../../core/index.ts';
import type { InstanceAddresses } from './instance-file.ts';

export interface ApiClient {
  get(path: string): Promise<unknown>;
  post(path: string, body?: unknown): Promise<unknown>;
}

export interface SignIn {
  readonly instance: InstanceAddresses;
  readonly user: string;
  /** @default the development password kept with the instance */
  readonly password?: string | undefined;
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
}

const discoverySchema = z.object({ token_endpoint: z.string() });
const tokenSchema = z.object({ access_token: z.string() });
const problemSchema = z.object({ title: z.string().optional(), detail: z.string().optional() });

/**
 * A client of the page's API that acts as `user`, by an access token of the identity provider.
 * @throws UsageError when there is no password for the user; RefusedError when the provider refuses it
 */
export async function signIn(options: SignIn): Promise<ApiClient> {
  const token = await accessToken(options);
  const call = async (path: string, init: RequestInit): Promise<unknown> => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-requested-with': 'stoa-cd',
    };
    const response = await reach(options, new URL(path, options.instance.page), { ...init, headers });
    const body: unknown = await response.json().catch(() => ({}));
    if (!response.ok) throw new RefusedError(problemText(body, response.status));
    return body;
  };
  return {
    get: (path) => call(path, {}),
    post: (path, body = {}) => call(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}

/** An access token by the password grant, which serves development users and Keycloak's direct access grants alike. */
export async function accessToken(options: SignIn): Promise<string> {
  const { instance, user } = options;
  const password = options.password ?? instance.users.find(({ name }) => name === user)?.password;
  if (password === undefined) throw new UsageError(`Cannot act as ${user}: set STOA_CD_PASSWORD`);
  const discovery = await reach(options, new URL(`${instance.issuer}/.well-known/openid-configuration`), {});
  const { token_endpoint } = discoverySchema.parse(await discovery.json());
  const body = new URLSearchParams({
    grant_type: 'password',
    client_id: instance.clientId,
    username: user,
    password,
    scope: 'openid profile groups',
  });
  const response = await reach(options, new URL(token_endpoint), { method: 'POST', body });
  if (!response.ok) throw new RefusedError(`Cannot sign in as ${user}: the identity provider refused the password`);
  return tokenSchema.parse(await response.json()).access_token;
}

async function reach({ fetch, signal }: SignIn, url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new RefusedError(`Cannot reach ${url.origin}: is stoa-cd up running?`, { cause: error });
  }
}

function problemText(body: unknown, status: number): string {
  const problem = problemSchema.safeParse(body);
  const text = problem.success ? (problem.data.detail ?? problem.data.title) : undefined;
  return text ?? `The server answered ${status}`;
}
