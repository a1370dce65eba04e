import { formatTime } from '../core/index.ts';
import { ForgeError } from '../forge/index.ts';
import type { MergeRequest } from '../forge/index.ts';
import { judge, approversOf } from './gates.ts';
import type { Evidence, Verdict } from './gates.ts';
import { imagesOf, sameDigests } from './images.ts';
import { bumpImages } from './images.ts';
import type { GateStatus, PipelineEnvironment, Promotion, PromotionStatus } from './kinds.ts';
import type { PromotionPorts } from './ports.ts';
import type { Proposal } from './proposal.ts';
import { compareRenderings, formatChanges, renderAt } from './rendered.ts';
import { refOf } from './verbs.ts';

const NOTE_HEAD = '### What this changes, rendered';

/** One open or merged merge request of ours, with everything that is needed to judge it. */
export interface Case {
  readonly proposal: Proposal;
  readonly mergeRequest: MergeRequest;
  readonly pipeline: Evidence['pipeline'];
  readonly environment: PipelineEnvironment;
  readonly promotion: Promotion;
  /** Of the same service. */
  readonly promotions: readonly Promotion[];
}

/** Judges the gates of a merge request, says how they stand on the forge, and merges when all have passed. */
export class MergeStep {
  readonly #ports: PromotionPorts;
  /** Notes that say what they should, by merge request: spares the forge. */
  readonly #said = new Map<number, string>();

  constructor(ports: PromotionPorts) {
    this.#ports = ports;
  }

  async run(one: Case, signal: AbortSignal): Promise<PromotionStatus> {
    const evidence = await this.#gather(one, signal);
    const verdicts = judge(evidence);
    const gates = withTimes(verdicts, one.promotion.status?.gates ?? [], formatTime(this.#ports.clock.now()));
    const status = this.#status(one, { evidence, gates });
    if (one.mergeRequest.state !== 'opened') return status;
    await this.#publish(one, { verdicts, signal });
    if (!verdicts.every(({ state }) => state === 'passed')) return status;
    const merged = await this.#merge(one, signal);
    return merged === undefined ? status : { ...status, ...mergedPart(merged) };
  }

  #status(
    { promotion, mergeRequest }: Case,
    { evidence, gates }: { readonly evidence: Evidence; readonly gates: readonly GateStatus[] },
  ): PromotionStatus {
    const failed = gates.find(({ state }) => state === 'failed');
    const waiting = gates.filter(({ state }) => state !== 'passed').map(({ reason }) => reason);
    return {
      ...promotion.status,
      phase: 'Waiting',
      message: failed?.reason ?? waiting.join('; '),
      gates,
      sha: mergeRequest.sha,
      approvers: approversOf(evidence),
      openedAt: formatTime(mergeRequest.createdAt),
      ...(mergeRequest.state === 'merged' ? mergedPart(mergeRequest) : {}),
    };
  }

  async #gather(
    { proposal, mergeRequest, pipeline, environment, promotions }: Case,
    signal: AbortSignal,
  ): Promise<Evidence> {
    const { forge, groupsOf, mirror } = this.#ports;
    const approvals = await forge.approvals(mergeRequest.iid, signal);
    const groups = new Map<string, readonly string[]>();
    for (const { username } of approvals) groups.set(username, await groupsOf(username));
    const base =
      mergeRequest.mergeCommitSha === undefined
        ? await mirror.resolve('refs/heads/main', signal)
        : (await mirror.commit(mergeRequest.mergeCommitSha)).parents[0];
    const commits = await mirror.log({ to: mergeRequest.sha, ...(base === undefined ? {} : { from: base }) }, signal);
    const committers = commits.flatMap(({ author, committer }) => [author.name, committer.name]);
    const contentFault = await this.#contentFault({ proposal, mergeRequest, environment, pipeline, base }, signal);
    return { proposal, mergeRequest, pipeline, environment, promotions, approvals, groups, committers, contentFault };
  }

  /** Why the branch does not hold what its description says: exactly the images of the release, in that environment. */
  async #contentFault(
    {
      proposal,
      mergeRequest,
      environment,
      pipeline,
      base,
    }: Pick<Case, 'proposal' | 'mergeRequest' | 'environment' | 'pipeline'> & { readonly base: string | undefined },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { mirror } = this.#ports;
    const file = `${environment.path}/kustomization.yaml`;
    const names = proposal.images.map(({ name }) => name);
    if (names.join() !== pipeline.images.join())
      return `It names other images than the pipeline of ${proposal.service}`;
    const start = base === undefined ? undefined : await mergeBase(mirror, base, mergeRequest.sha);
    if (start === undefined) return 'It has no common history with main';
    const changed = (await mirror.changes(start, mergeRequest.sha, signal)).map(({ path }) => path);
    const other = changed.find((path) => path !== file);
    if (other !== undefined) return `It also changes ${other}: propose that by a merge request of its own`;
    const [before, after] = await Promise.all([
      mirror.file(start, file, signal),
      mirror.file(mergeRequest.sha, file, signal),
    ]);
    if (before === undefined || after === undefined) return `${file} is missing`;
    if (!sameDigests(imagesOf(after, names), proposal.images)) return 'Its images are not those of the release';
    return bumpImages(before, proposal.images) === after ? undefined : `It changes more than the images in ${file}`;
  }

  async #publish(
    { mergeRequest, environment }: Case,
    { verdicts, signal }: { readonly verdicts: readonly Verdict[]; readonly signal: AbortSignal },
  ): Promise<void> {
    const { forge, mirror } = this.#ports;
    const known = new Map((await forge.statuses(mergeRequest.sha, signal)).map((status) => [status.name, status]));
    for (const { name, state, reason } of verdicts) {
      const status = { name: `stoa-cd/${name}`, state: STATES[state], description: reason.slice(0, 250) };
      const same = known.get(status.name);
      if (same?.state !== status.state || same.description !== status.description)
        await forge.setStatus(mergeRequest.sha, status, signal);
    }
    const approved = (await mirror.resolve(refOf(environment), signal)) ?? '';
    const [before, after] = await Promise.all([
      renderAt(mirror, approved, { path: environment.path, signal }),
      renderAt(mirror, mergeRequest.sha, { path: environment.path, signal }),
    ]);
    await this.#note(mergeRequest.iid, `${NOTE_HEAD}\n\n${formatChanges(compareRenderings(before, after))}`, signal);
  }

  /** One note, kept up to date. */
  async #note(iid: number, body: string, signal: AbortSignal): Promise<void> {
    const { forge } = this.#ports;
    if (this.#said.get(iid) === body) return;
    const existing = (await forge.notes(iid, signal)).find((note) => note.body.startsWith(NOTE_HEAD));
    if (existing === undefined) await forge.addNote(iid, body, signal);
    else if (existing.body !== body) await forge.editNote(iid, { id: existing.id, body }, signal);
    this.#said.set(iid, body);
  }

  /** `undefined` when somebody moved the branch meanwhile: it is judged again. */
  async #merge({ mergeRequest }: Case, signal: AbortSignal): Promise<MergeRequest | undefined> {
    try {
      return await this.#ports.forge.merge(mergeRequest.iid, { sha: mergeRequest.sha }, signal);
    } catch (error) {
      if (error instanceof ForgeError && error.code === 'CONFLICT') return undefined;
      throw error;
    }
  }
}

const STATES = { passed: 'success', pending: 'pending', failed: 'failed' } as const;

function mergedPart({ mergeCommitSha, mergedAt, mergedBy }: MergeRequest): Partial<PromotionStatus> {
  return {
    ...(mergeCommitSha === undefined ? {} : { mergeCommit: mergeCommitSha }),
    ...(mergedAt === undefined ? {} : { mergedAt: formatTime(mergedAt) }),
    ...(mergedBy === undefined ? {} : { mergedBy }),
  };
}

/** Verdicts with the time since when they have been so. */
export function withTimes(
  verdicts: readonly Verdict[],
  before: readonly GateStatus[],
  now: string,
): readonly GateStatus[] {
  return verdicts.map((verdict) => {
    const same = before.find(
      (gate) => gate.name === verdict.name && gate.state === verdict.state && gate.reason === verdict.reason,
    );
    return same ?? { ...verdict, at: now };
  });
}

/** The newest commit of `main`'s first-parent line that the branch contains. */
async function mergeBase(mirror: PromotionPorts['mirror'], main: string, head: string): Promise<string | undefined> {
  let at: string | undefined = main;
  while (at !== undefined && !(await mirror.isAncestor(at, head))) at = (await mirror.commit(at)).parents[0];
  return at;
}
