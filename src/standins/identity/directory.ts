import { createHmac, randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomSecret } from '../../core/index.ts';
import type { Clock, Logger } from '../../core/index.ts';
import { Attempts } from './attempts.ts';
import { OauthError } from './errors.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const HASH_BYTES = 32;
const USERS = 'users.json';
const PASSWORDS = 'passwords.json';

export interface UserSeed {
  readonly name: string;
  readonly displayName: string;
  readonly groups: readonly string[];
}

/** Somebody who can sign in. */
export interface User extends UserSeed {
  /** The `sub` claim: stays the same for the life of the data directory. */
  readonly subject: string;
}

interface StoredUser {
  readonly name: string;
  readonly subject: string;
  readonly salt: string;
  readonly hash: string;
}

/**
 * The development users. Passwords are random per data directory. They are checked against scrypt hashes in `users.json`;
 * the plain ones are kept beside it in `passwords.json`, readable by the owner of the directory only, because each
 * start prints them.
 */
export class UserDirectory {
  readonly #users: ReadonlyMap<string, User>;
  readonly #stored: ReadonlyMap<string, StoredUser>;
  readonly #attempts: Attempts;
  readonly #logger: Logger;
  /** Keyed digests of the passwords that were right, so that a client that sends one with each request stays fast. */
  readonly #verified = new Map<string, Buffer>();
  readonly #verifiedKey = randomBytes(32);
  readonly passwords: ReadonlyMap<string, string>;

  private constructor(content: Content, { clock, logger }: DirectoryPorts) {
    this.#logger = logger;
    this.#users = content.users;
    this.#stored = content.stored;
    this.passwords = content.passwords;
    this.#attempts = new Attempts(clock);
  }

  /** Reads the directory, giving a password to each user that has none yet. */
  static async open(directory: string, seeds: readonly UserSeed[], ports: DirectoryPorts): Promise<UserDirectory> {
    const stored = new Map((await readList<StoredUser>(join(directory, USERS))).map((user) => [user.name, user]));
    const plain = new Map(await readList<readonly [string, string]>(join(directory, PASSWORDS)));
    const fresh = seeds.filter(({ name }) => !stored.has(name) || !plain.has(name));
    for (const { name } of fresh) {
      const password = randomSecret();
      plain.set(name, password);
      stored.set(name, await hashed(name, password, stored.get(name)?.subject));
    }
    if (fresh.length > 0) {
      await writePrivateFile(join(directory, PASSWORDS), JSON.stringify([...plain], null, 2));
      await writePrivateFile(join(directory, USERS), JSON.stringify([...stored.values()], null, 2));
    }
    const users = new Map(seeds.map((seed) => [seed.name, { ...seed, subject: stored.get(seed.name)?.subject ?? '' }]));
    return new UserDirectory({ users, stored, passwords: plain }, ports);
  }

  find(name: string): User | undefined {
    return this.#users.get(name);
  }

  list(): readonly User[] {
    return [...this.#users.values()];
  }

  /**
   * The user whose password this is; `undefined` when it is wrong or there is no such user, after the same time.
   * @throws OauthError `slow_down` after too many wrong passwords
   */
  async signIn(name: string, password: string): Promise<User | undefined> {
    const locked = this.#attempts.lockedFor(name);
    if (locked > 0) {
      const seconds = Math.ceil(locked / 1_000);
      throw new OauthError('slow_down', `Too many wrong passwords for this name: try again in ${seconds} s`, seconds);
    }
    const user = this.#users.get(name);
    const right = await this.#matches(name, password);
    if (user !== undefined && right) {
      this.#attempts.succeeded(name);
      return user;
    }
    this.#attempts.failed(name);
    this.#logger.warn('A sign-in failed', { user: name.slice(0, 64) });
    return undefined;
  }

  async #matches(name: string, password: string): Promise<boolean> {
    const digest = createHmac('sha256', this.#verifiedKey).update(password).digest();
    const verified = this.#verified.get(name);
    if (verified !== undefined && timingSafeEqual(verified, digest)) return true;
    const stored = this.#stored.get(name);
    const salt = Buffer.from(stored?.salt ?? 'AAAA', 'base64url');
    const hash = await derive(password, salt, HASH_BYTES);
    const expected = stored === undefined ? randomBytes(HASH_BYTES) : Buffer.from(stored.hash, 'base64url');
    const right = timingSafeEqual(hash, expected);
    if (right) this.#verified.set(name, digest);
    return right;
  }
}

export interface DirectoryPorts {
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Content {
  readonly users: ReadonlyMap<string, User>;
  readonly stored: ReadonlyMap<string, StoredUser>;
  readonly passwords: ReadonlyMap<string, string>;
}

async function hashed(name: string, password: string, subject: string = randomUUID()): Promise<StoredUser> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, HASH_BYTES);
  return { name, subject, salt: salt.toString('base64url'), hash: hash.toString('base64url') };
}

async function readList<T>(file: string): Promise<readonly T[]> {
  const text = await readPrivateFile(file);
  return text === undefined ? [] : (JSON.parse(text) as T[]);
}
