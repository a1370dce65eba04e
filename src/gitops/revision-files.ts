import type { Repository, TreeEntry } from '../git/index.ts';
import { ComparisonError } from './errors.ts';

const LINK = '120000';
const SUBMODULE = '160000';
const MAX_LINKS = 16;

/** What a rendering has read: path to object id, undefined where there was no file; folders looked for. */
export interface Closure {
  readonly files: ReadonlyMap<string, string | undefined>;
  readonly directories: ReadonlyMap<string, boolean>;
}

/** The files of one tree, indexed. Content is read from `blobs` on demand; nothing outside the tree can be reached. */
export class RevisionFiles {
  readonly #entries: ReadonlyMap<string, TreeEntry>;
  readonly #directories: ReadonlySet<string>;
  readonly #blobs: BlobCache;

  constructor(entries: readonly TreeEntry[], blobs: BlobCache) {
    this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
    const directories = new Set<string>(['']);
    for (const { path } of entries) {
      for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
        const folder = path.slice(0, end);
        if (directories.has(folder)) break;
        directories.add(folder);
      }
    }
    this.#directories = directories;
    this.#blobs = blobs;
  }

  /** The id of the file at `path`, links followed. */
  async oid(path: string, signal?: AbortSignal): Promise<string | undefined> {
    const entry = await this.#follow(normalizePath(path), signal);
    return entry?.oid;
  }

  async read(path: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const entry = await this.#follow(normalizePath(path), signal);
    return entry === undefined ? undefined : this.#blobs.get(entry.oid, signal);
  }

  isDirectory(path: string): boolean {
    return this.#directories.has(normalizePath(path));
  }

  /** Every folder, in order; the root is the empty path. */
  get directories(): readonly string[] {
    return [...this.#directories].sort();
  }

  /** Every file below a folder, by its path below it. */
  list(folder: string): readonly TreeEntry[] {
    const prefix = normalizePath(folder) === '' ? '' : `${normalizePath(folder)}/`;
    const found: TreeEntry[] = [];
    for (const [path, entry] of this.#entries) {
      if (path.startsWith(prefix)) found.push({ ...entry, path: path.slice(prefix.length) });
    }
    return found;
  }

  async #follow(path: string, signal: AbortSignal | undefined): Promise<TreeEntry | undefined> {
    let at = path;
    for (let hops = 0; hops < MAX_LINKS; hops++) {
      const entry = this.#entries.get(at);
      if (entry === undefined || entry.mode === SUBMODULE) return undefined;
      if (entry.mode !== LINK) return entry;
      const target = Buffer.from(await this.#blobs.get(entry.oid, signal)).toString();
      if (target.startsWith('/')) throw new ComparisonError(`Cannot read ${path}: a link leads out of the repository`);
      at = normalizePath(`${at.slice(0, Math.max(0, at.lastIndexOf('/')))}/${target}`);
    }
    throw new ComparisonError(`Cannot read ${path}: too many links`);
  }
}

/** `a/./b/../c` as `a/c`, no slash at either end. @throws ComparisonError when it leads out of the repository */
export function normalizePath(path: string): string {
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined)
      throw new ComparisonError(`Cannot read ${path}: it leads out of the repository`);
  }
  return steps.join('/');
}

/** {@link RevisionFiles} that remembers what is asked of it, so that a later revision can be told to render alike. */
export class RecordingFiles {
  readonly #files = new Map<string, string | undefined>();
  readonly #directories = new Map<string, boolean>();
  readonly #source: RevisionFiles;
  readonly #signal: AbortSignal;

  constructor(source: RevisionFiles, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  get closure(): Closure {
    return { files: this.#files, directories: this.#directories };
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    this.#files.set(path, await this.#source.oid(path, this.#signal));
    return this.#source.read(path, this.#signal);
  }

  isDirectory(path: string): Promise<boolean> {
    const found = this.#source.isDirectory(path);
    this.#directories.set(path, found);
    return Promise.resolve(found);
  }
}

/** Whether a rendering that read `closure` would read the same from `files`. */
export async function isUnchanged(closure: Closure, files: RevisionFiles, signal: AbortSignal): Promise<boolean> {
  for (const [path, found] of closure.directories) if (files.isDirectory(path) !== found) return false;
  for (const [path, oid] of closure.files) if ((await files.oid(path, signal)) !== oid) return false;
  return true;
}

/** Blobs by id, the least recently used dropped beyond a number of bytes. */
export class BlobCache {
  readonly #blobs = new Map<string, Buffer>();
  readonly #repository: Pick<Repository, 'blob'>;
  readonly #capacity: number;
  #bytes = 0;

  /** @param capacity bytes that are kept at most */
  constructor(repository: Pick<Repository, 'blob'>, capacity = 32 * 1024 * 1024) {
    this.#repository = repository;
    this.#capacity = capacity;
  }

  async get(oid: string, signal?: AbortSignal): Promise<Buffer> {
    const known = this.#blobs.get(oid);
    if (known !== undefined) {
      this.#blobs.delete(oid);
      this.#blobs.set(oid, known);
      return known;
    }
    const blob = await this.#repository.blob(oid, signal);
    if (!this.#blobs.has(oid)) {
      this.#blobs.set(oid, blob);
      this.#bytes += blob.length;
      this.#shrink();
    }
    return blob;
  }

  #shrink(): void {
    for (const [oid, blob] of this.#blobs) {
      if (this.#bytes <= this.#capacity) return;
      this.#blobs.delete(oid);
      this.#bytes -= blob.length;
    }
  }
}
