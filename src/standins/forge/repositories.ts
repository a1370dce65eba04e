import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError, openRepository, runGit } from '../../git/index.ts';
import type { LocalRepository } from '../../git/index.ts';
import { badRequest } from './errors.ts';

const PATH = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}(\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}){1,3}$/;

/** @throws ForgeHttpError for a path that is no `group/name` */
export function checkProjectPath(path: string): string {
  const valid =
    PATH.test(path) &&
    !path.split('/').some((part) => part.endsWith('.git') || part.endsWith('.lock') || part.includes('..'));
  if (!valid) throw badRequest(`${JSON.stringify(path.slice(0, 120))} is no project path: write group/name`);
  return path;
}

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface MergeInput {
  readonly source: string;
  readonly target: string;
  readonly message: string;
  readonly by: Person;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The bare repositories of the projects. */
export class Repositories implements AsyncDisposable {
  readonly #root: string;
  readonly #open = new Map<string, LocalRepository>();

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
    await runGit({ args: ['init', '--quiet', '--bare', '--initial-branch=main', temporary] });
    for (const [key, value] of CONFIGURATION) await runGit({ args: ['config', key, value], directory: temporary });
    await rename(temporary, directory);
  }

  open(path: string): LocalRepository {
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const repository = openRepository(this.directory(path));
    this.#open.set(path, repository);
    return repository;
  }

  branch(path: string, name: string): Promise<string | undefined> {
    return this.open(path).resolve(`refs/heads/${name}`);
  }

  /** True when the branches merge without a conflict. */
  async isMergeable(path: string, source: string, target: string): Promise<boolean> {
    return (await this.#mergedTree(path, source, target)) !== undefined;
  }

  /**
   * Writes the merge commit of `source` into `target` without a work tree; moves no ref.
   * @returns the commit, `undefined` on a conflict
   */
  async mergeCommit(path: string, { source, target, message, by, at }: MergeInput): Promise<string | undefined> {
    const tree = await this.#mergedTree(path, source, target);
    if (tree === undefined) return undefined;
    const date = `@${Math.floor(at / 1000)} +0000`;
    const env = {
      GIT_AUTHOR_NAME: by.name,
      GIT_AUTHOR_EMAIL: by.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: by.name,
      GIT_COMMITTER_EMAIL: by.email,
      GIT_COMMITTER_DATE: date,
    };
    const args = ['commit-tree', tree, '-p', target, '-p', source, '-F', '-'];
    return (await runGit({ args, directory: this.directory(path), env, input: message })).toString().trim();
  }

  /** Compare and swap. @throws GitError `REJECTED` when the branch is not at `before` */
  async moveBranch(
    path: string,
    name: string,
    { before, after }: { readonly before?: string; readonly after?: string },
  ): Promise<void> {
    const old = before ?? '0'.repeat(40);
    const args =
      after === undefined
        ? ['update-ref', '-d', `refs/heads/${name}`, old]
        : ['update-ref', `refs/heads/${name}`, after, old];
    await runGit({ args, directory: this.directory(path) });
  }

  /** Unified diff from the merge base of two commits to the second. */
  async diff(path: string, from: string, to: string): Promise<string> {
    return (
      await runGit({
        args: ['diff', '--no-color', '--no-ext-diff', `${from}...${to}`],
        directory: this.directory(path),
      })
    ).toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map((repository) => repository[Symbol.asyncDispose]()));
  }

  async #mergedTree(path: string, source: string, target: string): Promise<string | undefined> {
    try {
      const output = await runGit({
        args: ['merge-tree', '--write-tree', '--no-messages', target, source],
        directory: this.directory(path),
      });
      return output.toString().split('\n')[0];
    } catch (error) {
      if (error instanceof GitError && error.code === 'FAILED') return undefined;
      throw error;
    }
  }
}

const CONFIGURATION: readonly (readonly [string, string])[] = [
  ['receive.denyNonFastForwards', 'false'],
  ['receive.denyDeletes', 'false'],
  ['receive.fsckObjects', 'true'],
  ['receive.maxInputSize', String(256 * 1024 * 1024)],
  ['http.receivepack', 'true'],
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['core.logAllRefUpdates', 'true'],
];
