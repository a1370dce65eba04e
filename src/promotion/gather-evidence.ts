import type { CommitInfo, Mirror } from '../git/index.ts';
import { verifyImages } from './artefacts.ts';
import type { Case } from './case.ts';
import { changedConfiguration, isUnshared } from './configuration.ts';
import { contentOf } from './content.ts';
import type { DeliveryObjects } from './delivery-objects.ts';
import { previousEnvironment } from './gates/previous.ts';
import type { Evidence } from './gates/verdict.ts';
import { sameDigests } from './images.ts';
import type { PromotionPorts } from './ports.ts';
import { isConfiguration, releaseName } from './proposal.ts';
import { refOf } from './environment-ref.ts';

export interface GatherPorts extends PromotionPorts {
  readonly objects: DeliveryObjects;
}

/** Everything that the gates of a merge request are judged from. @throws RefusedError, GitError, ForgeError, ApiError */
export async function gatherEvidence(ports: GatherPorts, one: Case, signal: AbortSignal): Promise<Evidence> {
  const { proposal, mergeRequest, pipeline, environment, promotions } = one;
  const { forge, groupsOf, mirror, clock, bot, objects } = ports;
  const approvals = await forge.approvals(mergeRequest.iid, signal);
  const groups = new Map<string, readonly string[]>();
  const people = [mergeRequest.author, proposal.requestedBy, ...approvals.map(({ username }) => username)];
  for (const name of new Set(people)) if (name !== bot) groups.set(name, await groupsOf(name));
  const main =
    mergeRequest.mergeCommitSha === undefined
      ? await mirror.resolve('refs/heads/main', signal)
      : (await mirror.commit(mergeRequest.mergeCommitSha)).parents[0];
  const range = { to: mergeRequest.sha, ...(main === undefined ? {} : { from: main }), merged: true };
  const { configured, unproven } = await configurationOf(mirror, one, signal);
  const commits = [...(await mirror.log(range, signal)), ...configured];
  return {
    ...{ proposal, mergeRequest, pipeline, environment, promotions, approvals, groups, unproven, bot },
    committers: commits.flatMap(({ author, committer }) => [author.name, committer.name]),
    contentFault: (await editFault(objects, one)) ?? (await contentFault(mirror, one, { main, signal })),
    artefacts: await verifyImages(ports, one, signal),
    statuses: await forge.statuses(mergeRequest.sha, signal),
    gates: await objects.gates(),
    quarantines: await objects.quarantines(),
    freezes: await objects.freezes(),
    now: clock.now(),
  };
}

/** Of a configuration to approve: who wrote it, and what of it the environment before does not run. */
async function configurationOf(
  mirror: Mirror,
  { proposal, environment, pipeline, managed }: Case,
  signal: AbortSignal,
): Promise<{ readonly configured: readonly CommitInfo[]; readonly unproven: readonly string[] }> {
  const [to, from] = [proposal.configuration?.commit, await mirror.resolve(refOf(environment), signal)];
  if (to === undefined || from === undefined || !isConfiguration(proposal)) return { configured: [], unproven: [] };
  const files = await changedConfiguration(mirror, { from, to, path: environment.path, managed }, signal);
  const configured = await commitsOf(mirror, { from, to, files }, signal);
  const previous = previousEnvironment(pipeline, environment.name);
  const there = previous && (await mirror.resolve(refOf(previous), signal));
  const unproven: string[] = [];
  for (const file of files) {
    if (there === undefined || isUnshared(file, environment.path)) continue;
    if ((await mirror.file(there, file, signal)) !== (await mirror.file(to, file, signal))) unproven.push(file);
  }
  return { configured, unproven };
}

/** Why the branch does not hold what its description says, and nothing else. */
async function contentFault(
  mirror: Mirror,
  one: Case,
  { main, signal }: { readonly main: string | undefined; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const { proposal, mergeRequest, environment, pipeline, promotions, managed } = one;
  if (proposal.images.map(({ name }) => name).join() !== pipeline.images.join())
    return `It names other images than the pipeline of ${proposal.service}`;
  const start = main === undefined ? undefined : await startOf(mirror, one, { main, signal });
  if (start === undefined || main === undefined)
    return `It does not begin at ${proposal.breakGlass === undefined ? 'main' : `what ${environment.name} runs`}`;
  const wanted = await contentOf(mirror, { proposal, environment, start, managed, promotions, signal });
  const changes = await mirror.changes(start, mergeRequest.sha, signal);
  const other = changes.find(({ path }) => !wanted.has(path));
  if (other !== undefined) return `It also changes ${other.path}: propose that by a merge request of its own`;
  for (const [path, content] of wanted)
    if (((await mirror.file(mergeRequest.sha, path, signal)) ?? null) !== content)
      return path === `${environment.path}/kustomization.yaml`
        ? `It does not set exactly the images of the release in ${path}`
        : `${path} is not as it was before`;
  return configurationFault(mirror, one, { main, signal });
}

/** Why the description is not what it was when the promotion began; releases never change. */
async function editFault(objects: DeliveryObjects, { proposal, promotion }: Case): Promise<string | undefined> {
  const { service, release, images, requestedBy } = proposal;
  const known = await objects.release(release);
  const same =
    known !== undefined && sameDigests(known.spec.images, images) && release === releaseName(service, images);
  if (!same) return `${release} is a release of other images`;
  const { spec } = promotion;
  const claims = [requestedBy, proposal.rollbackOf, proposal.configuration?.commit, proposal.breakGlass?.until];
  const said = [spec.requestedBy, spec.rollbackOf, spec.configuration?.commit, spec.breakGlass?.until];
  return claims.every((claim, index) => claim === said[index]) ? undefined : 'Its description was edited';
}

/** A configuration that changed after it was proposed is another one. */
async function configurationFault(
  mirror: Mirror,
  { proposal, environment, managed }: Case,
  { main, signal }: { readonly main: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const { configuration } = proposal;
  if (configuration === undefined || !isConfiguration(proposal)) return undefined;
  if (!(await mirror.isAncestor(configuration.commit, main, signal)))
    return `${configuration.commit.slice(0, 12)} is not on main`;
  const range = { from: configuration.commit, to: main, path: environment.path, managed };
  const [moved] = await changedConfiguration(mirror, range, signal);
  return moved === undefined ? undefined : `${moved} has changed on main since: promote again`;
}

/** Where the branch begins: on main, or in need at what the environment runs. */
async function startOf(
  mirror: Mirror,
  { proposal, environment, mergeRequest: { sha } }: Case,
  { main, signal }: { readonly main: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  if (proposal.breakGlass === undefined) return mergeBase(mirror, main, sha);
  const runs = await mirror.resolve(refOf(environment), signal);
  return runs !== undefined && (await mirror.isAncestor(runs, sha, signal)) ? runs : undefined;
}

/** Commits of a range that change one of the files, also those that merges brought in. */
async function commitsOf(
  mirror: Mirror,
  { from, to, files }: { readonly from: string; readonly to: string; readonly files: readonly string[] },
  signal: AbortSignal,
): Promise<readonly CommitInfo[]> {
  const found: CommitInfo[] = [];
  for (const commit of await mirror.log({ from, to, merged: true }, signal)) {
    const [parent] = commit.parents;
    const changes = parent === undefined ? [] : await mirror.changes(parent, commit.sha, signal);
    if (changes.some(({ path }) => files.includes(path))) found.push(commit);
  }
  return found;
}

/** The newest commit of `main`'s first-parent line that the branch contains. */
async function mergeBase(mirror: Mirror, main: string, head: string): Promise<string | undefined> {
  let at: string | undefined = main;
  while (at !== undefined && !(await mirror.isAncestor(at, head))) at = (await mirror.commit(at)).parents[0];
  return at;
}
