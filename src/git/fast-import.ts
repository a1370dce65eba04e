import { randomUUID } from 'node:crypto';
import { formatPerson } from './commit-object.ts';
import { GitError } from './errors.ts';
import type { CommitRequest } from './port.ts';
import { runGit } from './run-git.ts';
import { cleanPath } from './paths.ts';

/** Commits are made under a ref of their own, so that they are kept until the ref that they are for has moved. */
const SCRATCH = 'refs/stoa-cd/';

/**
 * Writes blobs, trees and a commit in one go, without an index or a work tree. Files are plain (`100644`).
 * @returns the commit; no branch is moved
 * @throws GitError `INVALID` for a path or person that Git cannot keep, `NOT_FOUND` when the parent is not there
 */
export async function writeCommit(directory: string, request: CommitRequest, signal?: AbortSignal): Promise<string> {
  const ref = `${SCRATCH}${randomUUID()}`;
  const input = Buffer.concat(stream(ref, request));
  try {
    const args = ['fast-import', '--quiet', '--done', '--force'];
    const output = await runGit({ args, directory, input, ...(signal === undefined ? {} : { signal }) });
    return output.toString().trim();
  } finally {
    await runGit({ args: ['update-ref', '-d', ref], directory });
  }
}

function stream(ref: string, { parent, files, message, author, committer = author, at }: CommitRequest): Buffer[] {
  const parts = [
    line('feature done'),
    line(`commit ${ref}`),
    line('mark :1'),
    line(`author ${formatPerson(author, at)}`),
    line(`committer ${formatPerson(committer, at)}`),
    data(`${message.trim()}\n`),
  ];
  if (parent !== undefined) parts.push(line(`from ${checkSha(parent)}`));
  for (const [path, content] of files) {
    const name = quote(writablePath(path));
    if (content === null) parts.push(line(`D ${name}`));
    else parts.push(line(`M 100644 inline ${name}`), data(content));
  }
  return [...parts, line('get-mark :1'), line('done')];
}

function line(text: string): Buffer {
  return Buffer.from(`${text}\n`);
}

function data(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([line(`data ${bytes.length}`), bytes, Buffer.from('\n')]);
}

function writablePath(path: string): string {
  const clean = cleanPath(path);
  if (clean === '' || clean.split('/').some((segment) => segment.toLowerCase() === '.git')) {
    throw new GitError('INVALID', `Cannot write ${JSON.stringify(path.slice(0, 200))}: Git keeps no such file`);
  }
  return clean;
}

function checkSha(sha: string): string {
  if (/^[0-9a-f]{40}$/.test(sha)) return sha;
  throw new GitError('INVALID', `Cannot commit on top of ${JSON.stringify(sha.slice(0, 60))}: it is no commit id`);
}

/** A path as fast-import reads it; line breaks and NUL never get here. */
function quote(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
