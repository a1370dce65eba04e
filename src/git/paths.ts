import { GitError } from './errors.ts';

/** A path within a tree. @throws GitError `INVALID` for one that leads elsewhere */
export function cleanPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..') || path.startsWith('/') || /[\0\n\r]/.test(path)) {
    throw new GitError(
      'INVALID',
      `Cannot use the path ${JSON.stringify(path.slice(0, 200))}: it leads out of the repository`,
    );
  }
  return segments.join('/');
}

/** @throws GitError `INVALID` for what could be read as an option, a range or an expression */
export function checkRevision(revision: string): void {
  if (revision === '' || /[\s\0:^~?*[\\]|\.\.|@\{/.test(revision) || revision.startsWith('-')) {
    throw new GitError(
      'INVALID',
      `Cannot use the revision ${JSON.stringify(revision.slice(0, 100))}: it is no branch, tag or commit`,
    );
  }
}

/** @throws GitError `INVALID` for what is no full name of a branch or tag */
export function checkRef(ref: string): string {
  checkRevision(ref);
  if (/^refs\/(heads|tags)\/(?!.*(\/\/|\/\.|\.lock(\/|$)|\/$|\.$)).+$/.test(ref)) return ref;
  throw new GitError(
    'INVALID',
    `Cannot use the ref ${JSON.stringify(ref.slice(0, 100))}: write refs/heads/… or refs/tags/…`,
  );
}
