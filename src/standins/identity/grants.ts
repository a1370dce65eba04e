import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../core/index.ts';

/** How long somebody stays signed in without giving the password again. */
const LIFETIME_MS = 12 * 60 * 60_000;
/** The refresh token before the newest still works this long, for a client whose answer was lost. */
const GRACE_MS = 30_000;

/** One sign-in of a user at a client. */
export interface Grant {
  readonly id: string;
  readonly user: string;
  readonly client: string;
  readonly scope: string;
  /** Milliseconds since the epoch at which the password was given. */
  readonly authTime: number;
}

interface Row {
  readonly id: string;
  readonly user: string;
  readonly client: string;
  readonly scope: string;
  readonly auth_time: number;
  readonly current: Uint8Array;
  readonly previous: Uint8Array | null;
  readonly rotated_at: number;
}

/** Sign-ins that are not over, kept in SQLite so that they survive a restart. Refresh tokens are stored as digests. */
export class Grants implements Disposable {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;

  constructor(file: string, clock: Clock) {
    this.#clock = clock;
    this.#database = new DatabaseSync(file);
    this.#database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
       CREATE TABLE IF NOT EXISTS grants (id TEXT PRIMARY KEY, user TEXT NOT NULL, client TEXT NOT NULL,
         scope TEXT NOT NULL, auth_time INTEGER NOT NULL, expires INTEGER NOT NULL, current BLOB NOT NULL,
         previous BLOB, rotated_at INTEGER NOT NULL) STRICT`,
    );
  }

  open(subject: Omit<Grant, 'id' | 'authTime'>): { readonly grant: Grant; readonly refreshToken: string } {
    const now = this.#clock.now();
    this.#database.prepare('DELETE FROM grants WHERE expires <= ?').run(now);
    const grant = { ...subject, id: randomBytes(12).toString('base64url'), authTime: now };
    const secret = newSecret();
    this.#database
      .prepare('INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?)')
      .run(grant.id, grant.user, grant.client, grant.scope, now, now + LIFETIME_MS, digest(secret), now);
    return { grant, refreshToken: `${grant.id}.${secret}` };
  }

  has(id: string): boolean {
    return this.#row(id) !== undefined;
  }

  /**
   * Trades a refresh token for the next one. A token that was traded before ends the whole grant, because then two
   * parties hold it. `undefined` when the token is not, or no longer, good.
   */
  rotate(token: string, client: string): { readonly grant: Grant; readonly refreshToken: string } | undefined {
    const [id = '', secret = ''] = token.split('.');
    const row = this.#row(id);
    if (row?.client !== client) return undefined;
    const given = digest(secret);
    const now = this.#clock.now();
    const isCurrent = timingSafeEqual(row.current, given);
    if (!isCurrent && !isLostAnswer(row, given, now)) {
      this.close(id);
      return undefined;
    }
    const next = newSecret();
    this.#database
      .prepare('UPDATE grants SET current = ?, previous = ?, rotated_at = ? WHERE id = ?')
      .run(digest(next), given, isCurrent ? now : row.rotated_at, id);
    const { user, scope, auth_time: authTime } = row;
    return { grant: { id, user, client, scope, authTime }, refreshToken: `${id}.${next}` };
  }

  close(id: string): void {
    this.#database.prepare('DELETE FROM grants WHERE id = ?').run(id);
  }

  #row(id: string): Row | undefined {
    const row = this.#database.prepare('SELECT * FROM grants WHERE id = ? AND expires > ?').get(id, this.#clock.now());
    return row as Row | undefined;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function isLostAnswer(row: Row, given: Uint8Array, now: number): boolean {
  return row.previous !== null && now - row.rotated_at <= GRACE_MS && timingSafeEqual(row.previous, given);
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function digest(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
