import { storeKey } from '../controller/index.ts';
import type { Request } from '../controller/index.ts';
import type { FileChange } from '../git/index.ts';
import type { Closure, RevisionFiles } from './revision-files.ts';

/** What one Application reads from one branch, tag or commit of a repository. */
export interface Reading {
  readonly url: string;
  /** As the source names it. */
  readonly revision: string;
  /** Where that was when the Application was last looked at; absent while it is not known. */
  readonly commit?: string;
  /** What its rendering read; absent while there is none, so that any commit may bring one. */
  readonly closure?: Closure;
  /** A folder whose every file counts. */
  readonly folder?: string;
}

/** Every path that somebody looks at, with who does: mostly one, so that a set would cost more than what is in it. */
class PathIndex {
  readonly #found = new Map<string, string | Set<string>>();

  add(path: string, key: string): void {
    const known = this.#found.get(path);
    if (known === undefined) this.#found.set(path, key);
    else if (known instanceof Set) known.add(key);
    else if (known !== key) this.#found.set(path, new Set([known, key]));
  }

  remove(path: string, key: string): void {
    const known = this.#found.get(path);
    if (known instanceof Set && known.delete(key) && known.size > 0) return;
    if (known === key || known instanceof Set) this.#found.delete(path);
  }

  get(path: string): Iterable<string> {
    const known = this.#found.get(path);
    return known === undefined ? [] : typeof known === 'string' ? [known] : known;
  }
}

/** The Applications that read from one revision of a repository, found by what a commit touches. */
export class RevisionReaders {
  /** Where the revision was when its last change was followed. */
  at: string | undefined;
  readonly #readings = new Map<string, Reading>();
  readonly #requests = new Map<string, Request>();
  readonly #files = new PathIndex();
  readonly #directories = new PathIndex();
  readonly #folders = new PathIndex();
  /** Those of whom it is not known what they read. */
  readonly #unknown = new Set<string>();

  get size(): number {
    return this.#requests.size;
  }

  /** Each of them, those that come meanwhile too. */
  requests(): IterableIterator<Request> {
    return this.#requests.values();
  }

  note(request: Request, reading: Reading): void {
    const key = storeKey(request);
    const known = this.#readings.get(key);
    this.at ??= reading.commit;
    if (known?.closure === reading.closure && known?.folder === reading.folder && known !== undefined) return;
    this.forget(request);
    this.#readings.set(key, reading);
    this.#requests.set(key, request);
    this.#index(reading, (index, path) => index.add(path, key));
    if (reading.closure === undefined) this.#unknown.add(key);
  }

  forget(request: Request): void {
    const key = storeKey(request);
    const known = this.#readings.get(key);
    if (known === undefined) return;
    this.#index(known, (index, path) => index.remove(path, key));
    this.#unknown.delete(key);
    this.#readings.delete(key);
    this.#requests.delete(key);
  }

  /** The Applications that may render otherwise after the changes. */
  affected(changes: readonly FileChange[], before: RevisionFiles, after: RevisionFiles): readonly Request[] {
    const keys = new Set(this.#unknown);
    const addAll = (found: Iterable<string>): void => {
      for (const key of found) keys.add(key);
    };
    const seen = new Set<string>();
    for (const { path } of changes) {
      addAll(this.#files.get(path));
      for (const folder of foldersOf(path)) {
        if (seen.has(folder)) break;
        seen.add(folder);
        addAll(this.#folders.get(folder));
        if (before.isDirectory(folder) !== after.isDirectory(folder)) addAll(this.#directories.get(folder));
      }
    }
    return [...keys].flatMap((key) => this.#requests.get(key) ?? []);
  }

  #index({ closure, folder }: Reading, each: (index: PathIndex, path: string) => void): void {
    for (const path of closure?.files.keys() ?? []) each(this.#files, path);
    for (const path of closure?.directories.keys() ?? []) each(this.#directories, path);
    if (folder !== undefined) each(this.#folders, folder);
  }
}

/** The folders that a file is in, the nearest first, the root last. */
function* foldersOf(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end);
  yield '';
}

/** Which Applications read from where, so that a push costs as much as it changes. */
export class Readers {
  readonly #repositories = new Map<string, Map<string, RevisionReaders>>();
  readonly #places = new Map<string, readonly RevisionReaders[]>();

  /** What the Application reads from now, and from nowhere else. */
  note(request: Request, readings: readonly Reading[]): void {
    const places = new Set<RevisionReaders>();
    for (const reading of readings) {
      const place = this.#place(reading);
      // Two sources of one Application at the same revision are too rare to be told apart: any commit concerns it.
      place.note(request, places.has(place) ? { url: reading.url, revision: reading.revision } : reading);
      places.add(place);
    }
    const key = storeKey(request);
    for (const old of this.#places.get(key) ?? []) if (!places.has(old)) old.forget(request);
    this.#places.set(key, [...places]);
  }

  forget(request: Request): void {
    this.note(request, []);
    this.#places.delete(storeKey(request));
  }

  /** By the name of the revision. */
  of(url: string): ReadonlyMap<string, RevisionReaders> {
    return this.#repositories.get(url) ?? new Map();
  }

  #place({ url, revision }: Reading): RevisionReaders {
    const revisions = this.#repositories.get(url) ?? new Map<string, RevisionReaders>();
    this.#repositories.set(url, revisions);
    const known = revisions.get(revision) ?? new RevisionReaders();
    revisions.set(revision, known);
    return known;
  }
}
