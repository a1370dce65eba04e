import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that is only ever appended to. */
export interface LogFile {
  /** Writes all of `chunk` at `position`. */
  write(chunk: Buffer, position: number): Promise<void>;
  /** Resolves when everything written survives a power loss. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** The few operations on one directory that the log needs; a port, so that tests can break it. */
export interface FileSystem {
  list(): Promise<readonly string[]>;
  /** Pieces of a file in order, each a buffer of its own. */
  read(name: string): AsyncIterable<Buffer>;
  /** Opens for writing; creates the file when it is missing. */
  open(name: string): Promise<LogFile>;
  /** Atomic. */
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Resolves when the names of the directory survive a power loss. */
  syncDirectory(): Promise<void>;
}

const CHUNK = 4 * 1024 * 1024;

/** A directory on disk. */
export class DiskDirectory implements FileSystem {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async list(): Promise<readonly string[]> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    return readdir(this.#path);
  }

  async *read(name: string): AsyncGenerator<Buffer> {
    const file = await open(join(this.#path, name), 'r');
    try {
      // the next piece is on its way while this one is looked at
      let next = file.read(Buffer.allocUnsafeSlow(CHUNK), 0, CHUNK, null);
      for (;;) {
        const { bytesRead, buffer } = await next;
        if (bytesRead === 0) return;
        next = file.read(Buffer.allocUnsafeSlow(CHUNK), 0, CHUNK, null);
        next.catch(() => undefined); // told of when it is awaited
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async open(name: string): Promise<LogFile> {
    return new DiskFile(await open(join(this.#path, name), CREATE_OR_OPEN, 0o600));
  }

  rename(from: string, to: string): Promise<void> {
    return rename(join(this.#path, from), join(this.#path, to));
  }

  remove(name: string): Promise<void> {
    return rm(join(this.#path, name), { force: true });
  }

  async syncDirectory(): Promise<void> {
    const directory = await open(this.#path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

const CREATE_OR_OPEN = constants.O_CREAT | constants.O_WRONLY;

class DiskFile implements LogFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(chunk: Buffer, position: number): Promise<void> {
    let written = 0;
    while (written < chunk.length) {
      const { bytesWritten } = await this.#handle.write(chunk, written, chunk.length - written, position + written);
      written += bytesWritten;
    }
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
