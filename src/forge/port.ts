import type { JsonValue } from '../core/index.ts';

/** A merge request (GitLab) or pull request (GitHub), as the promotion engine sees it. */
export interface MergeRequest {
  readonly iid: number;
  readonly title: string;
  readonly description: string;
  readonly state: 'opened' | 'merged' | 'closed';
  readonly sourceBranch: string;
  readonly targetBranch: string;
  /** Head of the source branch. */
  readonly sha: string;
  readonly mergeCommitSha?: string;
  /** Username. */
  readonly author: string;
  readonly labels: readonly string[];
  readonly webUrl: string;
  readonly createdAt: number;
  /** Of the last push, edit, note, approval or change of state. */
  readonly updatedAt: number;
  readonly mergedAt?: number;
  readonly mergedBy?: string;
  /** False while the forge says that the branches conflict; true while it does not know. */
  readonly mergeable: boolean;
}

export interface Approval {
  readonly username: string;
  readonly at: number;
  /** The head that was approved. An approval of another head does not count. */
  readonly sha: string;
}

export type CommitState = 'pending' | 'running' | 'success' | 'failed' | 'canceled';

export interface CommitStatus {
  /** The check's name, for instance `stoa-cd/smoke/staging`. */
  readonly name: string;
  readonly state: CommitState;
  readonly description?: string;
  readonly targetUrl?: string;
}

export interface Note {
  readonly id: number;
  readonly body: string;
  readonly author: string;
  readonly createdAt: number;
}

export interface NewMergeRequest {
  readonly title: string;
  readonly description: string;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly labels?: readonly string[];
}

export interface MergeRequestFilter {
  readonly state?: MergeRequest['state'];
  readonly sourceBranch?: string;
  readonly targetBranch?: string;
  /** Milliseconds since the epoch: those that were updated then or later. */
  readonly updatedAfter?: number;
}

/**
 * One project of a forge, acting as one user. All methods throw `ForgeError`
 * (`NOT_FOUND`, `FORBIDDEN`, `UNAUTHORIZED`, `CONFLICT`, `UNAVAILABLE` (retryable), `INVALID`).
 */
export interface Forge {
  /** Those between branches of the project itself: what comes from a fork is left out. */
  mergeRequests(filter?: MergeRequestFilter, signal?: AbortSignal): Promise<readonly MergeRequest[]>;
  mergeRequest(iid: number, signal?: AbortSignal): Promise<MergeRequest>;
  /** `CONFLICT` when one is open already for the branches, `INVALID` when a branch is missing. */
  open(request: NewMergeRequest, signal?: AbortSignal): Promise<MergeRequest>;
  edit(
    iid: number,
    change: { readonly title?: string; readonly description?: string; readonly labels?: readonly string[] },
    signal?: AbortSignal,
  ): Promise<MergeRequest>;
  close(iid: number, signal?: AbortSignal): Promise<void>;
  /** Merges with a merge commit. @param sha the head that was judged; `CONFLICT` when the branch has moved since */
  merge(
    iid: number,
    options: { readonly sha: string; readonly message?: string },
    signal?: AbortSignal,
  ): Promise<MergeRequest>;
  /** Those that stand: at most one a user. */
  approvals(iid: number, signal?: AbortSignal): Promise<readonly Approval[]>;
  /**
   * Approves as the acting user; a second time is taken for the first. `CONFLICT` when `sha` is not the head;
   * `UNAUTHORIZED` (GitLab) or `FORBIDDEN` (GitHub) to the author.
   */
  approve(iid: number, sha: string, signal?: AbortSignal): Promise<void>;
  notes(iid: number, signal?: AbortSignal): Promise<readonly Note[]>;
  addNote(iid: number, body: string, signal?: AbortSignal): Promise<Note>;
  editNote(iid: number, note: { readonly id: number; readonly body: string }, signal?: AbortSignal): Promise<void>;
  /** Descriptions are cut to what the forge keeps. GitHub knows `running` as `pending`. */
  setStatus(sha: string, status: CommitStatus, signal?: AbortSignal): Promise<void>;
  statuses(sha: string, signal?: AbortSignal): Promise<readonly CommitStatus[]>;
}

/** A structured remark hidden in a description, so that the forge alone can rebuild the promotion's state. */
export type Marker = Readonly<Record<string, JsonValue>>;
