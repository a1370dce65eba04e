import type { CommitInfo, Repository } from '../git/index.ts';
import { bad } from './verify.ts';
import type { ChainLink, Fault } from './verify.ts';

/** Commits asked for at once. */
const BATCH = 500;
/** A writer's clock may be set while it signs and commits; more than this apart, one of the two times is wrong. */
const MOST_SKEW_MS = 5 * 60_000;
const MOST_WARNINGS = 20;
const RECORD_HASH = /\nRecord-Hash: ([0-9a-f]{64})\n*$/;

/** A branch's commits from the first to `head`, first parents only. */
export async function readHistory(
  repository: Repository,
  head: string,
  signal?: AbortSignal,
): Promise<readonly CommitInfo[]> {
  const batches: (readonly CommitInfo[])[] = [];
  for (let to: string | undefined = head; to !== undefined;) {
    const batch: readonly CommitInfo[] = await repository.log({ to, limit: BATCH }, signal);
    batches.unshift(batch);
    to = batch[0]?.parents[0];
  }
  return batches.flat();
}

/**
 * Compares the branch's history with the chain: one commit a record, in order, each naming its record's hash. A branch
 * that was rewritten, or from which records were taken by further commits, does not fit.
 */
export function historyFault(links: readonly ChainLink[], commits: readonly CommitInfo[]): Fault | undefined {
  for (let index = 0; index < Math.max(links.length, commits.length); index++) {
    const [link, commit] = [links[index], commits[index]];
    if (commit === undefined) return bad(index + 1, 'no commit recorded it: the history was rewritten');
    if (commit.parents.length > 1) return bad(index + 1, `its commit ${commit.sha} is a merge`);
    const recorded = RECORD_HASH.exec(commit.message)?.[1];
    if (recorded === undefined) return bad(index + 1, `commit ${commit.sha} records nothing`);
    if (link === undefined) return bad(index + 1, `it is missing: commit ${commit.sha} recorded it`);
    if (recorded !== link.hash) return bad(index + 1, `its commit ${commit.sha} recorded another one in its place`);
  }
  return undefined;
}

/** Records whose own time is far from that of their commit: the writer's clock was wrong, or somebody set a time. */
export function skewWarnings(links: readonly ChainLink[], commits: readonly CommitInfo[]): string[] {
  const warnings = links.flatMap(({ at }, index) => {
    const committed = commits[index]?.committer.at ?? at;
    if (Math.abs(committed - at) <= MOST_SKEW_MS) return [];
    return `record ${index + 1} says ${new Date(at).toISOString()}, its commit ${new Date(committed).toISOString()}`;
  });
  const rest = warnings.length - MOST_WARNINGS;
  return rest <= 0 ? warnings : [...warnings.slice(0, MOST_WARNINGS), `and ${rest} more records like these`];
}
