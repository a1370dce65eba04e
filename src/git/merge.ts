import { formatPerson } from './commit-object.ts';
import { GitError } from './errors.ts';
import { checkRevision } from './paths.ts';
import type { Identity } from './port.ts';
import { runGit } from './run-git.ts';

/**
 * Merges `theirs` into `ours` in memory: objects are written, no ref and no file is touched.
 * @returns the merged tree, `undefined` when the two conflict or have no history in common
 * @throws GitError `NOT_FOUND` when a commit is missing
 */
export async function mergeTree(
  directory: string,
  { ours, theirs }: { readonly ours: string; readonly theirs: string },
  signal?: AbortSignal,
): Promise<string | undefined> {
  checkRevision(ours);
  checkRevision(theirs);
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', ours, theirs];
  try {
    const output = await runGit({ args, directory, ...(signal === undefined ? {} : { signal }) });
    return output.toString().trim();
  } catch (error) {
    if (error instanceof GitError && hasNoMerge(error)) return undefined;
    throw error;
  }
}

function hasNoMerge({ code, details, message }: GitError): boolean {
  return code === 'FAILED' && (details['exitCode'] === 1 || message.includes('unrelated histories'));
}

export interface TreeCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Identity;
  readonly committer?: Identity;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Writes a commit of a tree that is there already; moves no ref. @returns its id */
export async function commitTree(
  directory: string,
  { tree, parents, message, author, committer = author, at }: TreeCommit,
): Promise<string> {
  const headers = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${formatPerson(author, at)}`,
    `committer ${formatPerson(committer, at)}`,
  ];
  const input = `${headers.join('\n')}\n\n${message.trim()}\n`;
  const output = await runGit({ args: ['hash-object', '-t', 'commit', '-w', '--stdin'], directory, input });
  return output.toString().trim();
}
