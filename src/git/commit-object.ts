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

/** A person and a time (milliseconds) as commit objects hold them. @throws GitError `INVALID` */
export function formatPerson({ name, email }: Identity, at: number): string {
  if (/[<>\n\0]/.test(name + email) || name.trim() === '') {
    throw new GitError(
      'INVALID',
      `Cannot commit as ${JSON.stringify(name)}: a name or address has characters that Git cannot keep`,
    );
  }
  return `${name.trim()} <${email.trim()}> ${Math.floor(at / 1000)} +0000`;
}
