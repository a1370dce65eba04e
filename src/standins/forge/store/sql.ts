import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';

const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS project (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, visibility TEXT NOT NULL, createdAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS user (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS mergeRequest (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project, iid INTEGER NOT NULL, title TEXT NOT NULL,
    description TEXT NOT NULL, state TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, author TEXT NOT NULL,
    labels TEXT NOT NULL, sha TEXT NOT NULL, mergeCommit TEXT, mergedBy TEXT, mergedAt INTEGER,
    createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL, UNIQUE (project, iid));
  CREATE INDEX IF NOT EXISTS mergeRequestState ON mergeRequest (project, state, source);
  CREATE TABLE IF NOT EXISTS version (
    id INTEGER PRIMARY KEY, mergeRequest INTEGER NOT NULL REFERENCES mergeRequest, sha TEXT NOT NULL, base TEXT NOT NULL,
    createdAt INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS versionOf ON version (mergeRequest);
  CREATE TABLE IF NOT EXISTS pendingMerge (
    mergeRequest INTEGER PRIMARY KEY REFERENCES mergeRequest, mergeCommit TEXT NOT NULL, mergedBy TEXT NOT NULL,
    mergedAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS approval (
    mergeRequest INTEGER NOT NULL REFERENCES mergeRequest, username TEXT NOT NULL, sha TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (mergeRequest, username));
  CREATE TABLE IF NOT EXISTS note (
    id INTEGER PRIMARY KEY, mergeRequest INTEGER NOT NULL REFERENCES mergeRequest, body TEXT NOT NULL, author TEXT NOT NULL,
    createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS noteOf ON note (mergeRequest);
  CREATE TABLE IF NOT EXISTS status (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project, sha TEXT NOT NULL, name TEXT NOT NULL,
    state TEXT NOT NULL, description TEXT, targetUrl TEXT, author TEXT NOT NULL, createdAt INTEGER NOT NULL,
    UNIQUE (project, sha, name));
  CREATE TABLE IF NOT EXISTS pipeline (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project, sha TEXT NOT NULL, createdAt INTEGER NOT NULL,
    UNIQUE (project, sha));
  CREATE TABLE IF NOT EXISTS setting (
    project INTEGER PRIMARY KEY REFERENCES project, resetApprovalsOnPush INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS hook (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project, url TEXT NOT NULL, token TEXT NOT NULL,
    pushEvents INTEGER NOT NULL, mergeRequestsEvents INTEGER NOT NULL);
`;

/** The forge's database file. Every statement, or {@link Sql.transaction}, is durable when it returns. */
export class Sql implements Disposable {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(SCHEMA);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** @returns the id of the row that was added */
  run(query: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.#db.prepare(query).run(...values).lastInsertRowid);
  }

  all<Row>(query: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#db.prepare(query).all(...values) as unknown as readonly Row[];
  }

  one<Row>(query: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#db.prepare(query).get(...values) as unknown as Row | undefined;
  }

  /** All of `work`, or nothing of it. Not to be nested. */
  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}
