import { z } from 'zod';
import { ForgeError } from './errors.ts';
import { approvalsOf } from './gitlab-approvals.ts';
import { GitlabHttp } from './gitlab-http.ts';
import type { GitlabOptions } from './gitlab-http.ts';
import type { CommitStatus, Forge, MergeRequest, Note } from './port.ts';
import { mergeRequestSchema, noteSchema, statusSchema } from './schema.ts';

const at = (iid: number, rest = ''): string => `/merge_requests/${iid}${rest}`;

/** One project of a GitLab, by REST v4. */
export function gitlabForge(options: GitlabOptions): Forge {
  const api = new GitlabHttp(options);
  return { ...mergeRequestsOf(api), ...discussionOf(api), ...statusesOf(api) };
}

type MergeRequestCalls = Pick<Forge, 'mergeRequests' | 'mergeRequest' | 'open' | 'edit' | 'close' | 'merge'>;

function mergeRequestsOf(api: GitlabHttp): MergeRequestCalls {
  const get = async (iid: number, signal?: AbortSignal): Promise<MergeRequest> =>
    toMergeRequest(await api.call({ path: at(iid), signal }, mergeRequestSchema));
  return {
    mergeRequest: get,
    async mergeRequests({ state = 'all', sourceBranch } = {}, signal) {
      const query = new URLSearchParams({
        state,
        ...(sourceBranch === undefined ? {} : { source_branch: sourceBranch }),
      });
      return (await api.all(`/merge_requests?${query.toString()}`, mergeRequestSchema, signal)).map(toMergeRequest);
    },
    async open(request, signal) {
      const body = {
        title: request.title,
        description: request.description,
        source_branch: request.sourceBranch,
        target_branch: request.targetBranch,
        labels: (request.labels ?? []).join(','),
      };
      const call = { method: 'POST', path: '/merge_requests', body, signal } as const;
      return toMergeRequest(await api.call(call, mergeRequestSchema));
    },
    async edit(iid, { labels, ...change }, signal) {
      const body = { ...change, ...(labels === undefined ? {} : { labels: labels.join(',') }) };
      return toMergeRequest(await api.call({ method: 'PUT', path: at(iid), body, signal }, mergeRequestSchema));
    },
    async close(iid, signal) {
      await api.call({ method: 'PUT', path: at(iid), body: { state_event: 'close' }, signal }, z.unknown());
    },
    async merge(iid, { sha, message }, signal) {
      const body = { sha, ...(message === undefined ? {} : { merge_commit_message: message }) };
      try {
        const call = { method: 'PUT', path: at(iid, '/merge'), body, signal } as const;
        return toMergeRequest(await api.call(call, mergeRequestSchema));
      } catch (error) {
        if (!(error instanceof ForgeError) || error.code !== 'CONFLICT') throw error;
        const now = await get(iid, signal);
        if (now.state === 'merged' && now.sha === sha) return now; // An earlier attempt whose answer was lost.
        throw error;
      }
    },
  };
}

type DiscussionCalls = Pick<Forge, 'approvals' | 'approve' | 'notes' | 'addNote' | 'editNote'>;

function discussionOf(api: GitlabHttp): DiscussionCalls {
  const approvals = (iid: number, signal?: AbortSignal): ReturnType<Forge['approvals']> =>
    approvalsOf(api, at(iid), signal);
  return {
    approvals,
    async approve(iid, sha, signal) {
      try {
        await api.call({ method: 'POST', path: at(iid, '/approve'), body: { sha }, signal }, z.unknown());
      } catch (error) {
        if (!(error instanceof ForgeError) || error.code !== 'UNAUTHORIZED') throw error;
        const username = await api.username(signal);
        const given = await approvals(iid, signal);
        // GitLab answers a second approval like one that is not allowed.
        if (!given.some((approval) => approval.username === username && approval.sha === sha)) throw error;
      }
    },
    async notes(iid, signal) {
      const notes = await api.all(at(iid, '/notes?sort=asc&order_by=created_at'), noteSchema, signal);
      return notes.filter(({ system }) => !system).map(toNote);
    },
    addNote: async (iid, body, signal) =>
      toNote(await api.call({ method: 'POST', path: at(iid, '/notes'), body: { body }, signal }, noteSchema)),
    async editNote(iid, { id, body }, signal) {
      await api.call({ method: 'PUT', path: at(iid, `/notes/${id}`), body: { body }, signal }, z.unknown());
    },
  };
}

type StatusCalls = Pick<Forge, 'setStatus' | 'statuses'>;

function statusesOf(api: GitlabHttp): StatusCalls {
  const statuses = async (sha: string, signal?: AbortSignal): Promise<readonly CommitStatus[]> =>
    (await api.all(`/repository/commits/${encodeURIComponent(sha)}/statuses`, statusSchema, signal)).map(toStatus);
  return {
    statuses,
    async setStatus(sha, { name, state, description, targetUrl }, signal) {
      const body = {
        state,
        name,
        ...(description === undefined ? {} : { description }),
        ...(targetUrl === undefined ? {} : { target_url: targetUrl }),
      };
      try {
        await api.call({ method: 'POST', path: `/statuses/${encodeURIComponent(sha)}`, body, signal }, z.unknown());
      } catch (error) {
        if (!(error instanceof ForgeError) || error.code !== 'INVALID') throw error;
        const now = await statuses(sha, signal);
        // GitLab refuses to set a waiting or running status to what it is already.
        if (!now.some((status) => status.name === name && status.state === state)) throw error;
      }
    },
  };
}

function toMergeRequest(raw: z.infer<typeof mergeRequestSchema>): MergeRequest {
  const merger = raw.merge_user ?? raw.merged_by;
  return {
    iid: raw.iid,
    title: raw.title,
    description: raw.description ?? '',
    state: raw.state === 'locked' ? 'opened' : raw.state,
    sourceBranch: raw.source_branch,
    targetBranch: raw.target_branch,
    sha: raw.sha ?? '',
    author: raw.author.username,
    labels: raw.labels,
    webUrl: raw.web_url,
    createdAt: raw.created_at,
    mergeable: !raw.has_conflicts,
    ...(raw.merge_commit_sha == null ? {} : { mergeCommitSha: raw.merge_commit_sha }),
    ...(raw.merged_at == null ? {} : { mergedAt: raw.merged_at }),
    ...(merger == null ? {} : { mergedBy: merger.username }),
  };
}

function toNote({ id, body, author, created_at: createdAt }: z.infer<typeof noteSchema>): Note {
  return { id, body, author: author.username, createdAt };
}

function toStatus({ name, status, description, target_url: targetUrl }: z.infer<typeof statusSchema>): CommitStatus {
  return {
    name,
    state: status,
    ...(description == null ? {} : { description }),
    ...(targetUrl == null ? {} : { targetUrl }),
  };
}
