import type { Repository } from '../git/index.ts';
import { isPolicy, isUnshared, withImagesOf } from './configuration.ts';
import { bumpImages } from './images.ts';
import type { ReleaseImage } from './kinds.ts';
import { compareRenderings, renderAt } from './rendered.ts';

export interface ApprovedChange {
  /** By digest; none where the configuration alone was approved. */
  readonly images: readonly ReleaseImage[];
  /** Commit whose files were approved. */
  readonly configuration?: string | undefined;
  /** Commit that brought it. */
  readonly commit: string;
}

export interface DiffQuestion {
  /** What runs in the environment now. */
  readonly approved: string;
  /** What shall run. */
  readonly candidate: string;
  readonly path: string;
  /** What was approved for the environment up to the candidate, in the order it was merged. */
  readonly approvals: readonly ApprovedChange[];
  /** Names of the images that releases decide about. */
  readonly managed: readonly string[];
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
  const { approved, candidate, path, previousRuns, signal } = question;
  const file = `${path}/kustomization.yaml`;
  const wanted = await approvedText(repository, question, file);
  if (wanted === undefined) return `${file} is not in the approved commit`;
  const expected = await renderAt(repository, approved, { path, overrides: new Map([[file, wanted]]), signal });
  const actual = await renderAt(repository, candidate, { path, signal });
  const rest = compareRenderings(expected, actual);
  // Files that change nothing in what is rendered need no approval; the policy does, though it renders nothing.
  const read = rest.length === 0 ? [] : [...expected.files.keys(), ...actual.files.keys()];
  const ungated = await ungatedFiles(repository, question, new Set(read));
  if (ungated.length === 0) return undefined;
  const commit = await blame(repository, question, ungated[0] ?? '');
  const where = previousRuns === undefined ? '' : ', and the environment before does not run it';
  return `it also changes ${rest[0]?.object ?? 'what may run there'} by ${ungated.join(', ')} (${commit})${where}`;
}

/** The environment's own kustomization, as all that was approved makes it. */
async function approvedText(
  repository: Repository,
  { approved, approvals, managed, signal }: DiffQuestion,
  file: string,
): Promise<string | undefined> {
  let text = await repository.file(approved, file, signal);
  for (const { images, configuration } of approvals) {
    if (text === undefined) return undefined;
    const configured = configuration === undefined ? undefined : await repository.file(configuration, file, signal);
    text = bumpImages(configured === undefined ? text : withImagesOf(configured, text, managed), images);
  }
  return text;
}

/** Files that differ and that neither what was approved nor the environment before explains. */
async function ungatedFiles(
  repository: Repository,
  question: DiffQuestion,
  read: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { approved, candidate, path, approvals, previousRuns, signal } = question;
  const own = `${path}/kustomization.yaml`;
  const changes = (await repository.changes(approved, candidate, signal)).filter(
    (change) => read.has(change.path) || isPolicy(change.path),
  );
  const configurations = approvals.flatMap(({ configuration }) => configuration ?? []);
  const ungated: string[] = [];
  for (const { path: file } of changes) {
    if (file === own) {
      const wanted = await approvedText(repository, question, own);
      if (wanted !== (await repository.file(candidate, own, signal))) ungated.push(own);
      continue;
    }
    // Files of the environment itself are proven by nobody before it.
    const shared = previousRuns === undefined || isUnshared(file, path) ? [] : [previousRuns];
    if (!(await isAt([...shared, ...configurations], { file, repository, candidate, signal }))) ungated.push(file);
  }
  return ungated;
}

interface FileQuestion extends Pick<DiffQuestion, 'candidate' | 'signal'> {
  readonly repository: Repository;
  readonly file: string;
}

/** Whether one of the commits has the file as the candidate has it. */
async function isAt(
  commits: readonly string[],
  { repository, file, candidate, signal }: FileQuestion,
): Promise<boolean> {
  const wanted = await repository.file(candidate, file, signal);
  for (const commit of commits) if ((await repository.file(commit, file, signal)) === wanted) return true;
  return false;
}

/** The first commit that changes the file and that nobody approved. */
async function blame(
  repository: Repository,
  { approved, candidate, approvals, signal }: DiffQuestion,
  file: string,
): Promise<string> {
  const known = new Set(approvals.map(({ commit }) => commit));
  let last = approved;
  for (const commit of await repository.log({ from: approved, to: candidate }, signal)) {
    const touches = (await repository.changes(last, commit.sha, signal)).some((change) => change.path === file);
    if (touches && !known.has(commit.sha)) return `commit ${commit.sha.slice(0, 12)} by ${commit.author.name}`;
    last = commit.sha;
  }
  return 'an earlier commit';
}
