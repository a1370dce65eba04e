import { formatTime } from '../core/index.ts';
import { GitError } from '../git/index.ts';
import { KustomizeError } from '../kustomize/index.ts';
import { verifyImages } from './artefacts.ts';
import { approvalsUpTo } from './approvals-up-to.ts';
import { diffFault } from './approved-diff.ts';
import { mustPress, takesPlaceOf, withGate } from './candidate.ts';
import type { Candidate } from './candidate.ts';
import { refOf } from './environment-ref.ts';
import type { GatherPorts } from './gather-evidence.ts';
import { artefactGates } from './gates/artefact.ts';
import { previousEnvironment } from './gates/previous.ts';
import { quarantineGate, standingGates } from './gates/standing.ts';
import { failed, passed } from './gates/verdict.ts';
import type { Verdict } from './gates/verdict.ts';
import type { PromotionStatus } from './kinds.ts';

/** Moves what an environment follows, once everything that it would bring is approved and nothing stands in the way. */
export class ApproveStep {
  readonly #ports: GatherPorts;

  constructor(ports: GatherPorts) {
    this.#ports = ports;
  }

  async run(candidate: Candidate, signal: AbortSignal): Promise<PromotionStatus> {
    const { mirror, clock } = this.#ports;
    const { environment, status, commit, pipeline } = candidate;
    const now = formatTime(clock.now());
    const deploying = { ...status, phase: 'Deploying', message: '', approvedCommit: commit, deployedAt: now } as const;
    if (previousEnvironment(pipeline, environment.name) === undefined) return deploying;
    const approved = await mirror.resolve(refOf(environment), signal);
    if (approved === undefined)
      return { ...status, phase: 'Waiting', message: `Not deployed: ${environment.ref} does not exist` };
    if (await mirror.isAncestor(commit, approved, signal)) return deploying;
    const closed = await this.#whatIsClosed({ ...candidate, status }, { approved, now }, signal);
    if (closed.phase !== 'Deploying') return closed;
    const moved = await this.#move(candidate, approved, signal);
    return moved
      ? { ...deploying, gates: closed.gates, previousCommit: approved }
      : { ...closed, phase: 'Waiting', message: `${environment.ref} moved meanwhile` };
  }

  /** Where it waits and why; `Deploying` where nothing is in the way. */
  async #whatIsClosed(
    candidate: Candidate,
    { approved, now }: { readonly approved: string; readonly now: string },
    signal: AbortSignal,
  ): Promise<PromotionStatus> {
    const { status, environment, promotion } = candidate;
    const diff = await this.#diff(candidate, approved, signal);
    const gates = withGate(status.gates, { ...diff, at: now });
    const newer = candidate.promotions.find(({ status: theirs, ...other }) => {
      const merged = theirs?.mergeCommit !== undefined && theirs.phase !== 'Refused';
      return merged && takesPlaceOf(other, promotion);
    });
    if (newer !== undefined && (diff.state === 'failed' || mustPress(candidate))) {
      const message = `${newer.metadata.name ?? ''} was merged after it`;
      return { ...status, phase: 'Superseded', gates, message, finishedAt: now };
    }
    if (diff.state === 'failed') return { ...status, phase: 'Waiting', gates, message: `Not deployed: ${diff.reason}` };
    if (mustPress(candidate))
      return { ...status, phase: 'AwaitingDeploy', gates, message: 'Somebody must press Deploy' };
    const standing = await this.#standing(candidate, signal);
    const all = standing.reduce((before, verdict) => withGate(before, { ...verdict, at: now }), gates);
    const closed = standing.find(({ state }) => state !== 'passed');
    if (closed === undefined) return { ...status, phase: 'Deploying', gates: all };
    const phase = environment.sync === 'manual' ? 'AwaitingDeploy' : 'Waiting';
    return { ...status, phase, gates: all, message: `Not deployed: ${closed.reason}` };
  }

  /** Freezes, windows and quarantines may have come after the merge. What goes back or is done in need passes them. */
  async #standing(candidate: Candidate, signal: AbortSignal): Promise<readonly Verdict[]> {
    const { proposal, environment } = candidate;
    const { objects, clock } = this.#ports;
    const quarantines = await objects.quarantines();
    if (proposal.rollbackOf !== undefined) return [quarantineGate({ quarantines }, proposal)];
    const artefact = artefactGates(await verifyImages(this.#ports, candidate, signal));
    if (proposal.breakGlass !== undefined) return [...artefact, quarantineGate({ quarantines }, proposal)];
    const freezes = await objects.freezes();
    const standing = standingGates({ environment, quarantines, freezes, now: clock.now() }, proposal);
    return [...artefact, ...standing];
  }

  async #diff(candidate: Candidate, approved: string, signal: AbortSignal): Promise<Verdict> {
    const { mirror, objects } = this.#ports;
    const { environment, commit, pipeline, managed } = candidate;
    const previous = previousEnvironment(pipeline, environment.name);
    const previousRuns = previous === undefined ? undefined : await mirror.resolve(refOf(previous), signal);
    const { approvals, waiting } = await approvalsUpTo({ mirror, objects }, { candidate, approved }, signal);
    const question = { approved, candidate: commit, path: environment.path, approvals, managed, previousRuns, signal };
    const fault = waiting ?? (await diffFault(mirror, question).catch(cannotRender));
    return fault === undefined
      ? passed('approved-diff', 'Everything that changes was approved')
      : failed('approved-diff', fault);
  }

  /** False when somebody else moved it at the same time. */
  async #move({ environment, commit }: Candidate, approved: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#ports.mirror.moveRef(refOf(environment), { before: approved, after: commit }, signal);
      return true;
    } catch (error) {
      if (error instanceof GitError && error.code === 'REJECTED') return false;
      throw error;
    }
  }
}

function cannotRender(error: unknown): string {
  if (error instanceof KustomizeError) return `it cannot be rendered: ${error.message}`;
  throw error;
}
