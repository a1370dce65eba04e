import type { Account } from '../accounts.ts';
import { ForgeHttpError } from '../errors.ts';
import type { MergeRequests, NewMergeRequestInput } from '../merge-requests.ts';
import type { Repositories } from '../repositories.ts';
import type { ProjectRow } from '../store/project-store.ts';

export interface ProposalPorts {
  readonly mergeRequests: MergeRequests;
  readonly repositories: Repositories;
  /** Of the forge. */
  readonly url: string;
}

export interface PushedBranches {
  readonly project: ProjectRow;
  readonly account: Account;
  /** Names of those that the push has moved, and not deleted. */
  readonly branches: readonly string[];
  /** As in `git push -o merge_request.create`. */
  readonly options: readonly string[];
}

type Wish = Partial<Pick<NewMergeRequestInput, 'title' | 'description'>> &
  Pick<NewMergeRequestInput, 'target' | 'labels'>;

/**
 * Opens merge requests as GitLab does for the push options `merge_request.create`, `.target`, `.title`, `.description` and
 * `.label`; other options mean nothing.
 * @returns what the pushing person is told; the push has succeeded, whatever that is
 */
export async function proposeByPush(
  { project, account, branches, options }: PushedBranches,
  ports: ProposalPorts,
): Promise<readonly string[]> {
  const wish = wishOf(options);
  if (wish === undefined) return [];
  const told: string[] = [];
  for (const source of branches) {
    try {
      const iid = await propose({ project, account, source, wish }, ports);
      told.push('', `View merge request for ${source}:`, `  ${ports.url}/${project.path}/-/merge_requests/${iid}`, '');
    } catch (error) {
      if (!(error instanceof ForgeHttpError)) throw error;
      told.push('', `WARNINGS: merge_request.create for ${source}: ${error.message}`, '');
    }
  }
  return told;
}

/** `undefined` when no merge request is asked for. */
function wishOf(options: readonly string[]): Wish | undefined {
  if (!options.includes('merge_request.create')) return undefined;
  const values = (name: string): readonly string[] => {
    const start = `merge_request.${name}=`;
    return options.filter((option) => option.startsWith(start)).map((option) => option.slice(start.length));
  };
  const [title, description] = [values('title').at(-1), values('description').at(-1)];
  return {
    target: values('target').at(-1) ?? 'main',
    labels: values('label'),
    ...(title === undefined || title.trim() === '' ? {} : { title: title.trim() }),
    ...(description === undefined ? {} : { description }),
  };
}

async function propose(
  {
    project,
    account,
    source,
    wish,
  }: Pick<PushedBranches, 'project' | 'account'> & { readonly source: string; readonly wish: Wish },
  { mergeRequests, repositories }: ProposalPorts,
): Promise<number> {
  const open = mergeRequests.openFor(project, { source, target: wish.target });
  if (open !== undefined) return open.iid;
  const sha = await repositories.branch(project.path, source);
  const commit = sha === undefined ? undefined : await repositories.open(project.path).commit(sha);
  const title = wish.title ?? commit?.message.split('\n')[0] ?? source;
  const input = { ...wish, source, title, description: wish.description ?? '' };
  return (await mergeRequests.open(project, input, account)).iid;
}
