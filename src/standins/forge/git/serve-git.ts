import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Logger } from '../../../core/index.ts';
import { gitEnvironment } from '../../../git/index.ts';
import { ForgeHttpError } from '../errors.ts';

export interface ServeOptions {
  readonly args: readonly string[];
  readonly request: Request;
  readonly logger: Logger;
}

type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const MAX_REMARKS = 4_000;

/** Starts git with pipes, in the protocol version that the client asks for. */
export function startGit({ args, request, logger }: ServeOptions): GitProcess {
  const protocol = request.headers.get('git-protocol');
  const version = protocol !== null && /^[\w=:.-]{1,100}$/.test(protocol) ? { GIT_PROTOCOL: protocol } : {};
  const child = spawn('git', [...args], { env: gitEnvironment(undefined, version), stdio: 'pipe' });
  let remarks = '';
  child.stderr.on('data', (text: Buffer) => (remarks = `${remarks}${text.toString()}`.slice(-MAX_REMARKS)));
  child.stdin.on('error', () => undefined); // Git has ended; what it printed tells the client why.
  child.on('error', () => child.stdout.destroy());
  child.on('close', (code) => {
    if (code !== 0) logger.debug('git ended', { command: args[0], code, remarks: remarks.trim() });
  });
  return child;
}

/** What git prints as it comes. A client that goes away ends git. */
export function streamGit(options: ServeOptions, input: Uint8Array): ReadableStream<Uint8Array> {
  const child = startGit(options);
  child.stdin.end(input);
  options.request.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  return Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>;
}

/**
 * Feeds git the whole of `input` and waits until it has ended. A client that goes away before it has sent everything ends
 * git, which then has changed nothing; one that goes away later does not.
 * @returns what git printed
 */
export async function runToEnd(options: ServeOptions, input: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const child = startGit(options);
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  const closed = new Promise((resolve) => child.once('close', resolve));
  try {
    await pipeline(input, child.stdin);
  } catch (error) {
    const ended = (error as NodeJS.ErrnoException).code;
    if (ended !== 'EPIPE' && ended !== 'ERR_STREAM_PREMATURE_CLOSE') {
      child.kill('SIGTERM');
      await closed;
      throw error;
    }
  }
  await closed;
  return Buffer.concat(output);
}

/** A request's body, unpacked. @throws ForgeHttpError 413 over `limit` bytes, 415 for another encoding than gzip */
export function bodyOf(request: Request, limit: number): AsyncIterable<Uint8Array> {
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  const raw = Readable.fromWeb((request.body ?? new Blob([]).stream()) as never) as AsyncIterable<Uint8Array>;
  if (encoding === 'identity') return limited(raw, limit);
  if (encoding !== 'gzip') throw new ForgeHttpError(415, `Bodies encoded as ${encoding.slice(0, 40)} are not read`);
  const unpacked = createGunzip();
  pipeline(raw, unpacked).catch(() => undefined); // Whoever reads is told of the error.
  return limited(unpacked, limit);
}

async function* limited(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new ForgeHttpError(413, `The request is over ${limit} bytes`);
    yield chunk;
  }
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(body));
}
