import { createHash } from 'node:crypto';
import type { CommitInfo, FileChange, Mirror, TreeEntry } from '../../src/git/index.ts';
import { GitError } from '../../src/git/index.ts';

type Files = Readonly<Record<string, string>>;

interface StoredCommit {
  readonly files: Files;
  readonly parents: readonly string[];
}

/** A remote repository without Git: commits are made by tests, mirrors see them once they fetch. */
export class MemoryRemote {
  readonly url: string;
  readonly commits = new Map<string, StoredCommit>();
  readonly refs = new Map<string, string>();
  /** Thrown by every fetch while set. */
  failure: Error | undefined;
  fetches = 0;

  constructor(url: string) {
    this.url = url;
  }

  /** Commits on `branch`; `null` deletes a file. @returns the commit's id */
  commit(changes: Readonly<Record<string, string | null>>, branch = 'main'): string {
    const parent = this.refs.get(`refs/heads/${branch}`);
    const before = parent === undefined ? {} : (this.commits.get(parent)?.files ?? {});
    const merged = Object.entries({ ...before, ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
    const files = Object.fromEntries(merged);
    const sha = hash(JSON.stringify([files, parent ?? '', this.commits.size]));
    this.commits.set(sha, { files, parents: parent === undefined ? [] : [parent] });
    this.refs.set(`refs/heads/${branch}`, sha);
    return sha;
  }

  /** Points a branch, new or not, at a commit. */
  move(branch: string, sha: string): void {
    this.refs.set(`refs/heads/${branch}`, sha);
  }

  mirror(): Mirror {
    return new MemoryMirror(this);
  }
}

function hash(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

class MemoryMirror implements Mirror {
  readonly #remote: MemoryRemote;
  #refs: ReadonlyMap<string, string> = new Map();
  readonly #blobs = new Map<string, string>();

  constructor(remote: MemoryRemote) {
    this.#remote = remote;
  }

  get url(): string {
    return this.#remote.url;
  }

  async fetch(): Promise<boolean> {
    this.#remote.fetches++;
    if (this.#remote.failure !== undefined) throw this.#remote.failure;
    const before = JSON.stringify([...this.#refs]);
    this.#refs = new Map(this.#remote.refs);
    return before !== JSON.stringify([...this.#refs]);
  }

  async resolve(revision: string): Promise<string | undefined> {
    const names =
      revision === 'HEAD' ? ['refs/heads/main'] : [revision, `refs/heads/${revision}`, `refs/tags/${revision}`];
    for (const name of names) {
      const sha = this.#refs.get(name);
      if (sha !== undefined) return sha;
    }
    return [...this.#remote.commits.keys()].find((sha) => revision.length >= 7 && sha.startsWith(revision));
  }

  async tree(revision: string, path = ''): Promise<readonly TreeEntry[]> {
    const prefix = path === '' ? '' : `${path}/`;
    return Object.entries(this.#commit(revision).files)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, content]) => {
        const oid = hash(content);
        this.#blobs.set(oid, content);
        return { path: name.slice(prefix.length), mode: '100644', oid };
      });
  }

  async blob(oid: string): Promise<Buffer> {
    const content = this.#blobs.get(oid);
    if (content === undefined) throw new GitError('NOT_FOUND', `There is no object ${oid}`);
    return Buffer.from(content);
  }

  async file(revision: string, path: string): Promise<string | undefined> {
    return this.#commit(revision).files[path];
  }

  async commit(sha: string): Promise<CommitInfo> {
    const person = { name: 'test', email: 'test@example.com', at: 0 };
    return { sha, parents: this.#commit(sha).parents, tree: sha, author: person, committer: person, message: '' };
  }

  #commit(sha: string): StoredCommit {
    const found = this.#remote.commits.get(sha);
    if (found === undefined) throw new GitError('NOT_FOUND', `There is no commit ${sha}`);
    return found;
  }

  async refs(prefix = ''): Promise<ReadonlyMap<string, string>> {
    return new Map([...this.#refs].filter(([name]) => name.startsWith(prefix)));
  }

  async changes(from: string, to: string): Promise<readonly FileChange[]> {
    const [before, after] = [this.#commit(from).files, this.#commit(to).files];
    const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    for (const content of Object.values(after)) this.#blobs.set(hash(content), content);
    return paths
      .filter((path) => before[path] !== after[path])
      .map((path) => ({ path, ...oidOf('before', before[path]), ...oidOf('after', after[path]) }));
  }

  isAncestor(): Promise<never> {
    return unsupported();
  }

  log(): Promise<never> {
    return unsupported();
  }

  push(): Promise<never> {
    return unsupported();
  }

  moveRef(): Promise<never> {
    return unsupported();
  }

  copyRef(): Promise<never> {
    return unsupported();
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function oidOf<K extends string>(key: K, content: string | undefined): Partial<Record<K, string>> {
  return content === undefined ? {} : ({ [key]: hash(content) } as Partial<Record<K, string>>);
}

function unsupported(): Promise<never> {
  return Promise.reject(new Error('The memory mirror is for reading'));
}
