import { messageOf } from '../core/index.ts';
import type { Fetch } from '../core/index.ts';
import { GitError } from './errors.ts';
import type { RemoteCredentials } from './port.ts';

export interface LsRefsOptions {
  readonly fetch: Fetch;
  readonly credentials?: RemoteCredentials;
  readonly signal?: AbortSignal;
}

const MAX_ANSWER = 64 * 1024 * 1024;
const TIME_LIMIT = 30_000;
const REQUEST = [
  packet('command=ls-refs\n'),
  packet('agent=stoa-cd\n'),
  '0001',
  packet('ref-prefix refs/heads/\n'),
  packet('ref-prefix refs/tags/\n'),
  '0000',
].join('');

/**
 * Branches and tags of a remote by one request of protocol version 2 (gitprotocol-v2, `ls-refs`), without a process.
 * @returns `undefined` when the server does not answer in version 2: ask it by `git ls-remote`
 * @throws GitError `AUTHENTICATION`, `NOT_FOUND`, `UNREACHABLE`
 */
export async function lsRefs(url: string, options: LsRefsOptions): Promise<ReadonlyMap<string, string> | undefined> {
  const response = await post(`${url.replace(/\/$/, '')}/git-upload-pack`, options);
  const text = await bounded(response);
  if (response.status === 401 || response.status === 403)
    throw new GitError('AUTHENTICATION', `Cannot read ${url}: the server answered ${response.status}`);
  if (response.status >= 500 || response.status === 429)
    throw new GitError('UNREACHABLE', `Cannot read ${url}: the server answered ${response.status}`);
  const isResult = response.headers.get('content-type') === 'application/x-git-upload-pack-result';
  return response.ok && isResult ? parseRefs(text) : undefined;
}

async function post(url: string, { fetch, credentials, signal }: LsRefsOptions): Promise<Response> {
  const basic = credentials && Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  const limit = AbortSignal.timeout(TIME_LIMIT);
  try {
    return await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-git-upload-pack-request',
        accept: 'application/x-git-upload-pack-result',
        'git-protocol': 'version=2',
        ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
      },
      body: REQUEST,
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new GitError('UNREACHABLE', `Cannot reach ${new URL(url).origin}: ${messageOf(error)}`, { cause: error });
  }
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new GitError('FAILED', `Cannot list refs: the answer is over ${MAX_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Packets up to the flush; `undefined` for anything else than a list of refs. */
function parseRefs(text: string): ReadonlyMap<string, string> | undefined {
  const data = Buffer.from(text);
  const refs = new Map<string, string>();
  for (let offset = 0; offset + 4 <= data.length;) {
    const length = Number.parseInt(data.toString('latin1', offset, offset + 4), 16);
    if (length === 0) return refs;
    if (!(length > 4) || offset + length > data.length) return undefined;
    const match = /^([0-9a-f]{40}) (refs\/\S+)/.exec(data.toString('utf8', offset + 4, offset + length));
    if (match === null) return undefined;
    refs.set(match[2] ?? '', match[1] ?? '');
    offset += length;
  }
  return undefined;
}

function packet(text: string): string {
  return `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
}
