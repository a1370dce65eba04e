import type { FileChange, Repository, TreeEntry } from '../git/index.ts';
import { ComparisonError } from './errors.ts';
import type { FileTree } from './file-tree.ts';

const LINK = '120000';
const SUBMODULE = '160000';
const MAX_LINKS = 16;

/** What a rendering has read: path to id, undefined where there was no file; folders looked for. */
export interface Closure {
  /** Of a link: the link itself, and what it leads to. */
  readonly files: ReadonlyMap<string, string | undefined>;
  readonly directories: ReadonlyMap<string, boolean>;
}

/** Is told of every path that is looked at, with the id of what is there. */
type Visit = (path: string, id: string | undefined) => void;

/** The files of one commit. Content is read from `blobs` on demand; nothing outside the tree can be reached. */
export class RevisionFiles {
  readonly #tree: FileTree;
  readonly #blobs: BlobCache;

  constructor(tree: FileTree, blobs: BlobCache) {
    this.#tree = tree;
    this.#blobs = blobs;
  }

  /** Those of a commit that differs by `changes`. */
  with(changes: readonly FileChange[]): RevisionFiles {
    return new RevisionFiles(this.#tree.with(changes), this.#blobs);
  }

  /** What tells the file at a normalized path from any other; a link's own, not that of what it leads to. */
  id(path: string): string | undefined {
    return idOf(this.#tree.file(path));
  }

  /** The content of the file at `path`, links followed. */
  async read(path: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    const oid = await this.#follow(normalizePath(path), options);
    return oid === undefined ? undefined : this.#blobs.get(oid, options.signal);
  }

  isDirectory(path: string): boolean {
    return this.#tree.isFolder(normalizePath(path));
  }

  /** Every folder, in order; the root is the empty path. */
  get directories(): readonly string[] {
    return this.#tree.folders();
  }

  /** Every file below a folder, by its path below it. */
  list(folder: string): readonly TreeEntry[] {
    return this.#tree.below(normalizePath(folder));
  }

  async #follow(path: string, { signal, visit }: ReadOptions): Promise<string | undefined> {
    let at = path;
    for (let hops = 0; hops < MAX_LINKS; hops++) {
      const file = this.#tree.file(at);
      visit?.(at, idOf(file));
      if (file === undefined || file.mode === SUBMODULE) return undefined;
      if (file.mode !== LINK) return file.oid;
      const target = Buffer.from(await this.#blobs.get(file.oid, signal)).toString();
      if (target.startsWith('/')) throw new ComparisonError(`Cannot read ${path}: a link leads out of the repository`);
      at = normalizePath(`${at.slice(0, Math.max(0, at.lastIndexOf('/')))}/${target}`);
    }
    throw new ComparisonError(`Cannot read ${path}: too many links`);
  }
}

function idOf(file: { readonly mode: string; readonly oid: string } | undefined): string | undefined {
  return file?.mode === LINK ? `${LINK} ${file.oid}` : file?.oid;
}

interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly visit?: Visit;
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

  read(path: string): Promise<Uint8Array | undefined> {
    const visit: Visit = (visited, id) => this.#files.set(visited, id);
    return this.#source.read(path, { signal: this.#signal, visit });
  }

  isDirectory(path: string): Promise<boolean> {
    const found = this.#source.isDirectory(path);
    this.#directories.set(normalizePath(path), found);
    return Promise.resolve(found);
  }
}

/** Whether a rendering that read `closure` would read the same from `files`. */
export function isUnchanged(closure: Closure, files: RevisionFiles): boolean {
  for (const [path, found] of closure.directories) if (files.isDirectory(path) !== found) return false;
  for (const [path, id] of closure.files) if (files.id(path) !== id) return false;
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
