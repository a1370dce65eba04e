import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { messageOf } from '../core/index.ts';
import { GitError, codeOf, tellFailure } from './errors.ts';
import type { RemoteCredentials } from './port.ts';

export interface GitRun {
  readonly args: readonly string[];
  /** The repository: a bare one, or the `.git` of another. */
  readonly directory?: string;
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly credentials?: RemoteCredentials;
  readonly signal?: AbortSignal;
}

const MAX_OUTPUT = 256 * 1024 * 1024;

/** A configuration that depends on nobody's home, asks nobody, and speaks no other protocol. */
const FIXED_ENV: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  GIT_ALLOW_PROTOCOL: 'http:https:file',
  GIT_OPTIONAL_LOCKS: '0',
  LC_ALL: 'C',
};

/**
 * The environment that git runs in. Credentials travel as an HTTP header in configuration variables, so that they are in
 * no argument list, no URL and no message.
 */
export function gitEnvironment(
  credentials?: RemoteCredentials,
  more: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const settings: (readonly [string, string])[] = [
    ['gc.auto', '0'],
    ['core.fsync', 'committed,reference'],
    ['core.hooksPath', '/dev/null'],
    ['transfer.fsckObjects', 'false'],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', '60'],
    ['http.followRedirects', 'false'],
  ];
  if (credentials !== undefined) {
    settings.push(['http.extraHeader', `Authorization: Basic ${basicOf(credentials)}`]);
  }
  const configuration = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    ...FIXED_ENV,
    GIT_CONFIG_COUNT: String(settings.length),
    ...(Object.fromEntries(configuration) as Record<string, string>),
    ...more,
  };
}

/** Starts git with pipes. @param args without `--git-dir` */
export function spawnGit({ args, directory, credentials, env }: GitRun): ChildProcessWithoutNullStreams {
  const location = directory === undefined ? [] : [`--git-dir=${directory}`];
  return spawn('git', [...location, ...args], { env: gitEnvironment(credentials, env), stdio: 'pipe' });
}

/**
 * Runs git to its end.
 * @returns standard output
 * @throws GitError with the code that git's message stands for; the signal's reason when it aborts
 */
export async function runGit(run: GitRun): Promise<Buffer> {
  run.signal?.throwIfAborted();
  const child = spawnGit(run);
  const onAbort = (): void => void child.kill('SIGTERM');
  run.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await collect(child, run);
  } finally {
    run.signal?.removeEventListener('abort', onAbort);
  }
}

function collect(child: ChildProcessWithoutNullStreams, run: GitRun): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const out: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_OUTPUT) child.kill('SIGKILL');
    else out.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr = `${stderr}${chunk.toString()}`.slice(-8_000)));
  child.on('error', (error) => reject(startFailure(error)));
  child.on('close', (code) => {
    if (run.signal?.aborted === true) reject(run.signal.reason as Error);
    else if (code === 0) resolve(Buffer.concat(out));
    else reject(failure(run, { code, stderr }));
  });
  child.stdin.on('error', () => undefined); // Git may end before it has read all; its exit code tells why.
  child.stdin.end(run.input);
  return promise;
}

export function startFailure(error: Error): GitError {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  if (missing)
    return new GitError('MISSING_GIT', 'Cannot run git: it is not installed, or not on the PATH', { cause: error });
  return new GitError('FAILED', `Cannot run git: ${messageOf(error)}`, { cause: error });
}

function failure(
  { args, credentials }: GitRun,
  { code, stderr }: { readonly code: number | null; readonly stderr: string },
): GitError {
  const secrets = credentials === undefined ? [] : [credentials.password, basicOf(credentials)];
  return new GitError(codeOf(stderr), `Cannot run git ${args[0] ?? ''}: ${tellFailure(stderr, secrets)}`, {
    details: { command: args[0], exitCode: code },
  });
}

function basicOf({ username, password }: RemoteCredentials): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
