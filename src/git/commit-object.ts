import { GitError } from './errors.ts';
import type { CommitInfo, Identity } from './port.ts';

/** Reads the text of a commit object. */
export function parseCommit(sha: string, content: Buffer): CommitInfo {
  const text = content.toString();
  const gap = text.indexOf('\n\n');
  const headers = text
    .slice(0, gap < 0 ? text.length : gap)
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
  const first = (name: string): string => headers.find(([key]) => key === name)?.[1] ?? '';
  return {
    sha,
    tree: first('tree'),
    parents: headers.filter(([key]) => key === 'parent').map(([, value]) => value),
    author: parsePerson(first('author')),
    committer: parsePerson(first('committer')),
    message: gap < 0 ? '' : text.slice(gap + 2),
  };
}

function parsePerson(text: string): Identity & { readonly at: number } {
  const match = /^(.*?) ?<([^>]*)> (\d+) [-+]\d{4}$/.exec(text);
  return { name: match?.[1] ?? '', email: match?.[2] ?? '', at: Number(match?.[3] ?? 0) * 1000 };
}

/** Variables that make git write a commit by these people at this time. @throws GitError `INVALID` */
export function personEnvironment(author: Identity, committer: Identity, at: number): Record<string, string> {
  for (const { name, email } of [author, committer]) {
    if (/[<>\n\0]/.test(name + email) || name.trim() === '') {
      throw new GitError(
        'INVALID',
        `Cannot commit as ${JSON.stringify(name)}: a name or address has characters that Git cannot keep`,
      );
    }
  }
  const date = `@${Math.floor(at / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: date,
  };
}
