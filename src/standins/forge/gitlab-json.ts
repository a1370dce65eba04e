import type { CommitInfo } from '../../git/index.ts';
import type { ApprovalRow, MergeRequestRow, NoteRow, ProjectRow, StatusRow } from './database.ts';

/** JSON as GitLab's REST v4 shapes it; only what a client of deliveries reads. */
export interface GitlabJson {
  readonly user: (name: string) => object;
  readonly project: (row: ProjectRow) => object;
  readonly mergeRequest: (project: ProjectRow, row: MergeRequestRow, mergeable: boolean) => object;
  readonly approvals: (row: MergeRequestRow, approvals: readonly ApprovalRow[]) => object;
  readonly note: (row: NoteRow) => object;
  readonly status: (row: StatusRow) => object;
  readonly commit: (commit: CommitInfo) => object;
}

const time = (ms: number): string => new Date(ms).toISOString();

export function gitlabJson(baseUrl: string): GitlabJson {
  const user = (name: string): object => ({
    id: idOf(name),
    username: name,
    name,
    state: 'active',
    web_url: `${baseUrl}/${name}`,
  });
  const webUrl = (project: ProjectRow, iid: number): string => `${baseUrl}/${project.path}/-/merge_requests/${iid}`;
  return {
    user,
    project: ({ id, path, createdAt }) => ({
      id,
      name: path.split('/').at(-1),
      path: path.split('/').at(-1),
      path_with_namespace: path,
      default_branch: 'main',
      visibility: 'public',
      http_url_to_repo: `${baseUrl}/${path}.git`,
      web_url: `${baseUrl}/${path}`,
      created_at: time(createdAt),
      merge_method: 'merge',
    }),
    mergeRequest: (project, row, mergeable) => ({
      id: row.id,
      iid: row.iid,
      project_id: project.id,
      title: row.title,
      description: row.description,
      state: row.state,
      source_branch: row.source,
      target_branch: row.target,
      source_project_id: project.id,
      target_project_id: project.id,
      author: user(row.author),
      labels: JSON.parse(row.labels) as string[],
      sha: row.sha,
      merge_commit_sha: row.mergeCommit,
      merged_by: row.mergedBy === null ? null : user(row.mergedBy),
      merge_user: row.mergedBy === null ? null : user(row.mergedBy),
      merged_at: row.mergedAt === null ? null : time(row.mergedAt),
      created_at: time(row.createdAt),
      updated_at: time(row.updatedAt),
      merge_status: mergeable ? 'can_be_merged' : 'cannot_be_merged',
      detailed_merge_status: detailedStatus(row, mergeable),
      has_conflicts: row.state === 'opened' && !mergeable,
      draft: false,
      web_url: webUrl(project, row.iid),
    }),
    approvals: (row, approvals) => ({
      id: row.id,
      iid: row.iid,
      state: row.state,
      approved: approvals.length > 0,
      approvals_required: 0,
      approvals_left: 0,
      approved_by: approvals.map(({ username, at }) => ({ user: user(username), approved_at: time(at) })),
    }),
    note: ({ id, body, author, createdAt, updatedAt }) => ({
      id,
      body,
      author: user(author),
      created_at: time(createdAt),
      updated_at: time(updatedAt),
      system: false,
    }),
    status: ({ id, sha, name, state, description, targetUrl, author, createdAt }) => ({
      id,
      sha,
      name,
      status: state,
      description,
      target_url: targetUrl,
      author: user(author),
      created_at: time(createdAt),
    }),
    commit: ({ sha, parents, author, committer, message }) => ({
      id: sha,
      short_id: sha.slice(0, 8),
      parent_ids: parents,
      title: message.split('\n')[0],
      message,
      author_name: author.name,
      author_email: author.email,
      authored_date: time(author.at),
      committer_name: committer.name,
      committer_email: committer.email,
      committed_date: time(committer.at),
      created_at: time(committer.at),
    }),
  };
}

function detailedStatus({ state }: MergeRequestRow, mergeable: boolean): string {
  if (state !== 'opened') return 'not_open';
  return mergeable ? 'mergeable' : 'conflict';
}

/** A number that stays the same for a name: the forge's people live elsewhere. */
export function idOf(name: string): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return hash;
}
