import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';

export interface ProjectRow {
  readonly id: number;
  readonly path: string;
  readonly createdAt: number;
}

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
  readonly labels: string;
  /** Head of the source branch when it was last seen; kept after the branch is gone. */
  readonly sha: string;
  readonly mergeCommit: string | null;
  readonly mergedBy: string | null;
  readonly mergedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
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

export interface StatusRow {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  readonly state: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly author: string;
  readonly createdAt: number;
}

export interface HookRow {
  readonly id: number;
  readonly url: string;
  readonly token: string;
  readonly pushEvents: number;
  readonly mergeRequestsEvents: number;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS project (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, createdAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS mergeRequest (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project, iid INTEGER NOT NULL, title TEXT NOT NULL,
    description TEXT NOT NULL, state TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, author TEXT NOT NULL,
    labels TEXT NOT NULL, sha TEXT NOT NULL, mergeCommit TEXT, mergedBy TEXT, mergedAt INTEGER,
    createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL, UNIQUE (project, iid));
  CREATE TABLE IF NOT EXISTS approval (
    mergeRequest INTEGER NOT NULL REFERENCES mergeRequest, username TEXT NOT NULL, sha TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (mergeRequest, username));
  CREATE TABLE IF NOT EXISTS note (
    id INTEGER PRIMARY KEY, mergeRequest INTEGER NOT NULL REFERENCES mergeRequest, body TEXT NOT NULL, author TEXT NOT NULL,
    createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS status (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project, sha TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
    description TEXT, targetUrl TEXT, author TEXT NOT NULL, createdAt INTEGER NOT NULL, UNIQUE (project, sha, name));
  CREATE TABLE IF NOT EXISTS hook (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project, url TEXT NOT NULL, token TEXT NOT NULL,
    pushEvents INTEGER NOT NULL, mergeRequestsEvents INTEGER NOT NULL);
`;

/** What the forge knows beside its Git repositories. Every call is one durable transaction. */
export class ForgeDatabase implements Disposable {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(SCHEMA);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  project(key: string | number): ProjectRow | undefined {
    const column = typeof key === 'number' ? 'id' : 'path';
    return this.#one<ProjectRow>(`SELECT * FROM project WHERE ${column} = ?`, key);
  }

  projects(): readonly ProjectRow[] {
    return this.#all<ProjectRow>('SELECT * FROM project ORDER BY id');
  }

  addProject(path: string, createdAt: number): ProjectRow {
    this.#run('INSERT OR IGNORE INTO project (path, createdAt) VALUES (?, ?)', path, createdAt);
    return this.project(path) as ProjectRow;
  }

  mergeRequests(
    project: number,
    filter: { readonly state?: string; readonly source?: string; readonly target?: string } = {},
  ): readonly MergeRequestRow[] {
    const conditions = Object.entries(filter);
    const where = ['project = ?', ...conditions.map(([column]) => `${column} = ?`)].join(' AND ');
    return this.#all<MergeRequestRow>(
      `SELECT * FROM mergeRequest WHERE ${where} ORDER BY iid DESC`,
      project,
      ...conditions.map(([, value]) => value),
    );
  }

  mergeRequest(project: number, iid: number): MergeRequestRow | undefined {
    return this.#one<MergeRequestRow>('SELECT * FROM mergeRequest WHERE project = ? AND iid = ?', project, iid);
  }

  addMergeRequest(
    row: Pick<
      MergeRequestRow,
      'project' | 'title' | 'description' | 'source' | 'target' | 'author' | 'labels' | 'sha' | 'createdAt'
    >,
  ): MergeRequestRow {
    const { project, title, description, source, target, author, labels, sha, createdAt } = row;
    const next =
      this.#one<{ readonly iid: number }>(
        'SELECT COALESCE(MAX(iid), 0) + 1 AS iid FROM mergeRequest WHERE project = ?',
        project,
      )?.iid ?? 1;
    this.#run(
      `INSERT INTO mergeRequest (project, iid, title, description, state, source, target, author, labels, sha, createdAt, updatedAt)
       VALUES (?, ?, ?, ?, 'opened', ?, ?, ?, ?, ?, ?, ?)`,
      ...[project, next, title, description, source, target, author, labels, sha, createdAt, createdAt],
    );
    return this.mergeRequest(project, next) as MergeRequestRow;
  }

  updateMergeRequest(id: number, change: Partial<Omit<MergeRequestRow, 'id' | 'project' | 'iid'>>): void {
    const entries = Object.entries(change);
    const assignments = entries.map(([column]) => `${column} = ?`).join(', ');
    this.#run(`UPDATE mergeRequest SET ${assignments} WHERE id = ?`, ...entries.map(([, value]) => value), id);
  }

  approvals(mergeRequest: number): readonly ApprovalRow[] {
    return this.#all<ApprovalRow>(
      'SELECT username, sha, at FROM approval WHERE mergeRequest = ? ORDER BY at, username',
      mergeRequest,
    );
  }

  approve(mergeRequest: number, { username, sha, at }: ApprovalRow): void {
    this.#run('INSERT OR REPLACE INTO approval VALUES (?, ?, ?, ?)', mergeRequest, username, sha, at);
  }

  /** @param username absent: everybody's */
  removeApprovals(mergeRequest: number, username?: string): void {
    if (username === undefined) this.#run('DELETE FROM approval WHERE mergeRequest = ?', mergeRequest);
    else this.#run('DELETE FROM approval WHERE mergeRequest = ? AND username = ?', mergeRequest, username);
  }

  notes(mergeRequest: number): readonly NoteRow[] {
    return this.#all<NoteRow>(
      'SELECT id, body, author, createdAt, updatedAt FROM note WHERE mergeRequest = ? ORDER BY id',
      mergeRequest,
    );
  }

  addNote(
    mergeRequest: number,
    { body, author, at }: { readonly body: string; readonly author: string; readonly at: number },
  ): NoteRow {
    const query = 'INSERT INTO note (mergeRequest, body, author, createdAt, updatedAt) VALUES (?, ?, ?, ?, ?)';
    const { lastInsertRowid } = this.#db.prepare(query).run(mergeRequest, body, author, at, at);
    return { id: Number(lastInsertRowid), body, author, createdAt: at, updatedAt: at };
  }

  editNote(id: number, body: string, at: number): void {
    this.#run('UPDATE note SET body = ?, updatedAt = ? WHERE id = ?', body, at, id);
  }

  setStatus(project: number, row: Omit<StatusRow, 'id'>): StatusRow {
    const { sha, name, state, description, targetUrl, author, createdAt } = row;
    this.#run(
      `INSERT INTO status (project, sha, name, state, description, targetUrl, author, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (project, sha, name) DO UPDATE SET state = excluded.state, description = excluded.description,
         targetUrl = excluded.targetUrl, author = excluded.author, createdAt = excluded.createdAt`,
      ...[project, sha, name, state, description, targetUrl, author, createdAt],
    );
    return this.statuses(project, sha).find((status) => status.name === name) as StatusRow;
  }

  statuses(project: number, sha: string): readonly StatusRow[] {
    const columns = 'id, sha, name, state, description, targetUrl, author, createdAt';
    return this.#all<StatusRow>(
      `SELECT ${columns} FROM status WHERE project = ? AND sha = ? ORDER BY name`,
      project,
      sha,
    );
  }

  hooks(project: number): readonly HookRow[] {
    return this.#all<HookRow>(
      'SELECT id, url, token, pushEvents, mergeRequestsEvents FROM hook WHERE project = ? ORDER BY id',
      project,
    );
  }

  addHook(project: number, { url, token, pushEvents, mergeRequestsEvents }: Omit<HookRow, 'id'>): HookRow {
    const query = 'INSERT INTO hook (project, url, token, pushEvents, mergeRequestsEvents) VALUES (?, ?, ?, ?, ?)';
    const { lastInsertRowid } = this.#db.prepare(query).run(project, url, token, pushEvents, mergeRequestsEvents);
    return { id: Number(lastInsertRowid), url, token, pushEvents, mergeRequestsEvents };
  }

  removeHook(project: number, id: number): void {
    this.#run('DELETE FROM hook WHERE project = ? AND id = ?', project, id);
  }

  #run(query: string, ...values: readonly SQLInputValue[]): void {
    this.#db.prepare(query).run(...values);
  }

  #all<Row>(query: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#db.prepare(query).all(...values) as unknown as readonly Row[];
  }

  #one<Row>(query: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#db.prepare(query).get(...values) as unknown as Row | undefined;
  }
}
