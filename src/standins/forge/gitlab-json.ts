import type { CommitInfo } from '../../git/index.ts';
import type { FileDiff } from './diff.ts';
import { isDraft } from './merge-requests.ts';
import { BRANCH_RULES, ruleOf } from './protection.ts';
import type { BranchRule, Writer } from './protection.ts';
import type { ApprovalRow, MergeRequestRow, NoteRow, VersionRow } from './store/merge-request-store.ts';
import type { HookRow, PipelineRow, ProjectRow, StatusRow, UserRow } from './store/project-store.ts';

export interface GitlabJsonOptions {
  /** Of the forge. */
  readonly url: string;
  readonly userOf: (name: string) => UserRow;
}

const time = (ms: number): string => new Date(ms).toISOString();

/** JSON as GitLab's REST v4 shapes it; only what a client of deliveries reads. */
export class GitlabJson {
  readonly #url: string;
  readonly #userOf: (name: string) => UserRow;

  constructor({ url, userOf }: GitlabJsonOptions) {
    this.#url = url;
    this.#userOf = userOf;
  }

  user(name: string): object {
    const { id } = this.#userOf(name);
    return { id, username: name, name, state: 'active', avatar_url: null, web_url: `${this.#url}/${name}` };
  }

  project({ id, path, visibility, createdAt }: ProjectRow): object {
    const name = path.split('/').at(-1);
    return {
      id,
      name,
      path: name,
      path_with_namespace: path,
      name_with_namespace: path.replaceAll('/', ' / '),
      default_branch: 'main',
      visibility,
      http_url_to_repo: `${this.#url}/${path}.git`,
      web_url: `${this.#url}/${path}`,
      created_at: time(createdAt),
      merge_method: 'merge',
    };
  }

  /** As webhooks describe a project; other members than the REST routes answer. */
  hookProject({ id, path, visibility }: ProjectRow): object {
    const [namespace] = path.split('/');
    return {
      id,
      name: path.split('/').at(-1),
      namespace,
      path_with_namespace: path,
      default_branch: 'main',
      visibility_level: visibility === 'public' ? 20 : 0,
      web_url: `${this.#url}/${path}`,
      git_http_url: `${this.#url}/${path}.git`,
    };
  }

  mergeRequest(project: ProjectRow, row: MergeRequestRow, mergeable: boolean): object {
    const isConflict = row.state === 'opened' && !mergeable;
    const merger = row.mergedBy === null ? null : this.user(row.mergedBy);
    return {
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
      author: this.user(row.author),
      labels: JSON.parse(row.labels) as string[],
      sha: row.sha,
      merge_commit_sha: row.mergeCommit,
      squash_commit_sha: null,
      squash: false,
      merged_by: merger,
      merge_user: merger,
      merged_at: row.mergedAt === null ? null : time(row.mergedAt),
      created_at: time(row.createdAt),
      updated_at: time(row.updatedAt),
      merge_status: mergeable ? 'can_be_merged' : 'cannot_be_merged',
      detailed_merge_status: detailedStatus(row, mergeable),
      has_conflicts: isConflict,
      draft: isDraft(row),
      web_url: `${this.#url}/${project.path}/-/merge_requests/${row.iid}`,
      references: { short: `!${row.iid}`, full: `${project.path}!${row.iid}` },
    };
  }

  version({ id, sha, base, createdAt }: VersionRow, row: MergeRequestRow): object {
    const shas = { head_commit_sha: sha, base_commit_sha: base, start_commit_sha: base };
    return { id, ...shas, created_at: time(createdAt), merge_request_id: row.id, state: 'collected' };
  }

  approvals(row: MergeRequestRow, approvals: readonly ApprovalRow[]): object {
    return {
      id: row.id,
      iid: row.iid,
      project_id: row.project,
      title: row.title,
      state: row.state,
      created_at: time(row.createdAt),
      updated_at: time(row.updatedAt),
      approved: approvals.length > 0,
      approvals_required: 0,
      approvals_left: 0,
      approved_by: approvals.map(({ username, at }) => ({ user: this.user(username), approved_at: time(at) })),
    };
  }

  note({ id, body, author, createdAt, updatedAt }: NoteRow, row: MergeRequestRow): object {
    return {
      id,
      body,
      author: this.user(author),
      created_at: time(createdAt),
      updated_at: time(updatedAt),
      system: false,
      noteable_id: row.id,
      noteable_iid: row.iid,
      noteable_type: 'MergeRequest',
      resolvable: false,
    };
  }

  /** @param pipeline its id; `null` for a status that is older than pipelines are kept */
  status(row: StatusRow, pipeline: number | null): object {
    const { id, sha, name, state, description, targetUrl, author, createdAt } = row;
    return {
      id,
      sha,
      pipeline_id: pipeline,
      ref: null,
      name,
      status: state,
      description,
      target_url: targetUrl,
      author: this.user(author),
      created_at: time(createdAt),
    };
  }

  pipeline(
    project: ProjectRow,
    { id, sha, createdAt }: PipelineRow,
    { ref, statuses }: { readonly ref: string | null; readonly statuses: readonly StatusRow[] },
  ): object {
    return {
      id,
      iid: id,
      project_id: project.id,
      sha,
      ref,
      status: pipelineStatus(statuses.map(({ state }) => state)),
      source: 'external',
      created_at: time(createdAt),
      updated_at: time(Math.max(createdAt, ...statuses.map((status) => status.createdAt))),
      web_url: `${this.#url}/${project.path}/-/commit/${sha}`,
    };
  }

  commit({ sha, parents, author, committer, message }: CommitInfo): object {
    return {
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
    };
  }

  branch(project: ProjectRow, name: string, commit: CommitInfo): object {
    const rule = ruleOf(name);
    return {
      name,
      commit: this.commit(commit),
      merged: false,
      protected: rule !== undefined,
      developers_can_push: rule?.push !== 'maintainer',
      developers_can_merge: rule?.merge !== 'maintainer',
      default: name === 'main',
      web_url: `${this.#url}/${project.path}/-/tree/${name}`,
    };
  }

  protectedBranch(rule: BranchRule): object {
    const id = BRANCH_RULES.indexOf(rule) + 1;
    return {
      id,
      name: rule.name,
      push_access_levels: [accessLevel(id, rule.push)],
      merge_access_levels: [accessLevel(id, rule.merge)],
      unprotect_access_levels: [accessLevel(id, 'maintainer')],
      allow_force_push: false,
      code_owner_approval_required: false,
      inherited: false,
    };
  }

  diff({ oldPath, newPath, oldMode, newMode, diff }: FileDiff): object {
    return {
      old_path: oldPath,
      new_path: newPath,
      a_mode: oldMode,
      b_mode: newMode,
      new_file: oldMode === '0',
      deleted_file: newMode === '0',
      renamed_file: false,
      diff,
    };
  }

  hook({ id, url, pushEvents, mergeRequestsEvents }: HookRow, project: ProjectRow): object {
    const events = { push_events: pushEvents === 1, merge_requests_events: mergeRequestsEvents === 1 };
    return { id, url, project_id: project.id, ...events, enable_ssl_verification: true };
  }
}

function accessLevel(id: number, least: Writer): object {
  const isOpen = least === 'developer';
  const access_level_description = isOpen ? 'Developers + Maintainers' : 'Maintainers';
  return { id, access_level: isOpen ? 30 : 40, access_level_description, user_id: null, group_id: null };
}

/** The worst of what has ended, once all has. */
function pipelineStatus(states: readonly string[]): string {
  const has = (state: string): boolean => states.includes(state);
  const isBegun = has('running') || (has('pending') && states.some((state) => state !== 'pending'));
  if (isBegun) return 'running';
  return ['pending', 'failed', 'canceled'].find(has) ?? 'success';
}

function detailedStatus(row: MergeRequestRow, mergeable: boolean): string {
  if (row.state !== 'opened') return 'not_open';
  if (isDraft(row)) return 'draft_status';
  return mergeable ? 'mergeable' : 'conflict';
}
