import type { Repository } from '../git/index.ts';
import { POLICY_FOLDER } from './artefacts.ts';
import { bumpImages, readImages } from './images.ts';
import type { Pipeline, PipelineEnvironment, ReleaseImage } from './kinds.ts';
import { renderAt } from './rendered.ts';

/** The kustomization with the images that another one pins, as far as releases decide about them (`managed`). */
export function withImagesOf(kustomization: string, current: string, managed: readonly string[]): string {
  const names = new Set(readImages(kustomization).map(({ name }) => name));
  const images = readImages(current).flatMap(({ name, newName, newTag, digest }): readonly ReleaseImage[] =>
    managed.includes(name) && names.has(name) && newName !== undefined && newTag !== undefined && digest !== undefined
      ? [{ name, repository: newName, tag: newTag, digest }]
      : [],
  );
  return bumpImages(kustomization, images);
}

/** Names of the images that releases of any service decide about in an environment. */
export function managedImages(
  pipelines: readonly Pipeline[],
  { path }: Pick<PipelineEnvironment, 'path'>,
): readonly string[] {
  return pipelines.flatMap(({ spec }) => (spec.environments.some((one) => one.path === path) ? spec.images : []));
}

export interface ConfigurationRange {
  readonly from: string;
  readonly to: string;
  /** The environment's folder. */
  readonly path: string;
  /** Names of the images that releases decide about. */
  readonly managed: readonly string[];
}

/** Files that the environment is made of and that differ between two commits by more than the images of releases. */
export async function changedConfiguration(
  repository: Repository,
  { from, to, path, managed }: ConfigurationRange,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const options = { path, ...(signal === undefined ? {} : { signal }) };
  const [before, after] = await Promise.all([renderAt(repository, from, options), renderAt(repository, to, options)]);
  const read = new Set([...before.files.keys(), ...after.files.keys()]);
  const changes = (await repository.changes(from, to, signal)).filter(
    (change) => read.has(change.path) || isPolicy(change.path),
  );
  const own = `${path}/kustomization.yaml`;
  const files: string[] = [];
  for (const change of changes)
    if (change.path !== own || !(await sameButImages(repository, { file: own, from, to, managed })))
      files.push(change.path);
  return files;
}

/** The policy is a part of what an environment runs: it decides what may run there. */
export function isPolicy(file: string): boolean {
  return file.startsWith(`${POLICY_FOLDER}/`);
}

/** Files that are about one environment alone, or about what may run in it: no environment before proves them. */
export function isUnshared(file: string, path: string): boolean {
  return file.startsWith(`${path}/`) || isPolicy(file);
}

async function sameButImages(
  repository: Repository,
  { file, from, to, managed }: { readonly file: string } & Omit<ConfigurationRange, 'path'>,
): Promise<boolean> {
  const [before, after] = [await repository.file(from, file), await repository.file(to, file)];
  if (before === undefined || after === undefined) return before === after;
  return withImagesOf(before, after, managed) === after;
}
