import { z } from 'zod';
import { orMade, settled } from './attempts.ts';
import { ForgeError } from './errors.ts';
import { mergedSchema, pullSchema } from './github-schema.ts';
import type { Pull } from './github-schema.ts';
import type { Forge, MergeRequest, MergeRequestFilter, NewMergeRequest } from './port.ts';
import type { RestClient } from './rest-client.ts';
import { sameRequest } from './text.ts';

const STATES = { opened: 'open', merged: 'closed', closed: 'closed' } as const;
const MAX_KNOWN = 1000;

/** The pull requests of one repository. */
export class GithubPulls implements Pick<
  Forge,
  'mergeRequests' | 'mergeRequest' | 'open' | 'edit' | 'close' | 'merge'
> {
  readonly #api: RestClient;
  readonly #owner: string;
  /** Merged ones by number: lists leave out who merged, and that does not change any more. */
  readonly #merged = new Map<number, Pull>();

  constructor(api: RestClient, owner: string) {
    this.#api = api;
    this.#owner = owner;
  }

  async mergeRequests(filter: MergeRequestFilter = {}, signal?: AbortSignal): Promise<readonly MergeRequest[]> {
    const { updatedAfter = 0, state } = filter;
    const path = `/pulls?${this.#queryOf(filter).toString()}`;
    const isPast = (pull: Pull): boolean => pull.updated_at < updatedAfter;
    const listed = await this.#api.all({ path, schema: z.array(pullSchema), isPast, signal });
    // One that is updated meanwhile moves to the front and pushes another onto the next page, too.
    const pulls = new Map(listed.map((pull) => [pull.number, pull]));
    const found: MergeRequest[] = [];
    for (const pull of pulls.values()) {
      if (pull.head.repo?.id !== pull.base.repo?.id) continue;
      if (state === undefined || stateOf(pull) === state) found.push(toMergeRequest(await this.#whole(pull, signal)));
    }
    return found;
  }

  async mergeRequest(iid: number, signal?: AbortSignal): Promise<MergeRequest> {
    const isSettled = (pull: Pull): boolean => pull.state !== 'open' || typeof pull.mergeable === 'boolean';
    const read = (): Promise<Pull> => this.#get(iid, signal);
    return toMergeRequest(await settled(read, isSettled, { clock: this.#api.clock, signal }));
  }

  async open(request: NewMergeRequest, signal?: AbortSignal): Promise<MergeRequest> {
    const { title, description, sourceBranch, targetBranch, labels = [] } = request;
    const body = { title, body: description, head: sourceBranch, base: targetBranch };
    const opened = await orMade(
      async () => toMergeRequest(await this.#api.call({ method: 'POST', path: '/pulls', body, signal }, pullSchema)),
      async () => {
        const found = await this.mergeRequests({ state: 'opened', sourceBranch, targetBranch }, signal);
        return found.find((one) => sameRequest(one, request));
      },
    );
    return labels.length === 0 ? opened : { ...opened, labels: await this.#label(opened.iid, labels, signal) };
  }

  async edit(
    iid: number,
    { labels, title, description }: Parameters<Forge['edit']>[1],
    signal?: AbortSignal,
  ): Promise<MergeRequest> {
    if (labels !== undefined) await this.#label(iid, labels, signal);
    const body = {
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { body: description }),
    };
    const isText = Object.keys(body).length > 0;
    const call = isText ? ({ method: 'PATCH', path: at(iid), body, signal } as const) : { path: at(iid), signal };
    return toMergeRequest(await this.#api.call(call, pullSchema));
  }

  async close(iid: number, signal?: AbortSignal): Promise<void> {
    await this.#api.call({ method: 'PATCH', path: at(iid), body: { state: 'closed' }, signal }, z.unknown());
  }

  async merge(
    iid: number,
    { sha, message }: Parameters<Forge['merge']>[1],
    signal?: AbortSignal,
  ): Promise<MergeRequest> {
    const body = { sha, merge_method: 'merge', ...(message === undefined ? {} : commitText(message)) };
    const call = { method: 'PUT', path: `${at(iid)}/merge`, body, signal } as const;
    try {
      const { sha: mergeCommitSha } = await this.#api.call(call, mergedSchema);
      return { ...(await this.#merging(iid, signal)), mergeCommitSha };
    } catch (error) {
      if (!(error instanceof ForgeError) || error.code !== 'CONFLICT') throw error;
      const now = toMergeRequest(await this.#get(iid, signal));
      if (now.state === 'merged' && now.sha === sha) return now; // An earlier attempt whose answer was lost.
      throw error;
    }
  }

  /** GitHub says that it has merged before everything of it shows. */
  async #merging(iid: number, signal?: AbortSignal): Promise<MergeRequest> {
    const isMerged = (pull: Pull): boolean => stateOf(pull) === 'merged';
    const read = (): Promise<Pull> => this.#get(iid, signal);
    const pull = await settled(read, isMerged, { clock: this.#api.clock, signal });
    return { ...toMergeRequest(pull), state: 'merged' };
  }

  #get(iid: number, signal?: AbortSignal): Promise<Pull> {
    return this.#api.call({ path: at(iid), signal }, pullSchema);
  }

  /** With what lists leave out. */
  async #whole(pull: Pull, signal?: AbortSignal): Promise<Pull> {
    const state = stateOf(pull);
    if (state === 'closed') return pull;
    if (state === 'opened') return this.#get(pull.number, signal);
    const known = this.#merged.get(pull.number);
    if (known !== undefined) return { ...pull, merged_by: known.merged_by };
    const whole = await this.#get(pull.number, signal);
    if (this.#merged.size >= MAX_KNOWN) this.#merged.clear();
    this.#merged.set(pull.number, whole);
    return whole;
  }

  #queryOf({ state, sourceBranch, targetBranch }: MergeRequestFilter): URLSearchParams {
    return new URLSearchParams({
      state: state === undefined ? 'all' : STATES[state],
      sort: 'updated',
      direction: 'desc',
      ...(sourceBranch === undefined ? {} : { head: `${this.#owner}:${sourceBranch}` }),
      ...(targetBranch === undefined ? {} : { base: targetBranch }),
    });
  }

  /** These and no others. */
  async #label(iid: number, labels: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    const schema = z.array(z.object({ name: z.string() }));
    const call = { method: 'PUT', path: `/issues/${iid}/labels`, body: { labels }, signal } as const;
    return (await this.#api.call(call, schema)).map(({ name }) => name);
  }
}

function at(iid: number): string {
  return `/pulls/${iid}`;
}

function stateOf({ state, merged_at: mergedAt }: Pull): MergeRequest['state'] {
  if (state === 'open') return 'opened';
  return mergedAt == null ? 'closed' : 'merged';
}

/** GitHub takes the first line of a commit's message apart from the rest. */
function commitText(message: string): { readonly commit_title: string; readonly commit_message: string } {
  const [title = '', ...rest] = message.split('\n');
  return { commit_title: title, commit_message: rest.join('\n').trim() };
}

function toMergeRequest(pull: Pull): MergeRequest {
  const state = stateOf(pull);
  return {
    iid: pull.number,
    title: pull.title,
    description: pull.body ?? '',
    state,
    sourceBranch: pull.head.ref,
    targetBranch: pull.base.ref,
    sha: pull.head.sha,
    author: pull.user?.login ?? '',
    labels: pull.labels.map(({ name }) => name),
    webUrl: pull.html_url,
    createdAt: pull.created_at,
    updatedAt: pull.updated_at,
    mergeable: pull.mergeable ?? true,
    ...(state !== 'merged' || pull.merge_commit_sha == null ? {} : { mergeCommitSha: pull.merge_commit_sha }),
    ...(pull.merged_at == null ? {} : { mergedAt: pull.merged_at }),
    ...(pull.merged_by == null ? {} : { mergedBy: pull.merged_by.login }),
  };
}
