import type { z } from 'zod';
import { AppError } from '../../core/index.ts';

/** How a cluster is reached and who we are there. Holds secrets: never log it. */
export interface ClusterAccess {
  /** The API server's URL. */
  readonly server: string;
  /** PEM. @default the machine's own certificate authorities */
  readonly ca?: string | undefined;
  /** PEM. */
  readonly certificate?: string | undefined;
  /** PEM. */
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  /** Reads a token that is renewed while the program runs; asked before every request. */
  readonly readToken?: (() => Promise<string>) | undefined;
  /** Name that the server's certificate must have. @default the host of `server` */
  readonly serverName?: string | undefined;
  /** Accepts any certificate. @default false */
  readonly insecure?: boolean | undefined;
  /** Acts as somebody else. */
  readonly impersonate?: { readonly user: string; readonly groups: readonly string[] } | undefined;
}

/** A kubeconfig or a cluster Secret is malformed, or asks for a way to authenticate that is not supported. */
export class ClusterAccessError extends AppError {
  override readonly name = 'ClusterAccessError';
  readonly code = 'INVALID_CLUSTER_ACCESS';
}

/** @throws ClusterAccessError for what cannot work or is not safe */
export function checkAccess(access: ClusterAccess): ClusterAccess {
  const url = URL.parse(access.server);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new ClusterAccessError('Cannot use the server URL of the cluster: not a plain http or https URL');
  }
  if (access.insecure === true && access.ca !== undefined) {
    throw new ClusterAccessError('Cannot connect to the cluster: both a certificate authority and insecure are given');
  }
  if ((access.certificate === undefined) !== (access.key === undefined)) {
    throw new ClusterAccessError('Cannot connect to the cluster: a client certificate and its key go together');
  }
  return access;
}

/** @throws ClusterAccessError */
export function decodeBase64(text: string, what: string): string {
  const compact = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    throw new ClusterAccessError(`Cannot read ${what}: not base64`);
  }
  return Buffer.from(compact, 'base64').toString('utf8');
}

/** Reads `value` by a schema; the error names what is wrong, never its value. @throws ClusterAccessError */
export function parseShape<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new ClusterAccessError(`Cannot read ${what}: wrong type of ${where}`);
}

/**
 * Refuses ways to connect that are asked for but not supported.
 * @throws ClusterAccessError
 */
export function refuseUnsupported(ways: Readonly<Record<string, unknown>>): void {
  const found = Object.entries(ways).find(([, value]) => value !== undefined && value !== null && value !== '');
  if (found === undefined) return;
  throw new ClusterAccessError(`Cannot connect with ${found[0]}: use a token or a client certificate`);
}
