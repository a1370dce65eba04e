import type { Repository } from '../git/index.ts';
import { changedConfiguration, withImagesOf } from './configuration.ts';
import { bumpImages } from './images.ts';
import type { PipelineEnvironment, Promotion } from './kinds.ts';
import { isConfiguration } from './proposal.ts';
import type { Proposal } from './proposal.ts';

export interface ContentQuestion {
  readonly proposal: Proposal;
  readonly environment: PipelineEnvironment;
  /** The commit that the branch begins at. */
  readonly start: string;
  /** Names of the images that releases decide about in this environment. */
  readonly managed: readonly string[];
  /** Promotions of the service. */
  readonly promotions: readonly Promotion[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the branch of a proposal holds, file by file, where that differs from its start: made from it when it is opened,
 * compared with it when it is judged. Null is a file that goes away.
 * @throws RefusedError when an image has no entry to set
 */
export async function contentOf(
  repository: Repository,
  question: ContentQuestion,
): Promise<ReadonlyMap<string, string | null>> {
  const { proposal, environment, start, managed, signal } = question;
  const own = `${environment.path}/kustomization.yaml`;
  const text = await repository.file(start, own, signal);
  const files = new Map<string, string | null>();
  if (text === undefined) return files;
  let wanted = text;
  const restored = await restoredFrom(repository, question);
  for (const { path, commit } of restored) {
    const content = (await repository.file(commit, path, signal)) ?? null;
    if (path !== own) files.set(path, content);
    else if (content !== null) wanted = withImagesOf(content, text, managed);
  }
  // What takes a configuration along has its images from other merge requests.
  if (!isConfiguration(proposal)) wanted = bumpImages(wanted, proposal.images);
  if (wanted !== text) files.set(own, wanted);
  return files;
}

/** Files that a rollback takes back: those that what it takes back had changed, and nobody since. */
async function restoredFrom(
  repository: Repository,
  { proposal, environment: { path }, start, managed, promotions, signal }: ContentQuestion,
): Promise<readonly { readonly path: string; readonly commit: string }[]> {
  const commit = proposal.configuration?.commit;
  const failed = promotions.find(({ metadata }) => metadata.name === proposal.rollbackOf);
  const brought = failed?.status?.approvedCommit;
  if (commit === undefined || brought === undefined) return [];
  const changed = await changedConfiguration(repository, { from: commit, to: brought, path, managed }, signal);
  const since = new Set(await changedConfiguration(repository, { from: brought, to: start, path, managed }, signal));
  return changed.filter((file) => !since.has(file)).map((file) => ({ path: file, commit }));
}
