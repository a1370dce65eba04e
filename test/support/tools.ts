import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

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

/**
 * A `kubectl` of one fixed version. Where `kubectl` only dispatches to versioned programs beside it, the one for 1.32 is
 * taken, because the dispatcher remembers which version a server had.
 */
export function findKubectl(): string | undefined {
  const found = findProgram('kubectl');
  if (found === undefined) return undefined;
  const folder = dirname(realpathSync(found));
  const versioned = readdirSync(folder).find((name) => name === 'kubectl.1.32');
  return versioned === undefined ? found : join(folder, versioned);
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
