import type { Approval, CommitStatus, MergeRequest } from '../../forge/index.ts';
import type { ArtefactFindings } from '../artefacts.ts';
import type { Freeze, Gate, PipelineEnvironment, PipelineSpec, Promotion, Quarantine } from '../kinds.ts';
import type { Proposal } from '../proposal.ts';

export interface Verdict {
  readonly name: string;
  readonly state: 'passed' | 'pending' | 'failed';
  /** What is missing or why it failed, for people. */
  readonly reason: string;
}

/** What stands in the way of an environment whatever is proposed. */
export interface Standing {
  readonly environment: PipelineEnvironment;
  readonly quarantines: readonly Quarantine[];
  readonly freezes: readonly Freeze[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the gates of one merge request are judged from; gathered beforehand, so that judging is pure. */
export interface Evidence extends Standing {
  readonly proposal: Proposal;
  readonly pipeline: PipelineSpec;
  readonly mergeRequest: MergeRequest;
  /** Name of the delivery's own account. */
  readonly bot: string;
  readonly approvals: readonly Approval[];
  /** Groups of everybody who approved. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Names that the commits of the branch give as author or committer, and those of the configuration it brings. */
  readonly committers: readonly string[];
  /** Why the content of the merge request is not what it says; `undefined` when it is. */
  readonly contentFault: string | undefined;
  /** Files of the configuration to approve that the environment before does not run as they are. */
  readonly unproven: readonly string[];
  /** Promotions of the same service. */
  readonly promotions: readonly Promotion[];
  /** Absent where the environment has no policy for images. */
  readonly artefacts: ArtefactFindings | undefined;
  /** What others say about the head of the merge request. */
  readonly statuses: readonly CommitStatus[];
  /** Gates that others keep as objects. */
  readonly gates: readonly Gate[];
}

export function passed(name: string, reason: string): Verdict {
  return { name, state: 'passed', reason };
}

export function pending(name: string, reason: string): Verdict {
  return { name, state: 'pending', reason };
}

export function failed(name: string, reason: string): Verdict {
  return { name, state: 'failed', reason };
}
