import type { Clock } from '../core/index.ts';
import { GitError } from '../git/index.ts';
import type { Mirror } from '../git/index.ts';
import type { Forge, MergeRequest } from '../forge/index.ts';
import { refuse } from './errors.ts';
import { bumpImages, imagesOf, sameDigests } from './images.ts';
import { branchOf, describeProposal, readProposal, titleOf } from './proposal.ts';
import type { Proposal } from './proposal.ts';

export interface ProposalPorts {
  /** `stoa-envs`, with an account that may push branches. */
  readonly mirror: Mirror;
  /** The acting account. */
  readonly forge: Forge;
  readonly clock: Clock;
}

const TRIES = 3;

/**
 * Opens the merge request of a proposal, or finds the one that is open already. An older one for the same service and
 * environment is closed with a reason.
 * @param path the environment's folder
 * @throws RefusedError when the environment has these digests already
 */
export async function openProposal(
  ports: ProposalPorts,
  proposal: Proposal,
  options: { readonly path: string; readonly signal?: AbortSignal },
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

/** Commits the bump on a branch of its own, from the present `main`; leaves the branch alone where it says the same. */
async function pushBranch(
  { mirror, clock }: ProposalPorts,
  proposal: Proposal,
  { path, signal }: { readonly path: string; readonly signal?: AbortSignal },
): Promise<void> {
  const ref = `refs/heads/${branchOf(proposal)}`;
  const file = `${path}/kustomization.yaml`;
  const author = { name: proposal.requestedBy, email: `${proposal.requestedBy}@users.noreply.stoa.invalid` };
  for (let tries = 1; ; tries++) {
    await mirror.fetch(signal);
    const main = await mirror.resolve('refs/heads/main', signal);
    const text = main === undefined ? undefined : await mirror.file(main, file, signal);
    if (main === undefined || text === undefined) refuse(`Cannot change ${file}: main has no such file`);
    const names = proposal.images.map(({ name }) => name);
    if (sameDigests(imagesOf(text, names), proposal.images))
      refuse(`${proposal.environment} has ${proposal.release} already`);
    const existing = await mirror.resolve(ref, signal);
    if (existing !== undefined && (await isCurrent(mirror, { existing, main, file, proposal }))) return;
    try {
      if (existing !== undefined) await mirror.moveRef(ref, { before: existing }, signal);
      await mirror.moveRef(ref, { after: main }, signal);
      const files = new Map([[file, bumpImages(text, proposal.images)]]);
      await mirror.push({ ref, parent: main, files, message: titleOf(proposal), author, at: clock.now() }, signal);
      return;
    } catch (error) {
      if (!(error instanceof GitError && error.code === 'REJECTED') || tries >= TRIES) throw error;
    }
  }
}

interface Branch {
  readonly existing: string;
  readonly main: string;
  readonly file: string;
  readonly proposal: Proposal;
}

async function isCurrent(mirror: Mirror, { existing, main, file, proposal }: Branch): Promise<boolean> {
  const text = await mirror.file(existing, file);
  const names = proposal.images.map(({ name }) => name);
  return (
    text !== undefined &&
    sameDigests(imagesOf(text, names), proposal.images) &&
    !(await mirror.isAncestor(existing, main))
  );
}
