import type { Sql } from './sql.ts';

export interface MergeRequestRow {
  readonly id: number;
  readonly project: number;
  readonly iid: number;
  readonly title: string;
  readonly description: string;
  readonly state: 'opened' | 'merged' | 'closed';
  readonly source: string;
  readonly target: string;
  readonly author: string;
  /** JSON array. */
  readonly labels: string;
  /** Head of the source branch when it was last seen; kept after the branch is gone. */
  readonly sha: string;
  readonly mergeCommit: string | null;
  readonly mergedBy: string | null;
  readonly mergedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A head that the source branch has had. */
export interface VersionRow {
  readonly id: number;
  readonly sha: string;
  /** Where the branch left its target; the empty tree when it never did. */
  readonly base: string;
  readonly createdAt: number;
}

export interface MergeRow {
  readonly mergeCommit: string | null;
  readonly mergedBy: string | null;
  readonly mergedAt: number;
}

export interface ApprovalRow {
  readonly username: string;
  readonly sha: string;
  readonly at: number;
}

export interface NoteRow {
  readonly id: number;
  readonly body: string;
  readonly author: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface MergeRequestFilter {
  readonly state?: string;
  readonly source?: string;
  readonly target?: string;
  readonly author?: string;
  /** Milliseconds since the epoch: updated then or later. */
  readonly updatedAfter?: number;
  /** @default 'iid' */
  readonly orderBy?: 'iid' | 'updatedAt';
  /** @default 'DESC' */
  readonly sort?: 'ASC' | 'DESC';
}

export type NewMergeRequestRow = Pick<
  MergeRequestRow,
  'project' | 'title' | 'description' | 'source' | 'target' | 'author' | 'labels' | 'sha' | 'createdAt'
> & { readonly base: string };

const COLUMNS = ['state', 'source', 'target', 'author'] as const;

/** Merge requests with their versions, approvals and notes. */
export class MergeRequestStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Newest first, unless asked otherwise. */
  list(project: number, filter: MergeRequestFilter = {}): readonly MergeRequestRow[] {
    const wanted = COLUMNS.flatMap((column) => {
      const value = filter[column];
      return value === undefined ? [] : [{ column, value }];
    });
    const { updatedAfter = 0, orderBy = 'iid', sort = 'DESC' } = filter;
    const where = ['project = ?', 'updatedAt >= ?', ...wanted.map(({ column }) => `${column} = ?`)].join(' AND ');
    const values = wanted.map(({ value }) => value);
    return this.#sql.all<MergeRequestRow>(
      `SELECT * FROM mergeRequest WHERE ${where} ORDER BY ${orderBy} ${sort}, iid ${sort}`,
      ...[project, updatedAfter, ...values],
    );
  }

  get(project: number, iid: number): MergeRequestRow | undefined {
    return this.#sql.one<MergeRequestRow>('SELECT * FROM mergeRequest WHERE project = ? AND iid = ?', project, iid);
  }

  add(row: NewMergeRequestRow): MergeRequestRow {
    const { project, title, description, source, target, author, labels, sha, base, createdAt } = row;
    return this.#sql.transaction(() => {
      const query = 'SELECT COALESCE(MAX(iid), 0) + 1 AS iid FROM mergeRequest WHERE project = ?';
      const iid = this.#sql.one<{ readonly iid: number }>(query, project)?.iid ?? 1;
      const id = this.#sql.run(
        `INSERT INTO mergeRequest (project, iid, title, description, state, source, target, author, labels, sha, createdAt, updatedAt)
         VALUES (?, ?, ?, ?, 'opened', ?, ?, ?, ?, ?, ?, ?)`,
        ...[project, iid, title, description, source, target, author, labels, sha, createdAt, createdAt],
      );
      this.#addVersion(id, { sha, base, createdAt });
      return this.get(project, iid) as MergeRequestRow;
    });
  }

  update(
    id: number,
    change: Partial<Pick<MergeRequestRow, 'title' | 'description' | 'labels' | 'state'>> & {
      readonly updatedAt: number;
    },
  ): void {
    const entries = Object.entries(change);
    const assignments = entries.map(([column]) => `${column} = ?`).join(', ');
    this.#sql.run(`UPDATE mergeRequest SET ${assignments} WHERE id = ?`, ...entries.map(([, value]) => value), id);
  }

  /** The source branch has another head: no approval of the earlier one is left, unless they are kept. */
  moveHead(id: number, version: Omit<VersionRow, 'id'> & { readonly keepsApprovals: boolean }): void {
    this.#sql.transaction(() => {
      if (!version.keepsApprovals) this.#sql.run('DELETE FROM approval WHERE mergeRequest = ?', id);
      this.#sql.run('UPDATE mergeRequest SET sha = ?, updatedAt = ? WHERE id = ?', version.sha, version.createdAt, id);
      this.#addVersion(id, version);
    });
  }

  /** Newest first. */
  versions(id: number): readonly VersionRow[] {
    return this.#sql.all<VersionRow>('SELECT * FROM version WHERE mergeRequest = ? ORDER BY id DESC', id);
  }

  /** Notes a merge before its branch moves, so that a killed process can be followed up. */
  prepareMerge(id: number, { mergeCommit, mergedBy, mergedAt }: MergeRow): void {
    this.#sql.run('INSERT OR REPLACE INTO pendingMerge VALUES (?, ?, ?, ?)', id, mergeCommit, mergedBy, mergedAt);
  }

  pendingMerge(id: number): MergeRow | undefined {
    return this.#sql.one<MergeRow>('SELECT * FROM pendingMerge WHERE mergeRequest = ?', id);
  }

  dropPendingMerge(id: number): void {
    this.#sql.run('DELETE FROM pendingMerge WHERE mergeRequest = ?', id);
  }

  completeMerge(id: number, { mergeCommit, mergedBy, mergedAt }: MergeRow): void {
    this.#sql.transaction(() => {
      this.#sql.run(
        `UPDATE mergeRequest SET state = 'merged', mergeCommit = ?, mergedBy = ?, mergedAt = ?, updatedAt = ? WHERE id = ?`,
        ...[mergeCommit, mergedBy, mergedAt, mergedAt, id],
      );
      this.#sql.run('DELETE FROM pendingMerge WHERE mergeRequest = ?', id);
    });
  }

  approvals(id: number): readonly ApprovalRow[] {
    return this.#sql.all<ApprovalRow>(
      'SELECT username, sha, at FROM approval WHERE mergeRequest = ? ORDER BY at, username',
      id,
    );
  }

  approve(id: number, { username, sha, at }: ApprovalRow): void {
    this.#sql.transaction(() => {
      this.#sql.run('INSERT OR REPLACE INTO approval VALUES (?, ?, ?, ?)', id, username, sha, at);
      this.update(id, { updatedAt: at });
    });
  }

  unapprove(id: number, username: string, at: number): void {
    this.#sql.transaction(() => {
      this.#sql.run('DELETE FROM approval WHERE mergeRequest = ? AND username = ?', id, username);
      this.update(id, { updatedAt: at });
    });
  }

  notes(id: number): readonly NoteRow[] {
    return this.#sql.all<NoteRow>('SELECT * FROM note WHERE mergeRequest = ? ORDER BY id', id);
  }

  addNote(
    id: number,
    { body, author, at }: { readonly body: string; readonly author: string; readonly at: number },
  ): NoteRow {
    const query = 'INSERT INTO note (mergeRequest, body, author, createdAt, updatedAt) VALUES (?, ?, ?, ?, ?)';
    return this.#sql.transaction(() => {
      const note = this.#sql.run(query, id, body, author, at, at);
      this.update(id, { updatedAt: at });
      return { id: note, body, author, createdAt: at, updatedAt: at };
    });
  }

  editNote(note: number, body: string, at: number): void {
    this.#sql.run('UPDATE note SET body = ?, updatedAt = ? WHERE id = ?', body, at, note);
  }

  #addVersion(id: number, { sha, base, createdAt }: Omit<VersionRow, 'id'>): void {
    const query = 'INSERT INTO version (mergeRequest, sha, base, createdAt) VALUES (?, ?, ?, ?)';
    this.#sql.run(query, id, sha, base, createdAt);
  }
}
