/**
 * Merge requests, approvals and statuses on GitLab (and later GitHub) behind one port.
 * @module
 */
export { ForgeError } from './errors.ts';
export { gitlabForge } from './gitlab.ts';
export { readMarker, writeMarker } from './marker.ts';
export type { ForgeErrorCode } from './errors.ts';
export type { GitlabOptions } from './gitlab-http.ts';
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
