import { existsSync } from 'node:fs';
import { appendFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError, commitTree, mergeTree, openRepository, runGit, tidyRepository } from '../../git/index.ts';
import type { Identity, LocalRepository } from '../../git/index.ts';
import { badRequest } from './errors.ts';

const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
const RESERVED = /\.(git|lock|atom|new)$|\.\./;
/** The tree that every repository knows: what a branch without a common history is compared with. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const MAX_MERGES = 500;

/** @throws ForgeHttpError for a path that is no `group/name` */
export function checkProjectPath(path: string): string {
  const segments = path.split('/');
  const fits = segments.length >= 2 && segments.length <= 4;
  if (fits && segments.every((part) => SEGMENT.test(part) && !RESERVED.test(part)) && segments[0] !== 'api')
    return path;
  throw badRequest(`${JSON.stringify(path.slice(0, 120))} is no project path: write group/name`);
}

export interface MergeInput {
  readonly source: string;
  readonly target: string;
  readonly message: string;
  readonly by: Identity;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The bare repositories of the projects. */
export class Repositories implements AsyncDisposable {
  readonly #root: string;
  readonly #open = new Map<string, LocalRepository>();
  /** Merged trees by the two commits: these never change, and answering a list asks for many. */
  readonly #merges = new Map<string, string | undefined>();

  constructor(root: string) {
    this.#root = root;
  }

  directory(path: string): string {
    return join(this.#root, `${checkProjectPath(path)}.git`);
  }

  /** Makes the repository where it is missing; complete or absent. */
  async create(path: string): Promise<void> {
    const directory = this.directory(path);
    if (existsSync(directory)) return;
    const temporary = `${directory}.new`;
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    await runGit({ args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', temporary] });
    await appendFile(join(temporary, 'config'), CONFIGURATION, { flush: true });
    await rename(temporary, directory);
  }

  /** Called once at start, while nobody uses the repository. */
  async tidy(path: string): Promise<void> {
    if (existsSync(this.directory(path))) await tidyRepository(this.directory(path));
  }

  open(path: string): LocalRepository {
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const repository = openRepository(this.directory(path));
    this.#open.set(path, repository);
    return repository;
  }

  refs(path: string): Promise<ReadonlyMap<string, string>> {
    return this.open(path).refs();
  }

  branch(path: string, name: string): Promise<string | undefined> {
    return this.open(path).resolve(`refs/heads/${name}`);
  }

  /** Where two commits parted; the empty tree when they have nothing in common. */
  async mergeBase(path: string, a: string, b: string): Promise<string> {
    try {
      return (await runGit({ args: ['merge-base', a, b], directory: this.directory(path) })).toString().trim();
    } catch (error) {
      if (error instanceof GitError && error.details['exitCode'] === 1) return EMPTY_TREE;
      throw error;
    }
  }

  /** The tree of both, `undefined` when they conflict. */
  async mergedTree(
    path: string,
    { source, target }: Pick<MergeInput, 'source' | 'target'>,
  ): Promise<string | undefined> {
    const key = `${path} ${target} ${source}`;
    if (this.#merges.has(key)) return this.#merges.get(key);
    const tree = await mergeTree(this.directory(path), { ours: target, theirs: source });
    if (this.#merges.size >= MAX_MERGES) this.#merges.clear();
    this.#merges.set(key, tree);
    return tree;
  }

  /**
   * Writes the merge commit of `source` into `target`; moves no ref.
   * @returns the commit, `undefined` on a conflict
   */
  async mergeCommit(path: string, input: MergeInput): Promise<string | undefined> {
    const { source, target, message, by, at } = input;
    const tree = await this.mergedTree(path, input);
    if (tree === undefined) return undefined;
    return commitTree(this.directory(path), { tree, parents: [target, source], message, author: by, at });
  }

  /** Compare and swap. @throws GitError `REJECTED` when the branch is not at `before` */
  async moveBranch(
    path: string,
    name: string,
    { before, after }: { readonly before: string; readonly after: string },
  ): Promise<void> {
    const input = `update refs/heads/${name}\0${after}\0${before}\0`;
    await runGit({ args: ['update-ref', '--stdin', '-z'], directory: this.directory(path), input });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map((repository) => repository[Symbol.asyncDispose]()));
  }
}

const CONFIGURATION = `
[receive]
	fsckObjects = true
	autogc = false
[uploadpack]
	allowAnySHA1InWant = true
	allowFilter = true
[core]
	logAllRefUpdates = true
`;
