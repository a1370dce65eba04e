import { Agent, fetch as undiciFetch } from 'undici';
import type { Fetch } from '../../core/index.ts';
import { ClusterAccessError } from './cluster-access.ts';
import type { ClusterAccess } from './cluster-access.ts';

export interface ClusterConnection {
  /** The API server's URL. */
  readonly server: string;
  /** Carries the credentials; refuses every other origin. */
  readonly fetch: Fetch;
  /** Breaks what is still under way. */
  close(): Promise<void>;
}

/** undici declares its own classes beside the platform's; they are the same at run time. */
const networkFetch = undiciFetch as unknown as (url: string, init: object) => Promise<Response>;

/** A connection pool of its own for one cluster. */
export function connectCluster(access: ClusterAccess): ClusterConnection {
  const { ca, certificate, key, serverName, insecure = false } = access;
  const agent = new Agent({
    connect: {
      rejectUnauthorized: !insecure,
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    },
  });
  const { origin } = new URL(access.server);
  const fetch: Fetch = async (input, init) => {
    const call = toCall(input, init);
    if (new URL(call.url).origin !== origin) {
      throw new ClusterAccessError(`Cannot send a request of the cluster ${origin} to another origin`);
    }
    const headers = await withCredentials(new Headers(call.init.headers), access);
    const options = { ...call.init, headers: [...headers], dispatcher: agent };
    return networkFetch(call.url, options);
  };
  return { server: access.server, fetch, close: () => agent.destroy() };
}

interface FetchCall {
  readonly url: string;
  readonly init: RequestInit & { readonly duplex?: 'half' };
}

function toCall(input: string | URL | Request, init: RequestInit = {}): FetchCall {
  if (!(input instanceof Request)) return { url: String(input), init };
  const { method, headers, body, signal } = input;
  return { url: input.url, init: { method, headers, body, signal, duplex: 'half', ...init } };
}

async function withCredentials(headers: Headers, access: ClusterAccess): Promise<Headers> {
  const token = access.readToken === undefined ? access.token : await access.readToken();
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const { impersonate } = access;
  if (impersonate === undefined || headers.has('impersonate-user')) return headers;
  headers.set('impersonate-user', impersonate.user);
  if (impersonate.groups.length > 0) headers.set('impersonate-group', impersonate.groups.join(','));
  return headers;
}
