import { AnswerCache } from './answer-cache.ts';
import { parseCommit } from './commit-object.ts';
import { GitError } from './errors.ts';
import { ObjectReader } from './object-reader.ts';
import type { GitObject } from './object-reader.ts';
import { checkRevision, cleanPath } from './paths.ts';
import type { CommitInfo, FileChange, LogRange, Repository, TreeEntry } from './port.ts';
import { runGit } from './run-git.ts';

const SHA = /^[0-9a-f]{40}$/;
const ABSENT = /^0+$/;

export interface LocalRepository extends Repository, AsyncDisposable {
  readonly directory: string;
}

/** Opens a repository on disk for reading. Nothing is checked before the first call. */
export function openRepository(directory: string): LocalRepository {
  return new GitRepository(directory);
}

/** Reads by `git` without a work tree. */
export class GitRepository implements LocalRepository {
  readonly directory: string;
  readonly #objects: ObjectReader;
  readonly #answers = new AnswerCache();
  #damaged = false;
  #closed = false;

  constructor(directory: string) {
    this.directory = directory;
    this.#objects = new ObjectReader(directory, () => (this.#damaged = true));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#objects[Symbol.asyncDispose]();
  }

  /** True once Git has found an object that cannot be read. */
  protected get isDamaged(): boolean {
    return this.#damaged;
  }

  /** Lets go of the files, so that the folder can be made anew. */
  protected async endReading(): Promise<void> {
    await this.#objects[Symbol.asyncDispose]();
    this.#answers.clear();
    this.#damaged = false;
  }

  async resolve(revision: string, signal?: AbortSignal): Promise<string | undefined> {
    checkRevision(revision);
    const names = candidates(revision).map((name) => `${name}^{commit}`);
    const found = await Promise.all(names.map((name) => this.#open().id(name)));
    signal?.throwIfAborted();
    return found.find((sha) => sha !== undefined);
  }

  async commit(sha: string, signal?: AbortSignal): Promise<CommitInfo> {
    const object = await this.#read(sha);
    signal?.throwIfAborted();
    if (object?.type !== 'commit') throw new GitError('NOT_FOUND', `Cannot find the commit ${sha}`);
    return parseCommit(object.oid, object.content);
  }

  async tree(revision: string, path = '', signal?: AbortSignal): Promise<readonly TreeEntry[]> {
    checkRevision(revision);
    const folder = cleanPath(path);
    const treeish = folder === '' ? `${revision}^{tree}` : `${revision}:${folder}`;
    const output = await this.#ask(
      ['ls-tree', '-r', '-z', '--full-tree', '--end-of-options', treeish],
      [revision],
      signal,
    ).catch((error: unknown) => {
      if (error instanceof GitError && (error.code === 'FAILED' || error.code === 'NOT_FOUND'))
        throw new GitError('NOT_FOUND', `Cannot find ${folder || 'the tree'} at ${revision}`, { cause: error });
      throw error;
    });
    return output
      .toString()
      .split('\0')
      .filter((line) => line !== '')
      .map(parseTreeLine);
  }

  async blob(oid: string, signal?: AbortSignal): Promise<Buffer> {
    if (!SHA.test(oid))
      throw new GitError('INVALID', `Cannot read a blob: ${JSON.stringify(oid.slice(0, 60))} is no object id`);
    const object = await this.#read(oid);
    signal?.throwIfAborted();
    if (object?.type !== 'blob') throw new GitError('NOT_FOUND', `Cannot find the blob ${oid}`);
    return object.content;
  }

  async file(revision: string, path: string, signal?: AbortSignal): Promise<string | undefined> {
    checkRevision(revision);
    const object = await this.#read(`${revision}:${cleanPath(path)}`);
    signal?.throwIfAborted();
    return object?.type === 'blob' ? object.content.toString() : undefined;
  }

  async changes(from: string, to: string, signal?: AbortSignal): Promise<readonly FileChange[]> {
    checkRevision(from);
    checkRevision(to);
    const command = ['diff-tree', '-r', '-z', '--no-renames', '--end-of-options', from, to];
    const output = await this.#ask(command, [from, to], signal);
    const fields = output.toString().split('\0');
    const changes: FileChange[] = [];
    for (let index = 0; index + 1 < fields.length; index += 2) {
      const [, mode = '', before = '', after = ''] = (fields[index] ?? '').split(' ');
      changes.push({
        path: fields[index + 1] ?? '',
        ...(ABSENT.test(before) ? {} : { before }),
        ...(ABSENT.test(after) ? {} : { after, mode }),
      });
    }
    return changes;
  }

  async isAncestor(ancestor: string, descendant: string, signal?: AbortSignal): Promise<boolean> {
    checkRevision(ancestor);
    checkRevision(descendant);
    const range = ['rev-list', '--count', '--max-count=1', '--end-of-options', ancestor, `^${descendant}`];
    return (await this.#ask(range, [ancestor, descendant], signal)).toString().trim() === '0';
  }

  async log(
    { from, to, limit = 1000, merged = false }: LogRange,
    signal?: AbortSignal,
  ): Promise<readonly CommitInfo[]> {
    for (const revision of [from, to]) if (revision !== undefined) checkRevision(revision);
    const range = from === undefined ? [to] : [to, `^${from}`];
    const command = ['rev-list', ...(merged ? [] : ['--first-parent']), `--max-count=${limit}`];
    const output = await this.#ask([...command, '--end-of-options', ...range], [to, from ?? to], signal);
    const shas = output.toString().split('\n').filter(Boolean).reverse();
    return Promise.all(shas.map((sha) => this.commit(sha, signal)));
  }

  async refs(prefix = 'refs/', signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const output = await this.#git(
      ['for-each-ref', '--format=%(refname) %(objectname)', '--', prefix.replace(/\/$/, '')],
      signal,
    );
    const pairs = output
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line): [string, string] => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]);
    return new Map(pairs);
  }

  /** Asks Git, or remembers what it said about the same commits. */
  async #ask(command: readonly string[], revisions: readonly string[], signal?: AbortSignal): Promise<Buffer> {
    if (!revisions.every((revision) => SHA.test(revision))) return this.#git(command, signal);
    signal?.throwIfAborted();
    const known = this.#answers.get(command) ?? (await this.#git(command, signal));
    this.#answers.put(command, known);
    return known;
  }

  #read(name: string): Promise<GitObject | undefined> {
    return this.#open().read(name);
  }

  #open(): ObjectReader {
    if (this.#closed) throw new GitError('FAILED', 'Cannot read Git objects: the repository is closed');
    return this.#objects;
  }

  #git(args: readonly string[], signal?: AbortSignal): Promise<Buffer> {
    return runGit({ args, directory: this.directory, ...(signal === undefined ? {} : { signal }) });
  }
}

/** The refs that a short name may stand for, in Git's own order, branches before tags as Argo CD has it. */
function candidates(revision: string): readonly string[] {
  if (SHA.test(revision) || revision === 'HEAD' || revision.startsWith('refs/')) return [revision];
  return [`refs/heads/${revision}`, `refs/tags/${revision}`, revision];
}

function parseTreeLine(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode = '', , oid = ''] = line.slice(0, tab).split(' ');
  return { mode, oid, path: line.slice(tab + 1) };
}
