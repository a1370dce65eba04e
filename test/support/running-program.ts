import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What `up --output json` prints. */
export interface Addresses {
  readonly page: string;
  readonly forge: string;
  readonly registry: string;
  readonly clusters: Readonly<
    Record<'hub' | 'dev' | 'staging' | 'prod', { readonly kubeconfig: string; readonly server: string }>
  >;
  readonly users: readonly { readonly name: string; readonly password: string; readonly groups: readonly string[] }[];
}

/** The program as a user starts it: another process. */
export interface RunningProgram extends AsyncDisposable {
  readonly addresses: Addresses;
  readonly pid: number;
  readonly startMs: number;
  /** As a power cut: no chance to tidy up. */
  kill(): Promise<void>;
  /** As Ctrl-C. @returns the exit code */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  readonly data: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `stoa-cd up` on free ports and waits until it has printed its addresses. */
export async function startProgram({ data, args = [], env = {} }: StartOptions): Promise<RunningProgram> {
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, 'up', '--data', data, '--port', '0', '--output', 'json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const addresses = JSON.parse(await firstLine(child, () => stderr)) as Addresses;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    return (await exited)[0];
  };
  return {
    addresses,
    pid: child.pid ?? 0,
    startMs: performance.now() - started,
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGINT'),
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
    },
  };
}

/** Runs one command of the program to its end. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

async function firstLine(child: ChildProcess, errors: () => string): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new TypeError('Cannot read the output of the program: it has none');
  return new Promise((resolve, reject) => {
    let text = '';
    stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    child.once('exit', (code) =>
      reject(new Error(`The program ended with ${code ?? 'a signal'} before it was up: ${errors()}`)),
    );
  });
}
