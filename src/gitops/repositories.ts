import { messageOf } from '../core/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import { GitError } from '../git/index.ts';
import type { FileChange, Mirror, RemoteCredentials } from '../git/index.ts';
import { normalizeRepositoryUrl } from './app-project.ts';
import { ComparisonError } from './errors.ts';
import { FileTree } from './file-tree.ts';
import { BlobCache, RevisionFiles } from './revision-files.ts';

export interface RepositoriesOptions {
  readonly mirror: (url: string, credentials?: RemoteCredentials) => Promise<Mirror>;
  /** What to sign in with; looked up when the repository is opened. */
  readonly credentials: (url: string) => RemoteCredentials | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly pollMs: number;
  /** A ref of the repository has moved, or what is known of it has. */
  readonly onMoved: (url: string, move: Move) => void;
}

export interface Move {
  /** The remote no longer answers, or does again, or not for the same reason: everybody who reads from it shows that. */
  readonly reachability: boolean;
}

const KEPT_REVISIONS = 4;

/** Every repository that Applications read from, each mirrored once and looked at when pushed to, else now and then. */
export class Repositories implements AsyncDisposable {
  readonly #open = new Map<string, Promise<OpenRepository>>();
  readonly #options: RepositoriesOptions;

  constructor(options: RepositoriesOptions) {
    this.#options = options;
  }

  /** The repository, fetched at least once. Failing is not remembered. */
  async get(url: string): Promise<OpenRepository> {
    const known = this.#open.get(url);
    if (known !== undefined) return known;
    const opening = this.#start(url);
    this.#open.set(url, opening);
    opening.catch(() => this.#open.delete(url));
    return opening;
  }

  /** Looks at the repositories that `url` names, however it is spelled, without waiting for the next poll. */
  changed(url: string): void {
    const wanted = normalizeRepositoryUrl(url);
    for (const [known, repository] of this.#open) {
      if (normalizeRepositoryUrl(known) !== wanted) continue;
      repository.then(
        (open) => open.refresh(),
        () => undefined, // Opening reports its own failure.
      );
    }
  }

  async #start(url: string): Promise<OpenRepository> {
    const mirror = await this.#options.mirror(url, this.#options.credentials(url));
    const repository = new OpenRepository(mirror, {
      ...this.#options,
      onMoved: (move) => this.#options.onMoved(url, move),
    });
    try {
      await mirror.fetch(this.#options.signal);
    } catch (error) {
      await repository[Symbol.asyncDispose]();
      throw error;
    }
    repository.poll();
    return repository;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    for (const result of open) if (result.status === 'fulfilled') await result.value[Symbol.asyncDispose]();
  }
}

interface RepositoryEvents extends Omit<RepositoriesOptions, 'onMoved'> {
  readonly onMoved: (move: Move) => void;
}

/** One mirrored repository. */
export class OpenRepository implements AsyncDisposable {
  readonly #mirror: Mirror;
  readonly #options: RepositoryEvents;
  readonly #blobs: BlobCache;
  readonly #revisions = new Map<string, Promise<RevisionFiles>>();
  #resolved = new Map<string, string>();
  #fetching: Promise<void> | undefined;
  #again = false;
  #timer: Disposable | undefined;
  #closed = false;
  /** Why the last look at the remote failed; refs are then those of the look before. */
  failure: string | undefined;

  constructor(mirror: Mirror, options: RepositoryEvents) {
    this.#mirror = mirror;
    this.#options = options;
    this.#blobs = new BlobCache(mirror);
  }

  /** @throws ComparisonError when nothing is called that */
  async resolve(revision: string): Promise<string> {
    const name = revision === '' ? 'HEAD' : revision;
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    const memory = this.#resolved;
    const sha = await this.#mirror.resolve(name, this.#options.signal);
    if (sha === undefined) {
      throw new ComparisonError(`Cannot resolve the revision '${name}' of ${this.#mirror.url} to a commit`);
    }
    memory.set(name, sha);
    return sha;
  }

  /** The files of a commit, indexed once. */
  async files(sha: string): Promise<RevisionFiles> {
    const known = this.#revisions.get(sha);
    if (known !== undefined) return known;
    const loading = this.#load(sha, [...this.#revisions].at(-1));
    this.#revisions.set(sha, loading);
    loading.catch(() => this.#revisions.delete(sha));
    for (const old of [...this.#revisions.keys()].slice(0, -KEPT_REVISIONS)) this.#revisions.delete(old);
    return loading;
  }

  /** As what differs from the commit before, which is little; everything where that one has gone. */
  async #load(
    sha: string,
    base: readonly [sha: string, files: Promise<RevisionFiles>] | undefined,
  ): Promise<RevisionFiles> {
    const { signal } = this.#options;
    const files = await base?.[1].catch(() => undefined);
    const changes = base === undefined || files === undefined ? undefined : await this.changes(base[0], sha);
    if (files !== undefined && changes !== undefined) return files.with(changes);
    return new RevisionFiles(FileTree.of(await this.#mirror.tree(sha, undefined, signal)), this.#blobs);
  }

  /** The files that differ between two commits; undefined when one of them is not there. */
  async changes(from: string, to: string): Promise<readonly FileChange[] | undefined> {
    try {
      return await this.#mirror.changes(from, to, this.#options.signal);
    } catch (error) {
      if (error instanceof GitError && !error.retryable) return undefined;
      throw error;
    }
  }

  /** Looks at the remote soon; a look that is under way is followed by another one, as it may be too early. */
  refresh(): void {
    if (this.#closed) return;
    if (this.#fetching !== undefined) {
      this.#again = true;
      return;
    }
    this.#fetching = this.#fetch().finally(() => {
      this.#fetching = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.refresh();
    });
  }

  /** Looks at the remote now, as somebody waits for it. */
  async look(): Promise<void> {
    this.refresh();
    while (this.#fetching !== undefined) await this.#fetching;
  }

  /** Looks at the remote every `pollMs`. */
  poll(): void {
    this.#timer = this.#options.clock.after(this.#options.pollMs, () => {
      this.refresh();
      this.poll();
    });
  }

  async #fetch(): Promise<void> {
    const before = this.failure;
    let moved = false;
    try {
      moved = await this.#mirror.fetch(this.#options.signal);
      this.failure = undefined;
    } catch (error) {
      this.failure = messageOf(error);
      if (this.#options.signal.aborted) return;
      this.#options.logger.warn('cannot fetch repository', { url: this.#mirror.url, error: this.failure });
    }
    if (moved) this.#resolved = new Map();
    const reachability = before !== this.failure;
    if (moved || reachability) this.#options.onMoved({ reachability });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    await this.#fetching;
    await this.#mirror[Symbol.asyncDispose]();
  }
}
