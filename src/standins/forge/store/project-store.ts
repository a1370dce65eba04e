import type { Sql } from './sql.ts';

export type Visibility = 'public' | 'private';

export interface ProjectRow {
  readonly id: number;
  /** `group/name`. */
  readonly path: string;
  readonly visibility: Visibility;
  readonly createdAt: number;
}

export interface UserRow {
  readonly id: number;
  readonly name: string;
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

/** The statuses of a commit together. */
export interface PipelineRow {
  readonly id: number;
  readonly sha: string;
  readonly createdAt: number;
}

export interface HookRow {
  readonly id: number;
  readonly url: string;
  readonly token: string;
  readonly pushEvents: number;
  readonly mergeRequestsEvents: number;
}

/** Projects with their statuses and hooks, and the people and machines who have been seen. */
export class ProjectStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  project(key: string | number): ProjectRow | undefined {
    const column = typeof key === 'number' ? 'id' : 'path';
    return this.#sql.one<ProjectRow>(`SELECT * FROM project WHERE ${column} = ?`, key);
  }

  projects(): readonly ProjectRow[] {
    return this.#sql.all<ProjectRow>('SELECT * FROM project ORDER BY id');
  }

  addProject({ path, visibility, createdAt }: Omit<ProjectRow, 'id'>): ProjectRow {
    const query = 'INSERT OR IGNORE INTO project (path, visibility, createdAt) VALUES (?, ?, ?)';
    this.#sql.run(query, path, visibility, createdAt);
    return this.project(path) as ProjectRow;
  }

  /** Whether a push takes back approvals of earlier heads. @default true */
  resetsApprovals(project: number): boolean {
    const query = 'SELECT resetApprovalsOnPush AS value FROM setting WHERE project = ?';
    return this.#sql.one<{ readonly value: number }>(query, project)?.value !== 0;
  }

  setResetsApprovals(project: number, value: boolean): void {
    this.#sql.run('INSERT OR REPLACE INTO setting VALUES (?, ?)', project, value ? 1 : 0);
  }

  /** The account of that name, made when it is seen first. */
  user(name: string): UserRow {
    const known = this.findUser(name);
    if (known !== undefined) return known;
    return { id: this.#sql.run('INSERT INTO user (name) VALUES (?)', name), name };
  }

  findUser(key: string | number): UserRow | undefined {
    const column = typeof key === 'number' ? 'id' : 'name';
    return this.#sql.one<UserRow>(`SELECT * FROM user WHERE ${column} = ?`, key);
  }

  setStatus(project: number, row: Omit<StatusRow, 'id'>): StatusRow {
    const { sha, name, state, description, targetUrl, author, createdAt } = row;
    this.#sql.run('INSERT OR IGNORE INTO pipeline (project, sha, createdAt) VALUES (?, ?, ?)', project, sha, createdAt);
    this.#sql.run(
      `INSERT INTO status (project, sha, name, state, description, targetUrl, author, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (project, sha, name) DO UPDATE SET state = excluded.state, description = excluded.description,
         targetUrl = excluded.targetUrl, author = excluded.author, createdAt = excluded.createdAt`,
      ...[project, sha, name, state, description, targetUrl, author, createdAt],
    );
    return this.status(project, { sha, name }) as StatusRow;
  }

  status(project: number, { sha, name }: { readonly sha: string; readonly name: string }): StatusRow | undefined {
    return this.#sql.one<StatusRow>(
      'SELECT * FROM status WHERE project = ? AND sha = ? AND name = ?',
      ...[project, sha, name],
    );
  }

  statuses(project: number, sha: string): readonly StatusRow[] {
    return this.#sql.all<StatusRow>('SELECT * FROM status WHERE project = ? AND sha = ? ORDER BY name', project, sha);
  }

  /** Newest first. */
  pipelines(project: number): readonly PipelineRow[] {
    const query = 'SELECT id, sha, createdAt FROM pipeline WHERE project = ? ORDER BY id DESC';
    return this.#sql.all<PipelineRow>(query, project);
  }

  pipeline(project: number, sha: string): PipelineRow | undefined {
    const query = 'SELECT id, sha, createdAt FROM pipeline WHERE project = ? AND sha = ?';
    return this.#sql.one<PipelineRow>(query, project, sha);
  }

  hooks(project: number): readonly HookRow[] {
    return this.#sql.all<HookRow>('SELECT * FROM hook WHERE project = ? ORDER BY id', project);
  }

  addHook(project: number, { url, token, pushEvents, mergeRequestsEvents }: Omit<HookRow, 'id'>): HookRow {
    const query = 'INSERT INTO hook (project, url, token, pushEvents, mergeRequestsEvents) VALUES (?, ?, ?, ?, ?)';
    const id = this.#sql.run(query, project, url, token, pushEvents, mergeRequestsEvents);
    return { id, url, token, pushEvents, mergeRequestsEvents };
  }

  removeHook(project: number, id: number): void {
    this.#sql.run('DELETE FROM hook WHERE project = ? AND id = ?', project, id);
  }
}
