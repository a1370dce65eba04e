import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { KustomizeError } from './errors.ts';

/** Files by path relative to the root of a repository, `/` between segments. */
export interface FileSource {
  /** `undefined` when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  isDirectory(path: string): Promise<boolean>;
}

export type Source = string | ReadonlyMap<string, string | Uint8Array> | FileSource;

/** Reads files once each and remembers the hash of what it read. */
export class Files {
  readonly #source: FileSource;
  readonly closure = new Map<string, string>();
  readonly #contents = new Map<string, Promise<Uint8Array | undefined>>();

  constructor(source: Source) {
    this.#source = toFileSource(source);
  }

  /** @throws KustomizeError `NOT_FOUND` naming who asked for the file */
  async text(path: string, from: string): Promise<string> {
    const content = await this.#content(path);
    if (content === undefined)
      throw new KustomizeError('NOT_FOUND', `Cannot read ${path}: there is no such file`, { file: from });
    return Buffer.from(content).toString('utf8');
  }

  async has(path: string): Promise<boolean> {
    return (await this.#content(path)) !== undefined;
  }

  isDirectory(path: string): Promise<boolean> {
    return this.#source.isDirectory(path);
  }

  #content(path: string): Promise<Uint8Array | undefined> {
    const known = this.#contents.get(path);
    if (known !== undefined) return known;
    const reading = this.#source.read(path).then((content) => {
      if (content !== undefined) this.closure.set(path, createHash('sha256').update(content).digest('hex'));
      return content;
    });
    this.#contents.set(path, reading);
    return reading;
  }
}

/**
 * `reference` as seen from folder `from`, as a path from the root.
 * @throws KustomizeError `OUTSIDE_ROOT` for one that leads out, `UNSUPPORTED` for a URL
 */
export function resolvePath(from: string, reference: string, file: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\/|^git@|^github\.com[/:]|\?ref=/i.test(reference)) {
    throw new KustomizeError(
      'UNSUPPORTED',
      `Cannot use ${reference}: remote bases are not read; vendor it into the repository`,
      { file },
    );
  }
  if (reference.startsWith('/'))
    throw new KustomizeError('OUTSIDE_ROOT', `Cannot use ${reference}: write a relative path`, { file });
  const steps = from === '' ? [] : from.split('/');
  for (const step of reference.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined)
      throw new KustomizeError('OUTSIDE_ROOT', `Cannot use ${reference}: it leads out of the repository`, { file });
  }
  return steps.join('/');
}

function toFileSource(source: Source): FileSource {
  if (typeof source === 'string') return new DirectorySource(source);
  if ('isDirectory' in source) return source;
  return {
    read: async (path) => {
      const content = source.get(path);
      return typeof content === 'string' ? Buffer.from(content) : content;
    },
    isDirectory: async (path) => path === '' || [...source.keys()].some((name) => name.startsWith(`${path}/`)),
  };
}

/** A folder on disk; links are followed only as far as they stay in it. */
class DirectorySource implements FileSource {
  readonly #root: Promise<string>;

  constructor(root: string) {
    this.#root = realpath(root).catch((cause: unknown) => {
      throw new KustomizeError('NOT_FOUND', `Cannot read ${root}: there is no such folder`, { cause });
    });
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const file = await this.#resolve(path);
    return file === undefined || !(await stat(file)).isFile() ? undefined : readFile(file);
  }

  async isDirectory(path: string): Promise<boolean> {
    const folder = await this.#resolve(path);
    return folder !== undefined && (await stat(folder)).isDirectory();
  }

  async #resolve(path: string): Promise<string | undefined> {
    const root = await this.#root;
    const real = await realpath(join(root, path)).catch(() => undefined);
    if (real === undefined || real === root || real.startsWith(`${root}${sep}`)) return real;
    throw new KustomizeError('OUTSIDE_ROOT', `Cannot read ${path}: a link leads out of the repository`);
  }
}
