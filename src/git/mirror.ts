import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../core/index.ts';
import type { Fetch, Logger } from '../core/index.ts';
import { GitError } from './errors.ts';
import { writeCommit } from './fast-import.ts';
import { Lane, until } from './lane.ts';
import { lsRefs } from './ls-refs.ts';
import { checkRef } from './paths.ts';
import type { CommitRequest, Mirror, MirrorOptions, Remote, RemoteCredentials } from './port.ts';
import { GitRepository } from './repository.ts';
import { runGit } from './run-git.ts';
import { tidyRepository } from './upkeep.ts';

const REFSPECS = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

/**
 * Opens the local mirror of a remote, making it anew where the folder is missing or broken. Fetches nothing yet.
 * @throws GitError `INVALID` for another protocol than http, https and file, or for credentials in the URL; `MISSING_GIT`
 */
export async function openMirror(options: MirrorOptions): Promise<Mirror> {
  const mirror = new GitMirror({ ...options, url: checkUrl(options.url) });
  await mirror.prepare();
  return mirror;
}

function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^(https?|file):$/.test(url.protocol)) {
    throw new GitError(
      'INVALID',
      `Cannot use the repository ${JSON.stringify(text.slice(0, 200))}: give an http, https or file URL`,
    );
  }
  if (url.username !== '' || url.password !== '')
    throw new GitError('INVALID', `Cannot use the repository at ${url.host}: give credentials apart from its URL`);
  return text;
}

class GitMirror extends GitRepository implements Mirror {
  readonly url: string;
  readonly #credentials: RemoteCredentials | undefined;
  readonly #fetchPort: Fetch | undefined;
  readonly #logger: Logger;
  readonly #lane = new Lane();
  readonly #closing = new AbortController();
  #speaksV2 = true;
  /** Refs of the remote when the mirror was last found to have exactly these. */
  #seen: ReadonlyMap<string, string> | undefined;

  constructor({ url, directory, credentials, fetch, logger = silentLogger }: MirrorOptions) {
    super(directory);
    this.url = url;
    this.#credentials = credentials;
    this.#fetchPort = url.startsWith('http') ? fetch : undefined;
    this.#logger = logger;
  }

  async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    if (!(await this.#isSound())) await this.#makeAnew();
    await tidyRepository(this.directory);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new GitError('FAILED', 'Cannot use the mirror: it is closed'));
    await this.#lane.run(async () => undefined);
    await super[Symbol.asyncDispose]();
  }

  fetch(signal?: AbortSignal): Promise<boolean> {
    const fetched = this.#lane.share(() => this.#fetchOrMend());
    return until(fetched, signal);
  }

  async push(request: CommitRequest, signal?: AbortSignal): Promise<string> {
    const { ref, parent } = request;
    checkRef(ref);
    return this.#lane.run(async () => {
      const sha = await writeCommit(this.directory, request, signal);
      await this.#pushRef(ref, { after: sha, ...(parent === undefined ? {} : { before: parent }) }, signal);
      return sha;
    });
  }

  async moveRef(
    ref: string,
    change: { readonly before?: string; readonly after?: string },
    signal?: AbortSignal,
  ): Promise<void> {
    checkRef(ref);
    const { before, after } = change;
    if (before === undefined && after === undefined)
      throw new GitError('INVALID', `Cannot move ${ref}: neither an old nor a new commit is given`);
    if (before !== undefined && after !== undefined && !(await this.isAncestor(before, after, signal)))
      throw new GitError('REJECTED', `Cannot move ${ref}: ${after} does not descend from ${before}`);
    await this.#lane.run(() => this.#pushRef(ref, change, signal));
  }

  async copyRef(ref: string, { url, credentials }: Remote, signal?: AbortSignal): Promise<void> {
    checkRef(ref);
    const args = ['push', '--quiet', '--no-verify', checkUrl(url), `${ref}:${ref}`];
    // Not in the lane: it reads what is here, and a remote that is slow must not hold up the others.
    await this.#run(args, credentials, signal);
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

  async #makeAnew(): Promise<void> {
    this.#seen = undefined;
    await this.endReading();
    await rm(this.directory, { recursive: true, force: true });
    await mkdir(this.directory, { recursive: true });
    await runGit({ args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', this.directory] });
  }

  /** The remote has everything that the mirror has, so a broken mirror is cloned again. */
  async #fetchOrMend(): Promise<boolean> {
    this.#closing.signal.throwIfAborted();
    if (!this.isDamaged) {
      const result = await this.#fetch().catch(corruptAsUndefined);
      if (result !== undefined) return result;
    }
    this.#logger.warn('a mirror is corrupt and is cloned again', { url: this.url });
    await this.#makeAnew();
    await this.#fetch();
    return true;
  }

  /** Asks for the refs first: when nothing has moved, that is all. */
  async #fetch(): Promise<boolean> {
    const remote = await this.#remoteRefs();
    if (sameRefs(remote, this.#seen) && existsSync(join(this.directory, 'HEAD'))) return false;
    const moved = await this.#follow(remote);
    // After a fetch the mirror may be ahead of this list, so only a comparison that found nothing counts.
    this.#seen = moved ? undefined : remote;
    return moved;
  }

  async #follow(remote: ReadonlyMap<string, string>): Promise<boolean> {
    const local = await this.refs();
    const stale = [...local.keys()].filter((ref) => !remote.has(ref));
    const moved = [...remote].filter(([ref, sha]) => local.get(ref) !== sha);
    if (moved.length === 0 && stale.length === 0) return false;
    if (moved.length > 0) {
      const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--prune', '--no-auto-maintenance'];
      await this.#remote(['fetch', ...options, this.url, ...REFSPECS]);
    } else {
      const input = stale.map((ref) => `delete ${ref}\n`).join('');
      await runGit({ args: ['update-ref', '--stdin'], directory: this.directory, input });
    }
    this.#logger.debug('fetched', { url: this.url, moved: moved.length, removed: stale.length });
    return true;
  }

  async #remoteRefs(): Promise<ReadonlyMap<string, string>> {
    if (this.#fetchPort !== undefined && this.#speaksV2) {
      const credentials = this.#credentials === undefined ? {} : { credentials: this.#credentials };
      const refs = await lsRefs(this.url, { fetch: this.#fetchPort, signal: this.#closing.signal, ...credentials });
      if (refs !== undefined) return refs;
      this.#speaksV2 = false;
    }
    const output = (await this.#remote(['ls-remote', '--refs', this.url, 'refs/heads/*', 'refs/tags/*'])).toString();
    const pairs = output
      .split('\n')
      .filter(Boolean)
      .map((line): [string, string] => [line.slice(41), line.slice(0, 40)]);
    return new Map(pairs);
  }

  /** The lease makes it a compare-and-swap; nothing is forced, because `after` always descends from `before`. */
  async #pushRef(
    ref: string,
    { before, after }: { readonly before?: string; readonly after?: string },
    signal?: AbortSignal,
  ): Promise<void> {
    this.#seen = undefined;
    const lease = `--force-with-lease=${ref}:${before ?? ''}`;
    await this.#remote(['push', '--quiet', '--no-verify', lease, this.url, `${after ?? ''}:${ref}`], signal);
    const update = after === undefined ? ['update-ref', '-d', ref] : ['update-ref', ref, after];
    await runGit({ args: update, directory: this.directory });
  }

  #remote(args: readonly string[], signal?: AbortSignal): Promise<Buffer> {
    return this.#run(args, this.#credentials, signal);
  }

  /** @param credentials of the remote that is named in `args`, and of no other */
  #run(args: readonly string[], credentials: RemoteCredentials | undefined, signal?: AbortSignal): Promise<Buffer> {
    const { signal: closing } = this.#closing;
    return runGit({
      args,
      directory: this.directory,
      ...(credentials === undefined ? {} : { credentials }),
      signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
    });
  }
}

function sameRefs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string> | undefined): boolean {
  return b?.size === a.size && [...a].every(([ref, sha]) => b.get(ref) === sha);
}

function corruptAsUndefined(error: unknown): undefined {
  if (error instanceof GitError && error.code === 'CORRUPT') return undefined;
  throw error;
}
