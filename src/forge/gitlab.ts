import { z } from 'zod';
import type { Clock, Fetch } from '../core/index.ts';
import { orMade, settled } from './attempts.ts';
import { ForgeError } from './errors.ts';
import { approvalsOf } from './gitlab-approvals.ts';
import { mergeRequestSchema, noteSchema, statusSchema, userSchema } from './gitlab-schema.ts';
import type { Approval, CommitStatus, Forge, MergeRequest, MergeRequestFilter, NewMergeRequest, Note } from './port.ts';
import { RestClient } from './rest-client.ts';
import { sameRequest, shorten } from './text.ts';

export interface GitlabOptions {
  readonly baseUrl: string;
  /** `group/name`. */
  readonly project: string;
  readonly fetch: Fetch;
  /** A personal or project access token. */
  readonly token?: string;
  /** An OAuth access token of the acting person. */
  readonly bearer?: string;
  /** Waits between attempts. @default the machine's clock */
  readonly clock?: Clock;
}

const at = (iid: number, rest = ''): string => `/merge_requests/${iid}${rest}`;
/** What it is while GitLab still works out whether the branches merge. */
const UNSETTLED = new Set(['unchecked', 'checking', 'preparing']);
/** Why it cannot be merged, where nobody can help that but by another commit. */
const CONFLICTING = new Set(['conflict', 'broken_status', 'need_rebase', 'commits_status']);
const MAX_DESCRIPTION = 255;

/** One project of a GitLab, by REST v4. @throws ForgeError `INVALID` for an address that holds credentials */
export function gitlabForge(options: GitlabOptions): Forge {
  const { baseUrl, project, token, bearer } = options;
  const dialect = {
    apiUrl: `${baseUrl.replace(/\/$/, '')}/api/v4`,
    scope: `/projects/${encodeURIComponent(project)}`,
    headers: {
      accept: 'application/json',
      ...(token === undefined ? {} : { 'private-token': token }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    secrets: [token, bearer],
  };
  const api = new RestClient(dialect, options);
  return { ...mergeRequestsOf(api), ...discussionOf(api), ...statusesOf(api) };
}

type MergeRequestCalls = Pick<Forge, 'mergeRequests' | 'mergeRequest' | 'open' | 'edit' | 'close' | 'merge'>;

function mergeRequestsOf(api: RestClient): MergeRequestCalls {
  const get = async (iid: number, signal?: AbortSignal): Promise<MergeRequest> => {
    const read = (): Promise<GitlabMergeRequest> => api.call({ path: at(iid), signal }, mergeRequestSchema);
    const isSettled = ({ state, detailed_merge_status: status }: GitlabMergeRequest): boolean =>
      state !== 'opened' || !UNSETTLED.has(status ?? '');
    return toMergeRequest(await settled(read, isSettled, { clock: api.clock, signal }));
  };
  const list: Forge['mergeRequests'] = async (filter = {}, signal) => {
    const path = `/merge_requests?${queryOf(filter).toString()}`;
    const found = await api.all({ path, schema: z.array(mergeRequestSchema), signal });
    return found.filter(isOfProject).map(toMergeRequest);
  };
  return {
    mergeRequest: get,
    mergeRequests: list,
    open: (request, signal) =>
      orMade(
        () => open(api, request, signal),
        async () => {
          const { sourceBranch, targetBranch } = request;
          const found = await list({ state: 'opened', sourceBranch, targetBranch }, signal);
          return found.find((one) => sameRequest(one, request));
        },
      ),
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

async function open(api: RestClient, request: NewMergeRequest, signal?: AbortSignal): Promise<MergeRequest> {
  const body = {
    title: request.title,
    description: request.description,
    source_branch: request.sourceBranch,
    target_branch: request.targetBranch,
    labels: (request.labels ?? []).join(','),
  };
  return toMergeRequest(await api.call({ method: 'POST', path: '/merge_requests', body, signal }, mergeRequestSchema));
}

function queryOf({ state, sourceBranch, targetBranch, updatedAfter }: MergeRequestFilter): URLSearchParams {
  return new URLSearchParams({
    state: state ?? 'all',
    ...(state === 'opened' ? { with_merge_status_recheck: 'true' } : {}),
    ...(sourceBranch === undefined ? {} : { source_branch: sourceBranch }),
    ...(targetBranch === undefined ? {} : { target_branch: targetBranch }),
    ...(updatedAfter === undefined ? {} : { updated_after: new Date(updatedAfter).toISOString() }),
  });
}

function isOfProject({ source_project_id: source, target_project_id: target }: GitlabMergeRequest): boolean {
  return source == null || source === target;
}

type DiscussionCalls = Pick<Forge, 'approvals' | 'approve' | 'notes' | 'addNote' | 'editNote'>;

function discussionOf(api: RestClient): DiscussionCalls {
  const approvals = (iid: number, signal?: AbortSignal): ReturnType<Forge['approvals']> =>
    approvalsOf(api, at(iid), signal);
  return {
    approvals,
    async approve(iid, sha, signal) {
      const own = async (): Promise<Approval | undefined> => {
        const { username } = await api.call({ path: '/user', below: 'root', signal }, userSchema);
        return (await approvals(iid, signal)).find((one) => one.username === username);
      };
      const approve = (): Promise<unknown> => {
        const call = { method: 'POST', path: at(iid, '/approve'), body: { sha }, signal } as const;
        const find = async (): Promise<true | undefined> => ((await own())?.sha === sha ? true : undefined);
        return orMade(() => api.call(call, z.unknown()), find);
      };
      try {
        await approve();
      } catch (error) {
        // GitLab answers a second approval like one that is not allowed, also where the first is of an earlier head.
        const given = error instanceof ForgeError && error.code === 'UNAUTHORIZED' ? await own() : undefined;
        if (given === undefined) throw error;
        if (given.sha === sha) return;
        await api.call({ method: 'POST', path: at(iid, '/unapprove'), signal }, z.unknown());
        await approve();
      }
    },
    async notes(iid, signal) {
      const path = at(iid, '/notes?sort=asc&order_by=created_at');
      const notes = await api.all({ path, schema: z.array(noteSchema), signal });
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

function statusesOf(api: RestClient): StatusCalls {
  const statuses = async (sha: string, signal?: AbortSignal): Promise<readonly CommitStatus[]> => {
    const path = `/repository/commits/${encodeURIComponent(sha)}/statuses`;
    return (await api.all({ path, schema: z.array(statusSchema), signal })).map(toStatus);
  };
  return {
    statuses,
    async setStatus(sha, { name, state, description, targetUrl }, signal) {
      const body = {
        state,
        name,
        ...(description === undefined ? {} : { description: shorten(description, MAX_DESCRIPTION) }),
        ...(targetUrl === undefined ? {} : { target_url: targetUrl }),
      };
      try {
        const path = `/statuses/${encodeURIComponent(sha)}`;
        await api.call({ method: 'POST', path, body, repeatable: true, signal }, z.unknown());
      } catch (error) {
        if (!(error instanceof ForgeError) || error.code !== 'INVALID') throw error;
        const now = await statuses(sha, signal);
        // GitLab refuses to set a waiting or running status to what it is already.
        if (!now.some((status) => status.name === name && status.state === state)) throw error;
      }
    },
  };
}

type GitlabMergeRequest = z.infer<typeof mergeRequestSchema>;

function toMergeRequest(raw: GitlabMergeRequest): MergeRequest {
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
    updatedAt: raw.updated_at,
    mergeable: !raw.has_conflicts && !CONFLICTING.has(raw.detailed_merge_status ?? ''),
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
