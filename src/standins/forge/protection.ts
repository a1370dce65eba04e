import type { Account } from './accounts.ts';

export interface RefUpdate {
  readonly ref: string;
  /** All zeros: the ref is new. */
  readonly before: string;
  /** All zeros: the ref is deleted. */
  readonly after: string;
}

export const ZERO = '0'.repeat(40);
const BRANCH = /^refs\/heads\//;
/** Moved by machines that are maintainers only. `approved` itself is kept free for the refs below it. */
const GUARDED = /^(approved(\/.*)?|evidence(\/.*)?)$/;

/** Nobody rewrites or deletes the branch. */
export function isProtected(branch: string): boolean {
  return branch === 'main' || GUARDED.test(branch);
}

/** Why `account` may not do this, in GitLab's words; `undefined` when it may. Rewriting is judged by Git, which knows. */
export function refusalOfUpdate({ ref, after }: RefUpdate, { role }: Account): string | undefined {
  if (role === 'guest') return 'You are not allowed to push code to this project.';
  if (!/^refs\/(heads|tags)\/./.test(ref))
    return `You are not allowed to push ${ref}: it is neither a branch nor a tag.`;
  const branch = BRANCH.test(ref) ? ref.replace(BRANCH, '') : undefined;
  if (branch === undefined) return undefined;
  if (isProtected(branch) && after === ZERO) return 'You cannot delete a protected branch.';
  if (GUARDED.test(branch) && role !== 'maintainer')
    return 'You are not allowed to push code to protected branches on this project.';
  return undefined;
}

/** Whether `account` may merge into a branch. */
export function mayMerge({ role }: Account, target: string): boolean {
  return role === 'maintainer' || (role === 'developer' && !isProtected(target));
}
