import { z } from 'zod';
import { messageOf } from '../core/index.ts';
import type { Fetch } from '../core/index.ts';
import { ForgeError, codeOfStatus } from './errors.ts';
import type { Approval, CommitStatus, Forge, MergeRequest, Note } from './port.ts';
import { approvalsSchema, mergeRequestSchema, noteSchema, statusSchema } from './schema.ts';

export interface GitlabOptions {
  readonly baseUrl: string;
  /** `group/name`. */
  readonly project: string;
  readonly fetch: Fetch;
  /** A personal or project access token. */
  readonly token?: string;
  /** An OAuth access token of the acting person. */
  readonly bearer?: string;
}

const MAX_PAGES = 50;
const TRIES = 3;
const SAFE = new Set(['GET', 'PUT']);

/** One project of a GitLab, by REST v4. Reads and idempotent writes are tried again when the forge is unavailable. */
export function gitlabForge(options: GitlabOptions): Forge {
  const api = new GitlabHttp(options);
  const at = (iid: number, rest = ''): string => `/merge_requests/${iid}${rest}`;
  return {
    async mergeRequests({ state, sourceBranch } = {}, signal) {
      const query = new URLSearchParams({
        state: state ?? 'all',
        ...(sourceBranch === undefined ? {} : { source_branch: sourceBranch }),
      });
      return (await api.all(`/merge_requests?${query.toString()}`, mergeRequestSchema, signal)).map(toMergeRequest);
    },
    mergeRequest: async (iid, signal) => toMergeRequest(await api.call({ path: at(iid), signal }, mergeRequestSchema)),
    async open(request, signal) {
      const body = {
        title: request.title,
        description: request.description,
        source_branch: request.sourceBranch,
        target_branch: request.targetBranch,
        labels: (request.labels ?? []).join(','),
      };
      return toMergeRequest(
        await api.call({ method: 'POST', path: '/merge_requests', body, signal }, mergeRequestSchema),
      );
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
      return toMergeRequest(
        await api.call({ method: 'PUT', path: at(iid, '/merge'), body, signal }, mergeRequestSchema),
      );
    },
    approvals: async (iid, signal) => approvalsOf(api, at(iid), signal),
    async approve(iid, sha, signal) {
      await api.call({ method: 'POST', path: at(iid, '/approve'), body: { sha }, signal }, z.unknown());
    },
    async notes(iid, signal) {
      const notes = await api.all(at(iid, '/notes'), noteSchema, signal);
      return notes.filter(({ system }) => !system).map(toNote);
    },
    addNote: async (iid, body, signal) =>
      toNote(await api.call({ method: 'POST', path: at(iid, '/notes'), body: { body }, signal }, noteSchema)),
    async editNote(iid, { id, body }, signal) {
      await api.call({ method: 'PUT', path: at(iid, `/notes/${id}`), body: { body }, signal }, z.unknown());
    },
    async setStatus(sha, { name, state, description, targetUrl }, signal) {
      const body = {
        state,
        name,
        ...(description === undefined ? {} : { description }),
        ...(targetUrl === undefined ? {} : { target_url: targetUrl }),
      };
      await api.call({ method: 'POST', path: `/statuses/${sha}`, body, signal }, z.unknown());
    },
    async statuses(sha, signal) {
      return (await api.all(`/repository/commits/${sha}/statuses`, statusSchema, signal)).map(toStatus);
    },
  };
}

/**
 * Approvals of the present head. GitLab drops approvals when commits are added (the stand-in always does, a real project
 * must have that setting on), so those that are there are for the head that the same moment's merge request shows.
 */
async function approvalsOf(api: GitlabHttp, path: string, signal?: AbortSignal): Promise<readonly Approval[]> {
  const { approved_by: approved } = await api.call({ path: `${path}/approvals`, signal }, approvalsSchema);
  const { sha } = await api.call({ path, signal }, mergeRequestSchema);
  return approved.map(({ user, approved_at: at }) => ({ username: user.username, at: at ?? 0, sha: sha ?? '' }));
}

interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Below the project. */
  readonly path: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

class GitlabHttp {
  readonly #options: GitlabOptions;

  constructor(options: GitlabOptions) {
    this.#options = options;
  }

  async call<T>(call: Call, schema: z.ZodType<T>): Promise<T> {
    return read(await this.#request(call), schema);
  }

  /** Every page of a list. */
  async all<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<readonly T[]> {
    const items: T[] = [];
    let page: string | null = '1';
    for (let count = 0; page !== null && page !== '' && count < MAX_PAGES; count++) {
      const separator = path.includes('?') ? '&' : '?';
      const response: Response = await this.#request({ path: `${path}${separator}per_page=100&page=${page}`, signal });
      items.push(...(await read(response, z.array(schema))));
      page = response.headers.get('x-next-page');
    }
    return items;
  }

  async #request(call: Call): Promise<Response> {
    const { method = 'GET' } = call;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once(call);
      } catch (error) {
        const again = error instanceof ForgeError && error.retryable && SAFE.has(method) && tries < TRIES;
        if (!again) throw error;
      }
    }
  }

  async #once({ method = 'GET', path, body, signal }: Call): Promise<Response> {
    const { baseUrl, project, fetch, token, bearer } = this.#options;
    const url = `${baseUrl}/api/v4/projects/${encodeURIComponent(project)}${path}`;
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { 'private-token': token }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    };
    let response: Response;
    try {
      const init = {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      };
      response = await fetch(url, init);
    } catch (error) {
      signal?.throwIfAborted();
      throw new ForgeError('UNAVAILABLE', `Cannot reach the forge at ${baseUrl}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (response.ok) return response;
    throw await failure(response, `${method} ${path.split('?')[0] ?? path}`);
  }
}

async function failure(response: Response, what: string): Promise<ForgeError> {
  const body: unknown = await response.json().catch(() => undefined);
  const { message, error } = z.object({ message: z.unknown(), error: z.unknown() }).partial().catch({}).parse(body);
  const reason = message ?? error ?? response.status;
  const text = typeof reason === 'string' ? reason : JSON.stringify(reason);
  return new ForgeError(codeOfStatus(response.status), `The forge refused ${what}: ${text}`, {
    details: { status: response.status },
  });
}

async function read<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const value: unknown = await response.json().catch((cause: unknown) => {
    throw new ForgeError('UNAVAILABLE', 'Cannot read the answer of the forge: it is not JSON', { cause });
  });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ForgeError(
    'INVALID',
    `Cannot read the answer of the forge: ${parsed.error.issues[0]?.path.join('.') ?? ''} is not as expected`,
    { cause: parsed.error },
  );
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
