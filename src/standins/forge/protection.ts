import type { Account } from './accounts.ts';

export interface RefUpdate {
  readonly ref: string;
  /** All zeros: the ref is new. */
  readonly before: string;
  /** All zeros: the ref is deleted. */
  readonly after: string;
}

export type Writer = 'developer' | 'maintainer';

/** Who may move a branch; nobody rewrites or deletes it. */
export interface BranchRule {
  /** Of a branch, or `name/*` for all below it. */
  readonly name: string;
  /** The least role that may push. */
  readonly push: Writer;
  /** The least role that may merge. */
  readonly merge: Writer;
}

const GUARDED = { push: 'maintainer', merge: 'maintainer' } as const;

/** Maintainers are machines. `approved` and `evidence` themselves are kept free for the refs below them. */
export const BRANCH_RULES: readonly BranchRule[] = [
  { name: 'main', push: 'developer', merge: 'maintainer' },
  ...['approved', 'approved/*', 'evidence', 'evidence/*'].map((name) => ({ name, ...GUARDED })),
];

export const ZERO = '0'.repeat(40);
const BRANCH = /^refs\/heads\//;

/** `undefined` where the branch is not protected. */
export function ruleOf(branch: string): BranchRule | undefined {
  return BRANCH_RULES.find(({ name }) =>
    name.endsWith('/*') ? branch.startsWith(name.slice(0, -1)) : branch === name,
  );
}

/** Why `account` may not do this, in GitLab's words; `undefined` when it may. Rewriting is judged by Git, which knows. */
export function refusalOfUpdate({ ref, after }: RefUpdate, { role }: Account): string | undefined {
  if (role === 'guest') return 'You are not allowed to push code to this project.';
  if (!/^refs\/(heads|tags)\/./.test(ref))
    return `You are not allowed to push ${ref}: it is neither a branch nor a tag.`;
  const branch = BRANCH.test(ref) ? ref.replace(BRANCH, '') : undefined;
  if (branch === undefined) return undefined;
  const rule = ruleOf(branch);
  if (rule !== undefined && after === ZERO) return 'You cannot delete a protected branch.';
  if (rule?.push === 'maintainer' && role !== 'maintainer')
    return 'You are not allowed to push code to protected branches on this project.';
  return undefined;
}

/** Whether `account` may merge into a branch. */
export function mayMerge({ role }: Account, target: string): boolean {
  return role === 'maintainer' || (role === 'developer' && ruleOf(target)?.merge !== 'maintainer');
}
