import { constants } from 'node:fs';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UsageError, messageOf } from '../../core/index.ts';

/** The folder that holds all state of one standalone instance, held by one process at a time. */
export interface DataDirectory extends Disposable {
  readonly path: string;
  /** A folder or file below it. */
  at(...segments: readonly string[]): string;
  /** A small file that is there whole or not at all, readable by its owner only. */
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string | undefined>;
}

/**
 * Opens `path`, creating it where it is missing, and holds it until disposed. The hold is a lock of the operating
 * system, so a killed process leaves none behind.
 * @throws UsageError when the folder cannot be written or another process holds it
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const root = resolve(path);
  await makeWritable(root);
  const lock = holdLock(join(root, 'lock.db'), root);
  return {
    path: root,
    at: (...segments) => join(root, ...segments),
    write: (name, text) => writeAtomically(join(root, name), text),
    read: (name) => readOptional(join(root, name)),
    [Symbol.dispose]: () => lock.close(),
  };
}

/** Reads a file of a data directory that another process holds. */
export async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`Cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function makeWritable(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await access(root, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UsageError(`Cannot write to the data directory ${root}: choose another with --data`, { cause: error });
  }
}

function holdLock(file: string, root: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; COMMIT');
    return database;
  } catch (error) {
    database?.close();
    if (!messageOf(error).includes('locked')) {
      throw new UsageError(`Cannot open the data directory ${root}: ${messageOf(error)}`, { cause: error });
    }
    throw new UsageError(`Cannot use the data directory ${root}: another stoa-cd is running on it`, { cause: error });
  }
}

async function writeAtomically(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode: 0o600, flush: true });
  await rename(temporary, file);
}
