import { messageOf } from '../../../core/index.ts';
import type { ForgeGenerator, ParameterSet } from '../application-set.ts';
import { normalizeName, slugify } from '../names.ts';
import type { RenderOptions } from '../template/render.ts';
import { GeneratorError } from './generator-error.ts';
import { withValues } from './parameters.ts';
import type { ForgeRepository, ForgeSource, PullRequest } from './sources.ts';

export interface ForgeContext {
  readonly source: ForgeSource;
  readonly options: RenderOptions;
  readonly signal: AbortSignal;
}

const SLUG = { maxLength: 50 };

/** One parameter set for each open pull request. */
export async function generateFromPullRequests(
  generator: ForgeGenerator,
  { source, options, signal }: ForgeContext,
): Promise<readonly ParameterSet[]> {
  const found = await ask('error listing repos', () => source.pullRequests(generator, signal));
  return found.map((request) => withValues(generator.values, requestParameters(request, options), options));
}

async function ask<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new GeneratorError(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

function requestParameters(request: PullRequest, { goTemplate }: RenderOptions): ParameterSet {
  const { number, title = '', branch, targetBranch = '', headSha, labels = [], author = '' } = request;
  return {
    number: String(number),
    title,
    branch,
    branch_slug: slugify(branch, SLUG),
    target_branch: targetBranch,
    target_branch_slug: slugify(targetBranch, SLUG),
    head_sha: headSha,
    head_short_sha: headSha.slice(0, 8),
    head_short_sha_7: headSha.slice(0, 7),
    author,
    ...(goTemplate ? { labels } : {}),
  };
}

/** One parameter set for each repository and branch. */
export async function generateFromRepositories(
  generator: ForgeGenerator,
  { source, options, signal }: ForgeContext,
): Promise<readonly ParameterSet[]> {
  const found = await ask('error listing repos', () => source.repositories(generator, signal));
  return found.map((repository) => withValues(generator.values, repositoryParameters(repository), options));
}

function repositoryParameters(repository: ForgeRepository): ParameterSet {
  const { organization, repository: name, repositoryId, url, branch, sha, labels = [] } = repository;
  return {
    organization,
    repository: name,
    repository_id: repositoryId ?? null,
    url,
    branch,
    branchNormalized: normalizeName(branch),
    sha,
    short_sha: sha.slice(0, 8),
    short_sha_7: sha.slice(0, 7),
    labels: labels.join(','),
  };
}
