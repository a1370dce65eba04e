/**
 * Git repositories without a work tree: mirror, read, commit, push by compare-and-swap.
 * @module
 */
export { GitError } from './errors.ts';
export { tidyRepository } from './upkeep.ts';
export { commitTree, mergeTree } from './merge.ts';
export { openMirror } from './mirror.ts';
export { openRepository } from './repository.ts';
export { gitEnvironment, runGit } from './run-git.ts';
export type { GitErrorCode } from './errors.ts';
export type { TreeCommit } from './merge.ts';
export type { LocalRepository } from './repository.ts';
export type { GitRun } from './run-git.ts';
export type {
  CommitInfo,
  CommitRequest,
  FileChange,
  Identity,
  Mirror,
  MirrorOptions,
  Remote,
  RemoteCredentials,
  Repository,
  TreeEntry,
} from './port.ts';
