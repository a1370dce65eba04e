/**
 * Merge requests, approvals and statuses on GitLab and GitHub behind one port.
 * @module
 */
export { ForgeError } from './errors.ts';
export { githubForge } from './github.ts';
export { gitlabForge } from './gitlab.ts';
export { readMarker, writeMarker } from './marker.ts';
export type { ForgeErrorCode } from './errors.ts';
export type { GithubOptions } from './github-dialect.ts';
export type { GitlabOptions } from './gitlab.ts';
export type {
  Approval,
  CommitState,
  CommitStatus,
  Forge,
  Marker,
  MergeRequest,
  MergeRequestFilter,
  NewMergeRequest,
  Note,
} from './port.ts';
