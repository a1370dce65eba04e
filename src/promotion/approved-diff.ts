import type { Repository } from '../git/index.ts';
import { bumpImages } from './images.ts';
import type { ReleaseImage } from './kinds.ts';
import { compareRenderings, renderAt } from './rendered.ts';

export interface DiffQuestion {
  /** What runs in the environment now. */
  readonly approved: string;
  /** What shall run. */
  readonly candidate: string;
  readonly path: string;
  /** Images of the releases that were approved for the environment up to the candidate, in the order they were merged. */
  readonly releases: readonly (readonly ReleaseImage[])[];
  /** Commit that the environment before runs; absent for an environment without one before it. */
  readonly previousRuns?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Judges the rendered difference of an environment between its approved commit and a candidate: all of it must come from
 * approved releases, or from shared files that the environment before runs already.
 * @returns why it may not be deployed, naming object and file; `undefined` when it may
 */
export async function diffFault(repository: Repository, question: DiffQuestion): Promise<string | undefined> {
  const { approved, candidate, path, releases, previousRuns, signal } = question;
  const file = `${path}/kustomization.yaml`;
  const before = await repository.file(approved, file, signal);
  if (before === undefined) return `${file} is not in the approved commit`;
  const bumped = releases.reduce((text, images) => bumpImages(text, images), before);
  const expected = await renderAt(repository, approved, { path, overrides: new Map([[file, bumped]]), signal });
  const actual = await renderAt(repository, candidate, { path, signal });
  const rest = compareRenderings(expected, actual);
  if (rest.length === 0) return undefined;
  const ungated = await ungatedFiles(repository, question, new Set([...expected.files.keys(), ...actual.files.keys()]));
  if (ungated.length === 0) return undefined;
  const commit = await blame(repository, { from: approved, to: candidate, file: ungated[0] ?? '', signal });
  const where = previousRuns === undefined ? '' : ', and the environment before does not run it';
  return `it also changes ${rest[0]?.object ?? 'an object'} by ${ungated.join(', ')} (${commit})${where}`;
}

/** Files that differ and that neither an approved release nor the environment before explains. */
async function ungatedFiles(
  repository: Repository,
  { approved, candidate, path, releases, previousRuns, signal }: DiffQuestion,
  read: ReadonlySet<string>,
): Promise<readonly string[]> {
  const own = `${path}/kustomization.yaml`;
  const changes = (await repository.changes(approved, candidate, signal)).filter((change) => read.has(change.path));
  const ungated: string[] = [];
  for (const change of changes) {
    if (change.path === own) {
      const text = releases.reduce(
        (current, images) => bumpImages(current, images),
        (await repository.file(approved, own, signal)) ?? '',
      );
      if (text !== (await repository.file(candidate, own, signal))) ungated.push(own);
    } else if (
      change.path.startsWith(`${path}/`) ||
      previousRuns === undefined ||
      !(await sameThere(repository, { previousRuns, candidate, file: change.path, signal }))
    ) {
      ungated.push(change.path);
    }
  }
  return ungated;
}

async function sameThere(
  repository: Repository,
  {
    previousRuns,
    candidate,
    file,
    signal,
  }: { readonly previousRuns: string; readonly candidate: string; readonly file: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const [there, here] = await Promise.all([
    repository.file(previousRuns, file, signal),
    repository.file(candidate, file, signal),
  ]);
  return there === here;
}

async function blame(
  repository: Repository,
  {
    from,
    to,
    file,
    signal,
  }: { readonly from: string; readonly to: string; readonly file: string; readonly signal: AbortSignal },
): Promise<string> {
  let last = from;
  for (const commit of await repository.log({ from, to }, signal)) {
    if ((await repository.changes(last, commit.sha, signal)).some((change) => change.path === file)) {
      return `commit ${commit.sha.slice(0, 12)} by ${commit.author.name}`;
    }
    last = commit.sha;
  }
  return 'an earlier commit';
}
