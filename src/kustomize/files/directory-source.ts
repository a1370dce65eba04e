import { readFile, realpath, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { KustomizeError } from '../errors.ts';
import type { FileSource } from './source.ts';

const MAX_BYTES = 32 * 1024 * 1024;

/** A folder on disk. Links are followed as long as they stay in it. */
export class DirectorySource implements FileSource {
  readonly #root: string;
  #realRoot: string | undefined;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const real = await this.#real(path);
    if (real === undefined) return undefined;
    const found = await stat(real);
    if (!found.isFile()) return undefined;
    if (found.size > MAX_BYTES)
      throw new KustomizeError('LIMIT', `The file is over ${MAX_BYTES} bytes`, { file: path });
    return readFile(real);
  }

  async isDirectory(path: string): Promise<boolean> {
    const real = await this.#real(path);
    return real !== undefined && (await stat(real)).isDirectory();
  }

  async resolve(path: string): Promise<string> {
    const real = await this.#real(path);
    if (real === undefined) return path;
    return relative(await this.#rootPath(), real)
      .split(sep)
      .join('/');
  }

  async #rootPath(): Promise<string> {
    this.#realRoot ??= await realpath(this.#root);
    return this.#realRoot;
  }

  /** @throws KustomizeError OUTSIDE_ROOT when links lead out of the folder */
  async #real(path: string): Promise<string | undefined> {
    const root = await this.#rootPath();
    try {
      const real = await realpath(resolve(root, path));
      if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    throw new KustomizeError('OUTSIDE_ROOT', `Cannot read ${path}: a link leads out of the repository`, { file: path });
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'EINVAL';
}
