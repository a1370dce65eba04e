import type { Clock, Logger } from '../../core/index.ts';
import { GitError } from '../../git/index.ts';
import type { Account } from './accounts.ts';
import { ForgeHttpError, badRequest, forbidden, notFound, shaMismatch, unauthorized } from './errors.ts';
import { mayMerge } from './protection.ts';
import type { RefUpdate } from './protection.ts';
import { EMPTY_TREE } from './repositories.ts';
import type { Repositories } from './repositories.ts';
import type { MergeRequestAction } from './events.ts';
import type { MergeRequestRow, MergeRequestStore, MergeRow } from './store/merge-request-store.ts';
import type { ProjectRow } from './store/project-store.ts';

export interface MergeRequestPorts {
  readonly store: MergeRequestStore;
  readonly repositories: Repositories;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a push takes back the approvals of earlier heads. */
  readonly resetsApprovals: (project: ProjectRow) => boolean;
  /** A branch was moved by the forge itself. */
  readonly moved: (project: ProjectRow, updates: readonly RefUpdate[], user: string) => void;
  readonly changed: (project: ProjectRow, row: MergeRequestRow, how: MergeRequestAction) => void;
}

export interface NewMergeRequestInput {
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly target: string;
  readonly labels: readonly string[];
}

export interface MergeOptions {
  readonly account: Account;
  /** The head that was judged. */
  readonly sha?: string | undefined;
  readonly message?: string | undefined;
}

const DRAFT = /^\s*(\[draft\]|\(draft\)|draft:)/i;

export function isDraft({ title }: { readonly title: string }): boolean {
  return DRAFT.test(title);
}

/** What may happen to merge requests. */
export class MergeRequests {
  readonly #ports: MergeRequestPorts;

  constructor(ports: MergeRequestPorts) {
    this.#ports = ports;
  }

  /** @throws ForgeHttpError 404 */
  get(project: ProjectRow, iid: number): MergeRequestRow {
    const row = Number.isSafeInteger(iid) ? this.#ports.store.get(project.id, iid) : undefined;
    if (row === undefined) throw notFound('Merge Request');
    return row;
  }

  /** The open one between these branches. */
  openFor(
    project: ProjectRow,
    { source, target }: Pick<MergeRequestRow, 'source' | 'target'>,
  ): MergeRequestRow | undefined {
    return this.#ports.store.list(project.id, { state: 'opened', source, target })[0];
  }

  /** @throws ForgeHttpError 409 when one is open already for the branches, 400 when a branch is missing */
  async open(project: ProjectRow, input: NewMergeRequestInput, account: Account): Promise<MergeRequestRow> {
    const { store, repositories, clock } = this.#ports;
    mayWrite(account);
    const { source, target, title, description } = input;
    const sha = await repositories.branch(project.path, source);
    const head = await repositories.branch(project.path, target);
    if (sha === undefined) throw badRequest(`Source branch "${source}" does not exist`);
    if (head === undefined) throw badRequest(`Target branch "${target}" does not exist`);
    if (source === target) throw badRequest("You can't use same project/branch for source and target");
    const base = await repositories.mergeBase(project.path, head, sha);
    this.#refuseSecond(project, input);
    const labels = JSON.stringify(input.labels);
    const place = { project: project.id, source, target, sha, base };
    const row = store.add({ ...place, title, description, labels, author: account.name, createdAt: clock.now() });
    this.#ports.changed(project, row, { action: 'open', user: account.name });
    return row;
  }

  /** @throws ForgeHttpError 409 */
  #refuseSecond(project: ProjectRow, { source, target }: Pick<MergeRequestRow, 'source' | 'target'>): void {
    const open = this.openFor(project, { source, target });
    if (open === undefined) return;
    const text = `Another open merge request already exists for this source branch: !${open.iid}`;
    throw new ForgeHttpError(409, text, [text]);
  }

  /** Whether the merge request is open and merges without a conflict now. */
  async isMergeable(project: ProjectRow, row: MergeRequestRow): Promise<boolean> {
    if (row.state !== 'opened') return false;
    const { repositories } = this.#ports;
    const target = await repositories.branch(project.path, row.target);
    if (target === undefined) return false;
    return (await repositories.mergedTree(project.path, { source: row.sha, target })) !== undefined;
  }

  /**
   * Opens a closed one, with the present head of its branch.
   * @throws ForgeHttpError 403 for a guest, 422 for a merged one, 400 when a branch is missing, 409 when another is open
   */
  async reopen(project: ProjectRow, iid: number, account: Account): Promise<void> {
    const { store, repositories, clock, changed } = this.#ports;
    mayWrite(account);
    const row = this.get(project, iid);
    if (row.state === 'merged') throw isMerged();
    if (row.state === 'opened') return;
    for (const name of [row.source, row.target])
      if ((await repositories.branch(project.path, name)) === undefined)
        throw badRequest(`Branch "${name}" does not exist`);
    if (this.get(project, iid).state !== 'closed') return; // Somebody else did meanwhile.
    this.#refuseSecond(project, row);
    store.update(row.id, { state: 'opened', updatedAt: clock.now() });
    changed(project, this.get(project, iid), { action: 'reopen', user: account.name });
    await this.#follow(project, this.get(project, iid), account.name);
    await this.#settle(project, iid, account.name);
  }

  /** @throws ForgeHttpError 403 for a guest, 422 for a merged one that is to be closed */
  edit(
    project: ProjectRow,
    row: MergeRequestRow,
    {
      account,
      ...change
    }: Partial<Pick<MergeRequestRow, 'title' | 'description' | 'labels'>> & {
      readonly state?: 'closed';
      readonly account: Account;
    },
  ): void {
    mayWrite(account);
    if (change.state !== undefined && row.state === 'merged') throw isMerged();
    this.#ports.store.update(row.id, { ...change, updatedAt: this.#ports.clock.now() });
    const action = change.state === 'closed' ? 'close' : 'update';
    this.#ports.changed(project, this.get(project, row.iid), { action, user: account.name });
  }

  /**
   * Approves the present head. As on GitLab, the author, and who has approved already, are answered with 401.
   * @throws ForgeHttpError 401, 403, 409 when `sha` is another head
   */
  async approve(project: ProjectRow, iid: number, { account, sha }: MergeOptions): Promise<MergeRequestRow> {
    mayWrite(account);
    await this.#follow(project, this.get(project, iid), account.name);
    const row = this.get(project, iid);
    if (sha !== undefined && sha !== row.sha) throw shaMismatch();
    const { store, clock, changed } = this.#ports;
    const isRepeated = store.approvals(row.id).some(({ username }) => username === account.name);
    if (row.state !== 'opened' || row.author === account.name || isRepeated) throw unauthorized();
    store.approve(row.id, { username: account.name, sha: row.sha, at: clock.now() });
    changed(project, row, { action: 'approved', user: account.name });
    return row;
  }

  /** @throws ForgeHttpError 404 when the account has not approved */
  unapprove(project: ProjectRow, iid: number, account: Account): MergeRequestRow {
    const { store, clock, changed } = this.#ports;
    const row = this.get(project, iid);
    if (!store.approvals(row.id).some(({ username }) => username === account.name)) throw notFound('Approval');
    store.unapprove(row.id, account.name, clock.now());
    changed(project, row, { action: 'unapproved', user: account.name });
    return row;
  }

  /**
   * Merges with a merge commit of both parents, written by the account. The intent is durable before the branch moves, so
   * that {@link repair} finishes what a killed process began.
   * @throws ForgeHttpError 401 without the right, 405 when it cannot be merged, 409 when `sha` is another head, 422 when
   * the target moved meanwhile
   */
  async merge(project: ProjectRow, iid: number, options: MergeOptions): Promise<void> {
    const { account, sha } = options;
    const { repositories, store, clock } = this.#ports;
    mayWrite(account);
    if (!mayMerge(account, this.get(project, iid).target)) throw unauthorized();
    await this.#follow(project, this.get(project, iid), account.name);
    const row = this.get(project, iid);
    if (row.state !== 'opened' || isDraft(row)) throw notAllowed();
    if (sha !== undefined && sha !== row.sha) throw shaMismatch();
    const before = await repositories.branch(project.path, row.target);
    const commit = before === undefined ? undefined : await this.#writeMerge(project, row, { ...options, before });
    if (before === undefined || commit === undefined) throw notAllowed();
    const merge = { mergeCommit: commit, mergedBy: account.name, mergedAt: clock.now() };
    store.prepareMerge(row.id, merge);
    try {
      await repositories.moveBranch(project.path, row.target, { before, after: commit });
    } catch (error) {
      store.dropPendingMerge(row.id);
      if (!(error instanceof GitError)) throw error;
      throw new ForgeHttpError(422, 'Branch cannot be merged');
    }
    this.#complete(project, row, merge);
    const updates = [{ ref: `refs/heads/${row.target}`, before, after: commit }];
    this.#ports.moved(project, updates, account.name);
    await this.afterPush(project, updates, account.name);
  }

  /** Brings open merge requests in line with the branches after a push. */
  async afterPush(project: ProjectRow, updates: readonly RefUpdate[], user: string): Promise<void> {
    const branches = new Set(updates.map(({ ref }) => ref.replace(/^refs\/heads\//, '')));
    for (const row of this.#ports.store.list(project.id, { state: 'opened' })) {
      if (branches.has(row.source)) await this.#follow(project, row, user);
      if (branches.has(row.target)) await this.#settle(project, row.iid, user);
    }
  }

  /** Finishes what an earlier process began, and notices what it had no time to notice. */
  async repair(project: ProjectRow): Promise<void> {
    for (const row of this.#ports.store.list(project.id, { state: 'opened' })) {
      await this.#resume(project, row);
      const now = this.get(project, row.iid);
      if (now.state === 'opened') await this.#follow(project, now, null);
      await this.#settle(project, row.iid, null);
    }
  }

  async #resume(project: ProjectRow, row: MergeRequestRow): Promise<void> {
    const { store, repositories, logger } = this.#ports;
    const merge = store.pendingMerge(row.id);
    if (merge === undefined || merge.mergeCommit === null) return;
    const head = await repositories.branch(project.path, row.target);
    const isDone = head !== undefined && (await this.#contains(project, head, merge.mergeCommit));
    logger.info('a merge was cut off', { project: project.path, iid: row.iid, completed: isDone });
    if (isDone) this.#complete(project, row, merge);
    else store.dropPendingMerge(row.id);
  }

  /** Takes over the present head of the source branch. */
  async #follow(project: ProjectRow, row: MergeRequestRow, user: string | null): Promise<void> {
    const { store, repositories, clock, changed, resetsApprovals } = this.#ports;
    if (row.state !== 'opened') return;
    const sha = await repositories.branch(project.path, row.source);
    if (sha === row.sha) return;
    const createdAt = clock.now();
    if (sha === undefined) {
      store.update(row.id, { state: 'closed', updatedAt: createdAt });
    } else {
      const target = await repositories.branch(project.path, row.target);
      const base = target === undefined ? EMPTY_TREE : await repositories.mergeBase(project.path, target, sha);
      if (this.get(project, row.iid).sha === sha) return; // Somebody else noticed meanwhile.
      store.moveHead(row.id, { sha, base, createdAt, keepsApprovals: !resetsApprovals(project) });
    }
    const action = sha === undefined ? 'close' : 'update';
    changed(project, this.get(project, row.iid), { action, user: user ?? row.author });
  }

  /** Marks as merged what the target branch already contains, as after a push of the merge. */
  async #settle(project: ProjectRow, iid: number, user: string | null): Promise<void> {
    const { store, repositories, clock } = this.#ports;
    const row = this.get(project, iid);
    // A merge that this process is amid says so itself.
    if (row.state !== 'opened' || store.pendingMerge(row.id) !== undefined) return;
    const head = await repositories.branch(project.path, row.target);
    const [version] = store.versions(row.id);
    if (head === undefined || version?.base === row.sha) return; // Nothing was proposed, so nothing is merged.
    if (!(await this.#contains(project, head, row.sha))) return;
    const commits = await repositories.open(project.path).log({ from: row.sha, to: head });
    const merge = commits.find(({ parents }) => parents.includes(row.sha))?.sha ?? null;
    if (this.get(project, iid).state !== 'opened') return;
    this.#complete(project, row, { mergeCommit: merge, mergedBy: user, mergedAt: clock.now() });
  }

  #complete(project: ProjectRow, row: MergeRequestRow, merge: MergeRow): void {
    this.#ports.store.completeMerge(row.id, merge);
    const user = merge.mergedBy ?? row.author;
    this.#ports.changed(project, this.get(project, row.iid), { action: 'merge', user });
  }

  #contains(project: ProjectRow, head: string, sha: string): Promise<boolean> {
    return this.#ports.repositories.open(project.path).isAncestor(sha, head);
  }

  #writeMerge(
    project: ProjectRow,
    row: MergeRequestRow,
    { account, message, before }: MergeOptions & { readonly before: string },
  ): Promise<string | undefined> {
    const usual = `Merge branch '${row.source}' into '${row.target}'\n\n${row.title}\n\nSee merge request ${project.path}!${row.iid}`;
    const by = { name: account.name, email: `${account.name}@users.noreply.stoa.invalid` };
    const at = this.#ports.clock.now();
    const input = { source: row.sha, target: before, message: message ?? usual, by, at };
    return this.#ports.repositories.mergeCommit(project.path, input);
  }
}

/** @throws ForgeHttpError 403 for who may read only */
export function mayWrite({ role, name }: Account): void {
  if (role === 'guest') throw forbidden(`${name} may read only`);
}

function isMerged(): ForgeHttpError {
  return new ForgeHttpError(422, 'The merge request is merged already');
}

function notAllowed(): ForgeHttpError {
  return new ForgeHttpError(405, '405 Method Not Allowed');
}
