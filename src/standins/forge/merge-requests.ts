import type { Clock } from '../../core/index.ts';
import { GitError } from '../../git/index.ts';
import type { Account } from './accounts.ts';
import type { ForgeDatabase, MergeRequestRow, ProjectRow } from './database.ts';
import { ForgeHttpError, badRequest, forbidden, notFound, unauthorized } from './errors.ts';
import type { RefUpdate } from './git-http.ts';
import type { Repositories } from './repositories.ts';

export interface MergeRequestPorts {
  readonly database: ForgeDatabase;
  readonly repositories: Repositories;
  readonly clock: Clock;
  /** A branch was moved by the forge itself. */
  readonly pushed: (project: ProjectRow, updates: readonly RefUpdate[], user: string) => void;
  readonly changed: (project: ProjectRow, row: MergeRequestRow, action: string) => void;
}

export interface NewMergeRequestInput {
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly target: string;
  readonly labels: readonly string[];
}

const ZERO = '0'.repeat(40);

/** What may happen to merge requests. */
export class MergeRequests {
  readonly #ports: MergeRequestPorts;

  constructor(ports: MergeRequestPorts) {
    this.#ports = ports;
  }

  /** @throws ForgeHttpError 409 when one is open already for the branch, 400 when a branch is missing */
  async open(project: ProjectRow, input: NewMergeRequestInput, account: Account): Promise<MergeRequestRow> {
    const { database, repositories, clock } = this.#ports;
    mayWrite(account);
    const { source, target } = input;
    const [open] = database.mergeRequests(project.id, { state: 'opened', source, target });
    if (open !== undefined)
      throw new ForgeHttpError(409, `Another open merge request already exists for this source branch: !${open.iid}`);
    const sha = await repositories.branch(project.path, source);
    if (sha === undefined) throw badRequest(`Source branch "${source}" does not exist`);
    if ((await repositories.branch(project.path, target)) === undefined)
      throw badRequest(`Target branch "${target}" does not exist`);
    const { title, description } = input;
    const row = database.addMergeRequest({
      ...{ project: project.id, title, description, source, target, sha },
      ...{ author: account.name, labels: JSON.stringify(input.labels), createdAt: clock.now() },
    });
    this.#ports.changed(project, row, 'open');
    return row;
  }

  get(project: ProjectRow, iid: number): MergeRequestRow {
    const row = this.#ports.database.mergeRequest(project.id, iid);
    if (row === undefined) throw notFound('Merge Request');
    return row;
  }

  async isMergeable(project: ProjectRow, row: MergeRequestRow): Promise<boolean> {
    if (row.state !== 'opened') return false;
    const target = await this.#ports.repositories.branch(project.path, row.target);
    return target !== undefined && this.#ports.repositories.isMergeable(project.path, row.sha, target);
  }

  edit(
    project: ProjectRow,
    iid: number,
    change: Partial<Pick<MergeRequestRow, 'title' | 'description' | 'labels' | 'state'>>,
  ): MergeRequestRow {
    const row = this.get(project, iid);
    if (change.state !== undefined && row.state === 'merged')
      throw new ForgeHttpError(409, 'The merge request is merged already');
    this.#ports.database.updateMergeRequest(row.id, { ...change, updatedAt: this.#ports.clock.now() });
    const after = this.get(project, iid);
    this.#ports.changed(
      project,
      after,
      change.state === 'closed' ? 'close' : change.state === 'opened' ? 'reopen' : 'update',
    );
    return after;
  }

  /** Approves for the present head; falls with the next push. GitLab's answer to an author is 401. */
  approve(
    project: ProjectRow,
    iid: number,
    { account, sha }: { readonly account: Account; readonly sha?: string | undefined },
  ): MergeRequestRow {
    const row = this.get(project, iid);
    mayWrite(account);
    if (row.state !== 'opened' || row.author === account.name) throw unauthorized();
    if (sha !== undefined && sha !== row.sha) throw new ForgeHttpError(409, 'SHA does not match HEAD of source branch');
    this.#ports.database.approve(row.id, { username: account.name, sha: row.sha, at: this.#ports.clock.now() });
    this.#ports.changed(project, row, 'approved');
    return row;
  }

  unapprove(project: ProjectRow, iid: number, account: Account): MergeRequestRow {
    const row = this.get(project, iid);
    this.#ports.database.removeApprovals(row.id, account.name);
    this.#ports.changed(project, row, 'unapproved');
    return row;
  }

  /**
   * Merges with a merge commit. The branch moves first; a row that a killed process left open is completed by
   * {@link settle}.
   */
  async merge(project: ProjectRow, iid: number, request: MergeInput): Promise<MergeRequestRow> {
    const { repositories } = this.#ports;
    const { account, sha } = request;
    const row = this.get(project, iid);
    if (account.role === 'guest') throw forbidden();
    if (row.target === 'main' && account.role !== 'maintainer') throw unauthorized();
    if (row.state !== 'opened') throw new ForgeHttpError(405, '405 Method Not Allowed');
    if (sha !== undefined && sha !== row.sha) throw new ForgeHttpError(409, 'SHA does not match HEAD of source branch');
    const target = await repositories.branch(project.path, row.target);
    const commit = target === undefined ? undefined : await this.#write(project, row, { ...request, target });
    if (target === undefined || commit === undefined) throw new ForgeHttpError(406, 'Branch cannot be merged');
    try {
      await repositories.moveBranch(project.path, row.target, { before: target, after: commit });
    } catch (error) {
      if (error instanceof GitError)
        throw new ForgeHttpError(406, 'Branch cannot be merged: the target moved meanwhile');
      throw error;
    }
    return this.#merged(project, row, { commit, by: account.name, before: target });
  }

  #write(
    project: ProjectRow,
    row: MergeRequestRow,
    input: MergeInput & { readonly target: string },
  ): Promise<string | undefined> {
    const { account, message, target } = input;
    const text =
      message ??
      `Merge branch '${row.source}' into '${row.target}'\n\n${row.title}\n\nSee merge request ${project.path}!${row.iid}`;
    const by = { name: account.name, email: `${account.name}@users.noreply.stoa.invalid` };
    const at = this.#ports.clock.now();
    return this.#ports.repositories.mergeCommit(project.path, {
      source: row.sha,
      target,
      message: `${text.trim()}\n`,
      by,
      at,
    });
  }

  #merged(
    project: ProjectRow,
    row: MergeRequestRow,
    { commit, by, before }: { readonly commit: string; readonly by: string; readonly before: string },
  ): MergeRequestRow {
    const now = this.#ports.clock.now();
    this.#ports.database.updateMergeRequest(row.id, {
      state: 'merged',
      mergeCommit: commit,
      mergedBy: by,
      mergedAt: now,
      updatedAt: now,
    });
    const after = this.get(project, row.iid);
    this.#ports.pushed(project, [{ ref: `refs/heads/${row.target}`, before, after: commit }], by);
    this.#ports.changed(project, after, 'merge');
    return after;
  }

  /** Brings open merge requests in line with what was pushed. */
  async afterPush(project: ProjectRow, updates: readonly RefUpdate[]): Promise<void> {
    for (const { ref, after } of updates) {
      const source = ref.replace(/^refs\/heads\//, '');
      for (const row of this.#ports.database.mergeRequests(project.id, { state: 'opened', source }))
        this.#moveHead(project, row, after);
      await this.settle(project, source);
    }
  }

  #moveHead(project: ProjectRow, row: MergeRequestRow, after: string): void {
    const { database, clock } = this.#ports;
    if (after === row.sha) return;
    database.removeApprovals(row.id);
    const change = after === ZERO ? { state: 'closed' as const } : { sha: after };
    database.updateMergeRequest(row.id, { ...change, updatedAt: clock.now() });
    this.#ports.changed(project, this.get(project, row.iid), 'update');
  }

  /** Marks as merged what the target branch already contains, as after a push of the merge, or a kill amid one. */
  async settle(project: ProjectRow, target: string): Promise<void> {
    const { database, repositories } = this.#ports;
    const open = database.mergeRequests(project.id, { state: 'opened', target });
    if (open.length === 0) return;
    const repository = repositories.open(project.path);
    const head = await repositories.branch(project.path, target);
    for (const row of open) {
      if (head === undefined || !(await repository.isAncestor(row.sha, head))) continue;
      const commits = await repository.log({ from: row.sha, to: head });
      const merge = commits.find(({ parents }) => parents.includes(row.sha));
      const now = this.#ports.clock.now();
      const by = merge?.committer.name ?? row.author;
      database.updateMergeRequest(row.id, {
        state: 'merged',
        mergeCommit: merge?.sha ?? null,
        mergedBy: by,
        mergedAt: now,
        updatedAt: now,
      });
      this.#ports.changed(project, this.get(project, row.iid), 'merge');
    }
  }
}

export interface MergeInput {
  readonly account: Account;
  readonly sha?: string | undefined;
  readonly message?: string | undefined;
}

export function mayWrite({ role, name }: Account): void {
  if (role === 'guest') throw forbidden(`${name} may read only`);
}
