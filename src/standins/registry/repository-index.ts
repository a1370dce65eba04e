import { DatabaseSync } from 'node:sqlite';

export interface ManifestRow {
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  readonly subject: string | null;
  readonly artifactType: string | null;
  readonly annotations: string | null;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS manifest (
    repository TEXT NOT NULL, digest TEXT NOT NULL, mediaType TEXT NOT NULL, size INTEGER NOT NULL,
    subject TEXT, artifactType TEXT, annotations TEXT, PRIMARY KEY (repository, digest));
  CREATE INDEX IF NOT EXISTS manifest_subject ON manifest (repository, subject);
  CREATE TABLE IF NOT EXISTS tag (
    repository TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repository, name));
  CREATE INDEX IF NOT EXISTS manifest_digest ON manifest (digest);
  CREATE TABLE IF NOT EXISTS blob (repository TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repository, digest));
  CREATE INDEX IF NOT EXISTS blob_digest ON blob (digest);
`;

/** Which repository holds which manifests, tags and blobs. */
export class RepositoryIndex implements Disposable {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(SCHEMA);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  putManifest(repository: string, row: ManifestRow, tag?: string): void {
    // A manifest without its tag does no harm: the client is told of neither, and pushes again.
    this.#db
      .prepare('INSERT OR REPLACE INTO manifest VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(repository, row.digest, row.mediaType, row.size, row.subject, row.artifactType, row.annotations);
    if (tag !== undefined)
      this.#db.prepare('INSERT OR REPLACE INTO tag VALUES (?, ?, ?)').run(repository, tag, row.digest);
  }

  /** By tag or digest. */
  manifest(repository: string, reference: string): ManifestRow | undefined {
    const digest = reference.includes(':') ? reference : this.#tagged(repository, reference);
    if (digest === undefined) return undefined;
    const columns = 'digest, mediaType, size, subject, artifactType, annotations';
    const row = this.#db
      .prepare(`SELECT ${columns} FROM manifest WHERE repository = ? AND digest = ?`)
      .get(repository, digest);
    return row as ManifestRow | undefined;
  }

  /** @returns false when there was nothing of that name */
  removeManifest(repository: string, reference: string): boolean {
    if (!reference.includes(':')) {
      return (
        Number(
          this.#db.prepare('DELETE FROM tag WHERE repository = ? AND name = ?').run(repository, reference).changes,
        ) > 0
      );
    }
    this.#db.prepare('DELETE FROM tag WHERE repository = ? AND digest = ?').run(repository, reference);
    const result = this.#db
      .prepare('DELETE FROM manifest WHERE repository = ? AND digest = ?')
      .run(repository, reference);
    return Number(result.changes) > 0;
  }

  referrers(repository: string, subject: string): readonly ManifestRow[] {
    const columns = 'digest, mediaType, size, subject, artifactType, annotations';
    const query = `SELECT ${columns} FROM manifest WHERE repository = ? AND subject = ? ORDER BY digest`;
    return this.#db.prepare(query).all(repository, subject) as unknown as readonly ManifestRow[];
  }

  linkBlob(repository: string, digest: string): void {
    this.#db.prepare('INSERT OR IGNORE INTO blob VALUES (?, ?)').run(repository, digest);
  }

  hasBlob(repository: string, digest: string): boolean {
    return (
      this.#db.prepare('SELECT 1 FROM blob WHERE repository = ? AND digest = ?').get(repository, digest) !== undefined
    );
  }

  unlinkBlob(repository: string, digest: string): void {
    this.#db.prepare('DELETE FROM blob WHERE repository = ? AND digest = ?').run(repository, digest);
  }

  /** Whether any repository holds the content, as a blob or a manifest. */
  isUsed(digest: string): boolean {
    const query = 'SELECT 1 FROM blob WHERE digest = ?1 UNION ALL SELECT 1 FROM manifest WHERE digest = ?1 LIMIT 1';
    return this.#db.prepare(query).get(digest) !== undefined;
  }

  tags(repository: string, page: Page): readonly string[] {
    return this.#names('SELECT name FROM tag WHERE repository = ? AND name > ? ORDER BY name LIMIT ?', [
      repository,
      page.last,
      page.size,
    ]);
  }

  repositories(page: Page): readonly string[] {
    const query = 'SELECT DISTINCT repository AS name FROM manifest WHERE repository > ? ORDER BY name LIMIT ?';
    return this.#names(query, [page.last, page.size]);
  }

  isKnown(repository: string): boolean {
    return this.#db.prepare('SELECT 1 FROM manifest WHERE repository = ?').get(repository) !== undefined;
  }

  #tagged(repository: string, name: string): string | undefined {
    const row = this.#db.prepare('SELECT digest FROM tag WHERE repository = ? AND name = ?').get(repository, name);
    return row === undefined ? undefined : (row['digest'] as string);
  }

  #names(query: string, values: readonly (string | number)[]): readonly string[] {
    return this.#db
      .prepare(query)
      .all(...values)
      .map((row) => row['name'] as string);
  }
}

export interface Page {
  /** Answers names after this one. */
  readonly last: string;
  readonly size: number;
}
