import type { Clock } from '../core/index.ts';
import { GitError } from '../git/index.ts';
import type { Mirror } from '../git/index.ts';
import type { Forge, MergeRequest } from '../forge/index.ts';
import { refuse } from './errors.ts';
import { contentOf } from './content.ts';
import type { PipelineEnvironment, Promotion } from './kinds.ts';
import { refOf } from './environment-ref.ts';
import { branchOf, describeProposal, isConfiguration, readProposal, titleOf } from './proposal.ts';
import type { Proposal } from './proposal.ts';

export interface ProposalPorts {
  /** `stoa-envs`, with an account that may push branches. */
  readonly mirror: Mirror;
  /** The acting account. */
  readonly forge: Forge;
  readonly clock: Clock;
}

export interface ProposalPlace {
  readonly environment: PipelineEnvironment;
  /** Names of the images that releases decide about in the environment. @default those of the proposal */
  readonly managed?: readonly string[];
  /** Promotions of the service: what a rollback takes back is among them. */
  readonly promotions?: readonly Promotion[];
  readonly signal?: AbortSignal | undefined;
}

const TRIES = 3;

/**
 * Opens the merge request of a proposal, or finds the one that is open already. An older one for the same service and
 * environment is closed with a reason.
 * @throws RefusedError when the environment has these digests already
 */
export async function openProposal(
  ports: ProposalPorts,
  proposal: Proposal,
  options: ProposalPlace,
): Promise<MergeRequest> {
  const { forge } = ports;
  const { signal } = options;
  const open = (await forge.mergeRequests({ state: 'opened' }, signal)).filter((one) => isFor(one, proposal));
  const same = open.find(({ sourceBranch }) => sourceBranch === branchOf(proposal));
  await pushBranch(ports, proposal, options);
  const request = {
    title: titleOf(proposal),
    description: describeProposal(proposal),
    sourceBranch: branchOf(proposal),
    targetBranch: 'main',
    labels: [`environment::${proposal.environment}`, `service::${proposal.service}`],
  };
  const opened = same ?? (await forge.open(request, signal));
  for (const older of open)
    if (older.iid !== opened.iid)
      await supersede(forge, older, { by: opened, ...(signal === undefined ? {} : { signal }) });
  return opened;
}

function isFor({ description }: MergeRequest, { service, environment }: Proposal): boolean {
  const other = readProposal(description);
  return other?.service === service && other.environment === environment;
}

async function supersede(
  forge: Forge,
  older: MergeRequest,
  { by, signal }: { readonly by: MergeRequest; readonly signal?: AbortSignal },
): Promise<void> {
  await forge.addNote(older.iid, `Superseded by !${by.iid} (${by.title}): a newer release goes first.`, signal);
  await forge.close(older.iid, signal);
}

/** Commits the content on a branch of its own; leaves the branch alone where it says the same. */
async function pushBranch(
  { mirror, clock }: ProposalPorts,
  proposal: Proposal,
  { environment, managed, promotions = [], signal }: ProposalPlace,
): Promise<void> {
  const ref = `refs/heads/${branchOf(proposal)}`;
  const names = managed ?? proposal.images.map(({ name }) => name);
  const author = { name: proposal.requestedBy, email: `${proposal.requestedBy}@users.noreply.stoa.invalid` };
  for (let tries = 1; ; tries++) {
    await mirror.fetch(signal);
    const start = await startOf(mirror, proposal, { environment, signal });
    const files = await contentOf(mirror, { proposal, environment, start, managed: names, promotions, signal });
    if (files.size === 0 && !isConfiguration(proposal))
      refuse(`${proposal.environment} has ${proposal.release} already`);
    const existing = await mirror.resolve(ref, signal);
    if (existing !== undefined && (await isCurrent(mirror, { existing, start, files }))) return;
    try {
      if (existing !== undefined) await mirror.moveRef(ref, { before: existing }, signal);
      await mirror.moveRef(ref, { after: start }, signal);
      await mirror.push({ ref, parent: start, files, message: titleOf(proposal), author, at: clock.now() }, signal);
      return;
    } catch (error) {
      if (!(error instanceof GitError && error.code === 'REJECTED') || tries >= TRIES) throw error;
    }
  }
}

/** The present `main`; in need, what the environment runs, so that nothing else comes along. */
async function startOf(
  mirror: Mirror,
  { breakGlass }: Proposal,
  { environment, signal }: Pick<ProposalPlace, 'environment' | 'signal'>,
): Promise<string> {
  const ref = breakGlass === undefined ? 'refs/heads/main' : refOf(environment);
  const file = `${environment.path}/kustomization.yaml`;
  const start = await mirror.resolve(ref, signal);
  if (start === undefined || (await mirror.file(start, file, signal)) === undefined)
    refuse(`Cannot change ${file}: ${ref.replace('refs/heads/', '')} has no such file`);
  return start;
}

interface Branch {
  readonly existing: string;
  readonly start: string;
  readonly files: ReadonlyMap<string, string | null>;
}

/** Whether a branch that is there holds the content already. */
async function isCurrent(mirror: Mirror, { existing, start, files }: Branch): Promise<boolean> {
  if (await mirror.isAncestor(existing, start)) return false;
  for (const [path, content] of files) if (((await mirror.file(existing, path)) ?? null) !== content) return false;
  // Without a file to compare, only a commit right on top says the same.
  return files.size > 0 || (await mirror.commit(existing)).parents[0] === start;
}
