import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../core/index.ts';
import type { Logger } from '../core/index.ts';
import { personEnvironment } from './commit-object.ts';
import { GitError } from './errors.ts';
import type { CommitRequest, Mirror, MirrorOptions, RemoteCredentials } from './port.ts';
import { GitRepository, cleanPath } from './repository.ts';
import { runGit } from './run-git.ts';

const ZERO = '0'.repeat(40);

/**
 * Opens the local mirror of a remote, making it anew where the folder is missing or broken. Fetches nothing yet.
 * @throws GitError `INVALID` for another protocol than http, https and file; `MISSING_GIT`
 */
export async function openMirror(options: MirrorOptions): Promise<Mirror> {
  if (!/^(https?|file):\/\//.test(options.url)) {
    throw new GitError(
      'INVALID',
      `Cannot use the repository ${JSON.stringify(options.url.slice(0, 200))}: give an http, https or file URL`,
    );
  }
  const mirror = new GitMirror(options);
  await mirror.prepare();
  return mirror;
}

class GitMirror extends GitRepository implements Mirror {
  readonly url: string;
  readonly #credentials: RemoteCredentials | undefined;
  readonly #logger: Logger;
  #fetching: Promise<boolean> | undefined;

  constructor({ url, directory, credentials, logger = silentLogger }: MirrorOptions) {
    super(directory);
    this.url = url;
    this.#credentials = credentials;
    this.#logger = logger;
  }

  async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    if (!(await this.#isSound())) {
      await rm(this.directory, { recursive: true, force: true });
      await mkdir(this.directory, { recursive: true });
      await runGit({ args: ['init', '--quiet', '--bare', '--initial-branch=main', this.directory] });
    }
    await removeLocks(this.directory);
  }

  async fetch(signal?: AbortSignal): Promise<boolean> {
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
    const result = await this.#fetching;
    signal?.throwIfAborted();
    return result;
  }

  async push(request: CommitRequest, signal?: AbortSignal): Promise<string> {
    const sha = await this.#writeCommit(request, signal);
    await this.#pushRef(
      request.ref,
      { after: sha, ...(request.parent === undefined ? {} : { before: request.parent }) },
      signal,
    );
    return sha;
  }

  async moveRef(
    ref: string,
    change: { readonly before?: string; readonly after?: string },
    signal?: AbortSignal,
  ): Promise<void> {
    const { before, after } = change;
    if (before !== undefined && after !== undefined && !(await this.isAncestor(before, after, signal))) {
      throw new GitError('REJECTED', `Cannot move ${ref}: ${after} does not descend from ${before}`);
    }
    await this.#pushRef(ref, change, signal);
  }

  async #isSound(): Promise<boolean> {
    const answer = await runGit({ args: ['rev-parse', '--is-bare-repository'], directory: this.directory }).catch(
      (error: unknown) => {
        if (error instanceof GitError && error.code === 'MISSING_GIT') throw error;
        return undefined;
      },
    );
    return answer?.toString().trim() === 'true';
  }

  /** Asks for the refs first: when nothing has moved, that is all. */
  async #fetch(): Promise<boolean> {
    const remote = await this.#remoteRefs();
    const local = await this.refs();
    const stale = [...local.keys()].filter((ref) => !remote.has(ref));
    const moved = [...remote].filter(([ref, sha]) => local.get(ref) !== sha);
    if (moved.length === 0 && stale.length === 0) return false;
    if (moved.length > 0) {
      const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
      await this.#remote(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--prune', this.url, ...refspecs]);
    } else {
      const input = stale.map((ref) => `delete ${ref}\n`).join('');
      await runGit({ args: ['update-ref', '--stdin'], directory: this.directory, input });
    }
    this.#logger.debug('fetched', { url: this.url, moved: moved.length });
    return true;
  }

  async #remoteRefs(): Promise<ReadonlyMap<string, string>> {
    const output = (await this.#remote(['ls-remote', '--refs', this.url, 'refs/heads/*', 'refs/tags/*'])).toString();
    const pairs = output
      .split('\n')
      .filter(Boolean)
      .map((line): [string, string] => [line.slice(41), line.slice(0, 40)]);
    return new Map(pairs);
  }

  async #pushRef(
    ref: string,
    { before, after }: { readonly before?: string; readonly after?: string },
    signal?: AbortSignal,
  ): Promise<void> {
    const lease = `--force-with-lease=${ref}:${before ?? ''}`;
    const args = ['push', '--quiet', '--no-verify', lease, this.url, `${after ?? ''}:${ref}`];
    await this.#remote(args, signal);
    const update = after === undefined ? ['update-ref', '-d', ref] : ['update-ref', ref, after];
    await runGit({ args: update, directory: this.directory });
  }

  async #writeCommit(
    { parent, files, message, author, committer = author, at }: CommitRequest,
    signal?: AbortSignal,
  ): Promise<string> {
    const index = join(this.directory, `index.${randomUUID()}`);
    const env = { GIT_INDEX_FILE: index };
    const git = async (args: readonly string[], input?: string | Buffer): Promise<string> => {
      const run = {
        args,
        directory: this.directory,
        env: { ...env, ...people },
        ...(input === undefined ? {} : { input }),
      };
      return (await runGit({ ...run, ...(signal === undefined ? {} : { signal }) })).toString().trim();
    };
    const people = personEnvironment(author, committer, at);
    try {
      if (parent !== undefined) await git(['read-tree', parent]);
      const lines: string[] = [];
      for (const [path, content] of files) {
        const oid = content === null ? ZERO : await git(['hash-object', '-w', '--stdin'], content);
        lines.push(`${content === null ? '0' : '100644'} ${oid}\t${cleanPath(path)}\0`);
      }
      await git(['update-index', '-z', '--index-info'], lines.join(''));
      const tree = await git(['write-tree']);
      const parents = parent === undefined ? [] : ['-p', parent];
      return await git(['commit-tree', tree, ...parents, '-F', '-'], `${message.trim()}\n`);
    } finally {
      await rm(index, { force: true });
    }
  }

  #remote(args: readonly string[], signal?: AbortSignal): Promise<Buffer> {
    return runGit({
      args,
      directory: this.directory,
      ...(this.#credentials === undefined ? {} : { credentials: this.#credentials }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Locks and half-written indexes that a killed process left behind; this process has written none yet. */
async function removeLocks(directory: string): Promise<void> {
  const names = await readdir(directory, { recursive: true });
  const stale = names.filter((name) => name.endsWith('.lock') || /^index\.[0-9a-f-]{36}$/.test(name));
  await Promise.all(stale.map((name) => rm(join(directory, name), { force: true })));
}
