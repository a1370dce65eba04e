import type { Fetch, Logger } from '../core/index.ts';

/** Who a commit says wrote it. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface CommitInfo {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly tree: string;
  readonly author: Identity & { readonly at: number };
  readonly committer: Identity & { readonly at: number };
  readonly message: string;
}

export interface TreeEntry {
  /** Relative to the tree asked for, `/` between segments. */
  readonly path: string;
  /** `100644`, `100755`, `120000` (link), `160000` (submodule). */
  readonly mode: string;
  /** Object id of the blob: the hash of its content. */
  readonly oid: string;
}

export interface FileChange {
  readonly path: string;
  /** Object id; absent for a new file. */
  readonly before?: string;
  /** Object id; absent for a deleted file. */
  readonly after?: string;
  /** Of the file after the change, as in {@link TreeEntry}; absent for a deleted file. */
  readonly mode?: string;
}

export interface LogRange {
  readonly from?: string;
  readonly to: string;
  /** @default 1000 */
  readonly limit?: number;
  /** Also the commits that merges brought in. @default false: first parents only */
  readonly merged?: boolean;
}

/** One bare repository's objects and refs, read without a work tree. All methods throw `GitError`. */
export interface Repository {
  /** The commit that a branch, tag, full ref or (abbreviated) id names; `undefined` when there is none. */
  resolve(revision: string, signal?: AbortSignal): Promise<string | undefined>;
  commit(sha: string, signal?: AbortSignal): Promise<CommitInfo>;
  /** Every blob under `path`, recursively. */
  tree(revision: string, path?: string, signal?: AbortSignal): Promise<readonly TreeEntry[]>;
  blob(oid: string, signal?: AbortSignal): Promise<Buffer>;
  /** A file's content, `undefined` when the revision has no such file. */
  file(revision: string, path: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Files that differ between two commits (object ids before and after). */
  changes(from: string, to: string, signal?: AbortSignal): Promise<readonly FileChange[]>;
  isAncestor(ancestor: string, descendant: string, signal?: AbortSignal): Promise<boolean>;
  /** Commits reachable from `to` and not from `from`, oldest first. */
  log(range: LogRange, signal?: AbortSignal): Promise<readonly CommitInfo[]>;
  refs(prefix?: string, signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
}

export interface CommitRequest {
  /** Full ref to move, for instance `refs/heads/main`. */
  readonly ref: string;
  /** The commit that the ref must be at; absent when the ref must not exist yet. */
  readonly parent?: string;
  /** Path to new content, or `null` to delete. */
  readonly files: ReadonlyMap<string, string | Buffer | null>;
  readonly message: string;
  readonly author: Identity;
  readonly committer?: Identity;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A local bare clone of a remote, refreshed on demand; the only way the engines reach a Git server. */
export interface Mirror extends Repository, AsyncDisposable {
  readonly url: string;
  /**
   * Brings every branch and tag up to date: sees at least what was pushed before the call. Calls that wait for their
   * turn share one fetch. @returns true when a ref moved
   */
  fetch(signal?: AbortSignal): Promise<boolean>;
  /** Commits on top of `parent` without a work tree and pushes; `GitError` code `REJECTED` when the ref moved meanwhile. */
  push(request: CommitRequest, signal?: AbortSignal): Promise<string>;
  /** Moves a remote ref by compare-and-swap; `before` absent: the ref must be new; `after` absent: delete. Never forces. */
  moveRef(
    ref: string,
    change: { readonly before?: string; readonly after?: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Brings a ref of another remote to where it is here. Never forces: `GitError` code `REJECTED` where it is not behind. */
  copyRef(ref: string, remote: Remote, signal?: AbortSignal): Promise<void>;
}

export interface Remote {
  /** `http(s)` or `file`. */
  readonly url: string;
  readonly credentials?: RemoteCredentials;
}

export interface RemoteCredentials {
  readonly username: string;
  readonly password: string;
}

export interface MirrorOptions extends Remote {
  /** Folder of the bare clone; may be deleted at any time. */
  readonly directory: string;
  /**
   * Asks an `http(s)` remote for its refs without starting a process, so that finding nothing new is cheap.
   * @default `git ls-remote`
   */
  readonly fetch?: Fetch;
  readonly logger?: Logger;
}
