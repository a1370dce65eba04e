import type { FileSystem, LogFile } from '../persistence/file-system.ts';

interface MemoryFile {
  /** What a power loss leaves for sure. */
  durable: Buffer;
  /** What the process sees. */
  current: Buffer;
}

export type FileOperation = 'open' | 'remove' | 'rename' | 'sync' | 'syncDirectory' | 'truncate' | 'write';

export type Fault = (operation: FileOperation, name: string) => Error | undefined;

/** A directory in memory that loses power and fails on demand. */
export class MemoryFiles implements FileSystem {
  /** Asked before every operation. */
  fault: Fault = () => undefined;
  #files = new Map<string, MemoryFile>();
  /** Names that survive a power loss. */
  #names = new Map<string, MemoryFile>();

  /** The directory after a power loss: what was synced, and `lucky` bytes of what was not. */
  afterCrash(lucky: number): MemoryFiles {
    const files = new MemoryFiles();
    for (const [name, file] of this.#names) {
      const kept = Buffer.from(file.current.subarray(0, Math.min(file.durable.length + lucky, file.current.length)));
      const content = file.current.length < file.durable.length ? Buffer.from(file.durable) : kept;
      files.#files.set(name, { durable: content, current: content });
    }
    files.#names = new Map(files.#files);
    return files;
  }

  /** The directory with the end of one file cut off. */
  cut(name: string, size: number): MemoryFiles {
    const files = this.afterCrash(Number.MAX_SAFE_INTEGER);
    const file = files.#files.get(name);
    if (file !== undefined) file.current = file.durable = file.current.subarray(0, size);
    return files;
  }

  size(name: string): number {
    return this.#files.get(name)?.current.length ?? 0;
  }

  /** Flips one bit. */
  damage(name: string, offset: number): void {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`no such file: ${name}`);
    file.current = Buffer.from(file.current);
    file.current[offset] = (file.current[offset] ?? 0) ^ 1;
    file.durable = file.current;
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.#files.keys()]);
  }

  async *read(name: string): AsyncGenerator<Buffer> {
    const { current } = this.#files.get(name) ?? { current: Buffer.alloc(0) };
    for (let start = 0; start < current.length; start += 1000) {
      yield Promise.resolve(Buffer.from(current.subarray(start, start + 1000)));
    }
  }

  open(name: string): Promise<LogFile> {
    const error = this.fault('open', name);
    if (error !== undefined) return Promise.reject(error);
    const file = this.#files.get(name) ?? { durable: Buffer.alloc(0), current: Buffer.alloc(0) };
    this.#files.set(name, file);
    return Promise.resolve(this.#handle(name, file));
  }

  rename(from: string, to: string): Promise<void> {
    const error = this.fault('rename', from);
    if (error !== undefined) return Promise.reject(error);
    const file = this.#files.get(from);
    if (file === undefined) return Promise.reject(new Error(`no such file: ${from}`));
    this.#files.delete(from);
    this.#files.set(to, file);
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    const error = this.fault('remove', name);
    if (error !== undefined) return Promise.reject(error);
    this.#files.delete(name);
    return Promise.resolve();
  }

  syncDirectory(): Promise<void> {
    const error = this.fault('syncDirectory', '');
    if (error !== undefined) return Promise.reject(error);
    this.#names = new Map(this.#files);
    return Promise.resolve();
  }

  #handle(name: string, file: MemoryFile): LogFile {
    const attempt = async (operation: 'write' | 'sync' | 'truncate', run: () => void): Promise<void> => {
      await Promise.resolve();
      const error = this.fault(operation, name);
      if (error === undefined) {
        run();
        return;
      }
      // a write that fails may have got some of the way
      if (operation === 'write') file.current = Buffer.concat([file.current, Buffer.from('SLG2 torn')]);
      throw error;
    };
    return {
      write: (chunk, position) =>
        attempt('write', () => {
          const whole = Buffer.alloc(Math.max(file.current.length, position + chunk.length));
          file.current.copy(whole);
          chunk.copy(whole, position);
          file.current = whole;
        }),
      sync: () =>
        attempt('sync', () => {
          file.durable = file.current;
        }),
      truncate: (size) =>
        attempt('truncate', () => {
          const whole = Buffer.alloc(size);
          file.current.copy(whole, 0, 0, size);
          file.current = whole;
        }),
      close: () => Promise.resolve(),
    };
  }
}
