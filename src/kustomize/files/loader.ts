import { hash } from 'node:crypto';
import { KustomizeError } from '../errors.ts';
import type { FileSource } from './source.ts';

export interface LoadedFile {
  /** Path below the repository root. */
  readonly file: string;
  readonly bytes: Buffer;
  /** Of the content; equal content has an equal hash. */
  readonly hash: string;
}

/** What all loaders of a build share. */
export interface LoadSession {
  readonly source: FileSource;
  /** Path to content hash of every file that was read. */
  readonly closure: Map<string, string>;
  /** Reads files outside the folder of the kustomization that names them, as long as they are in the repository. */
  readonly unrestricted: boolean;
  /** Remote bases by URL: the folder in the repository that holds a copy. */
  readonly vendored: ReadonlyMap<string, string>;
  readonly signal: AbortSignal | undefined;
  /** Everything that was asked of the source, for a cache to ask again. */
  readonly lookups: {
    readonly files: Map<string, string | undefined>;
    readonly folders: Map<string, boolean>;
    readonly links: Map<string, string>;
  };
  files: number;
}

const MAX_FILES = 20_000;
const MAX_DEPTH = 64;

/** Reads the files that one kustomization names. */
export class Loader {
  readonly root: string;
  readonly #session: LoadSession;
  readonly #ancestors: readonly string[];

  constructor(session: LoadSession, root: string, ancestors: readonly string[] = []) {
    this.#session = session;
    this.root = root;
    this.#ancestors = ancestors;
  }

  get session(): LoadSession {
    return this.#session;
  }

  /** @throws KustomizeError NOT_FOUND, OUTSIDE_ROOT, REFUSED for a URL */
  async load(path: string): Promise<LoadedFile> {
    const found = await this.tryLoad(path);
    if (found !== undefined) return found;
    const file = this.resolve(path);
    throw new KustomizeError('NOT_FOUND', `No such file: ${file}`, { file: this.root });
  }

  /** `undefined` when there is no such file. */
  async tryLoad(path: string): Promise<LoadedFile | undefined> {
    const file = this.resolve(path);
    if (!this.#session.unrestricted && !isWithin(file, this.root)) throw this.#outside(path, file);
    const bytes = await this.#read(file);
    if (bytes === undefined) {
      this.#session.lookups.files.set(file, undefined);
      return undefined;
    }
    await this.#checkLinks(path, file);
    const known = this.#session.closure.get(file);
    const digest = known ?? hash('sha256', bytes);
    if (known === undefined) {
      this.#session.closure.set(file, digest);
      this.#session.lookups.files.set(file, (await this.#session.source.hash?.(file)) ?? digest);
    }
    return { file, bytes, hash: digest };
  }

  async #read(file: string): Promise<Buffer | undefined> {
    this.#session.signal?.throwIfAborted();
    if (++this.#session.files > MAX_FILES) {
      throw new KustomizeError('LIMIT', `The build reads over ${MAX_FILES} files`, { file });
    }
    const bytes = await this.#session.source.read(file);
    return bytes === undefined ? undefined : Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
  }

  /** A link may not lead a file out of the folder either. */
  async #checkLinks(path: string, file: string): Promise<void> {
    const { source, unrestricted, lookups } = this.#session;
    if (source.resolve === undefined || unrestricted) return;
    const real = await source.resolve(file);
    lookups.links.set(file, real);
    if (real !== file && !isWithin(real, await source.resolve(this.root))) throw this.#outside(path, real);
  }

  async isDirectory(path: string): Promise<boolean> {
    return this.#isFolder(this.resolve(path));
  }

  async #isFolder(folder: string): Promise<boolean> {
    const { source, lookups } = this.#session;
    const found = await source.isDirectory(folder);
    lookups.folders.set(folder, found);
    return found;
  }

  /**
   * A loader for a folder that this kustomization builds on.
   * @throws KustomizeError NOT_FOUND, CYCLE, OUTSIDE_ROOT, REFUSED for a URL
   */
  async enter(path: string): Promise<Loader> {
    const folder = this.resolve(
      this.#session.vendored.get(path) ?? path,
      this.#session.vendored.has(path) ? '' : this.root,
    );
    if (!(await this.#isFolder(folder))) {
      throw new KustomizeError('NOT_FOUND', `No such file or folder: ${path} (looked for ${folder})`, {
        file: this.root,
      });
    }
    const visited = [...this.#ancestors, this.root];
    const contained = visited.find((other) => isWithin(other, folder));
    if (contained !== undefined) {
      throw new KustomizeError(
        'CYCLE',
        `Cycle detected: candidate root '${folder || '.'}' contains visited root '${contained || '.'}'`,
        { file: this.root },
      );
    }
    if (visited.length >= MAX_DEPTH) throw new KustomizeError('LIMIT', `Bases are nested over ${MAX_DEPTH} deep`);
    return new Loader(this.#session, folder, visited);
  }

  /** The path below the repository root. @throws KustomizeError OUTSIDE_ROOT, REFUSED */
  resolve(path: string, from: string = this.root): string {
    if (isRemote(path)) {
      throw new KustomizeError('REFUSED', `Remote content is not fetched: ${path}; copy it into the repository`, {
        file: this.root,
      });
    }
    if (path.startsWith('/')) {
      throw new KustomizeError('OUTSIDE_ROOT', `Absolute paths are not read: ${path}`, { file: this.root });
    }
    if (path.includes('\u0000')) throw new KustomizeError('NOT_FOUND', 'A path holds a null character');
    const steps = from === '' ? [] : from.split('/');
    for (const step of path.split('/')) {
      if (step === '' || step === '.') continue;
      if (step !== '..') steps.push(step);
      else if (steps.pop() === undefined) {
        throw new KustomizeError('OUTSIDE_ROOT', `The path leads out of the repository: ${path}`, { file: this.root });
      }
    }
    return steps.join('/');
  }

  #outside(path: string, file: string): KustomizeError {
    return new KustomizeError(
      'OUTSIDE_ROOT',
      `Security; file '${file}' is not in or below '${this.root || '.'}': move ${path} below the kustomization, or make it a base`,
      { file: this.root },
    );
  }
}

/** Whether `path` is `folder` or below it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

const REMOTE =
  /^[a-z][a-z0-9+.-]*:\/\/|^git::|^git@|^[\w.-]+@[\w.-]+:|^(?:gh:|github\.com[/:])|\?(?:ref|version|timeout|submodules)=/i;

export function isRemote(path: string): boolean {
  return REMOTE.test(path);
}
