/**
 * Merge requests, approvals and statuses on GitLab (and later GitHub) behind one port.
 * @module
 */
export type {
  Approval,
  CommitState,
  CommitStatus,
  Forge,
  Marker,
  MergeRequest,
  NewMergeRequest,
  Note,
} from './port.ts';
