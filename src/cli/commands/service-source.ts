import { resolve } from 'node:path';
import { RefusedError, UsageError } from '../../core/index.ts';
import { openRepository } from '../../git/index.ts';
import type { Repository } from '../../git/index.ts';
import type { ServiceSource } from '../../supply-chain/index.ts';
import type { CommandContext, Input } from '../command.ts';
import { gitOutput } from '../wire/local-git.ts';
import { withMirror } from '../wire/temporary-mirror.ts';

type Environment = CommandContext['env'];

/**
 * A service as a commit has it, by the options of `ci` and the variables of GitLab CI.
 * @throws UsageError for what cannot be told, RefusedError for what is not there or cannot be built
 */
export async function readSource(service: string, input: Input, context: CommandContext): Promise<ServiceSource> {
  const place = input.options['source'] ?? '.';
  if (/^(https?|file):/.test(place))
    return withMirror({ url: place }, async (mirror) => {
      await mirror.fetch(context.signal);
      return sourceAt({ service, repository: mirror, origin: place }, input, context);
    });
  const directory = resolve(context.cwd, place);
  const at = { cwd: directory, signal: context.signal };
  const git = await gitOutput(['rev-parse', '--absolute-git-dir'], at);
  if (git === undefined) throw new UsageError(`Cannot build from ${place}: it is no Git repository`);
  const origin = await gitOutput(['config', '--get', 'remote.origin.url'], at);
  const head = await gitOutput(['rev-parse', 'HEAD'], at);
  await using repository = openRepository(git);
  return await sourceAt(
    { service, repository, ...(origin === undefined ? {} : { origin }), ...(head === undefined ? {} : { head }) },
    input,
    context,
  );
}

interface Place {
  readonly service: string;
  readonly repository: Repository;
  readonly origin?: string;
  readonly head?: string;
}

async function sourceAt(place: Place, { options }: Input, { env, signal }: CommandContext): Promise<ServiceSource> {
  const { service, repository } = place;
  const revision = options['commit'] ?? env['CI_COMMIT_SHA'] ?? place.head ?? 'refs/heads/main';
  const commit = await repository.resolve(revision, signal);
  if (commit === undefined) throw new RefusedError(`Cannot find ${revision} in the repository`);
  const path = options['path'] ?? `services/${service}`;
  const files = await filesOf(repository, { commit, path }, signal);
  return {
    service,
    commit,
    path,
    files,
    ref: options['ref'] ?? refOfJob(env) ?? (await refOfCommit(repository, commit, signal)),
    repository: sourceAddress(options['source-repository'] ?? env['CI_PROJECT_URL'] ?? place.origin),
    committedAt: (await repository.commit(commit, signal)).committer.at,
  };
}

/** Every file below a folder, as a commit has it. @throws RefusedError for links and submodules, GitError without it */
export async function filesOf(
  repository: Repository,
  { commit, path }: { readonly commit: string; readonly path: string },
  signal: AbortSignal,
): Promise<ServiceSource['files']> {
  const entries = await repository.tree(commit, path, signal);
  return Promise.all(
    entries.map(async (entry) => {
      if (!entry.mode.startsWith('100'))
        throw new RefusedError(`Cannot build ${path}: ${entry.path} is a link or a submodule`);
      const content = await repository.blob(entry.oid, signal);
      return { path: entry.path, mode: entry.mode === '100755' ? 0o755 : 0o644, content };
    }),
  );
}

function refOfJob({ CI_COMMIT_TAG: tag, CI_COMMIT_BRANCH: branch }: Environment): string | undefined {
  if (tag !== undefined) return `refs/tags/${tag}`;
  return branch === undefined ? undefined : `refs/heads/${branch}`;
}

async function refOfCommit(repository: Repository, commit: string, signal: AbortSignal): Promise<string> {
  const refs = [...(await repository.refs('refs/heads/', signal))]
    .filter(([, sha]) => sha === commit)
    .map(([ref]) => ref);
  const ref = refs.includes('refs/heads/main') ? 'refs/heads/main' : refs.sort()[0];
  if (ref === undefined)
    throw new UsageError(
      `Cannot say what ${commit.slice(0, 12)} was built from: no branch is at it, name it with --ref`,
    );
  return ref;
}

function sourceAddress(text: string | undefined): string {
  const url = URL.canParse(text ?? '') ? new URL(text ?? '') : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new UsageError('Cannot say where the source is from: name its address with --source-repository');
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '').replace(/\.git$/, '')}`;
}
