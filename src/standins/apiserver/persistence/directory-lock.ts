import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from './storage-error.ts';

/** Says that this process alone uses a directory. A lock of a process that is gone does not count. */
export class DirectoryLock implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws StorageError when another process that is alive uses the directory */
  static async acquire(directory: string): Promise<DirectoryLock> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, 'lock');
    if (await writeNew(path)) return new DirectoryLock(path);
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder !== process.pid && isAlive(holder))
      throw new StorageError(`Cannot open the data directory: process ${holder} uses it`, { details: { directory } });
    await rm(path, { force: true });
    if (await writeNew(path)) return new DirectoryLock(path);
    throw new StorageError('Cannot open the data directory: another process has just taken it', {
      details: { directory },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

async function writeNew(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
