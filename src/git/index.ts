/**
 * Git repositories without a work tree: mirror, read, commit, push by compare-and-swap.
 * @module
 */
export type {
  CommitInfo,
  CommitRequest,
  FileChange,
  Identity,
  Mirror,
  MirrorOptions,
  RemoteCredentials,
  Repository,
  TreeEntry,
} from './port.ts';
