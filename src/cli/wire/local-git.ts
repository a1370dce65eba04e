import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What git prints in a folder of the user's; `undefined` where it fails, for instance outside of a repository. */
export async function gitOutput(
  args: readonly string[],
  { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  try {
    return (await promisify(execFile)('git', [...args], { cwd, signal })).stdout.trim();
  } catch {
    signal.throwIfAborted();
    return undefined; // What is missing is named where it is needed.
  }
}
