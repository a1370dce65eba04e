import { z } from 'zod';
import { orMade } from './attempts.ts';
import { ForgeError } from './errors.ts';
import { githubDialect } from './github-dialect.ts';
import type { GithubOptions } from './github-dialect.ts';
import { GithubPulls } from './github-pulls.ts';
import { combinedStatusSchema, commentSchema, pullSchema, reviewSchema, userSchema } from './github-schema.ts';
import type { GithubStatus } from './github-schema.ts';
import type { Approval, CommitState, CommitStatus, Forge, Note } from './port.ts';
import { RestClient } from './rest-client.ts';
import { shorten } from './text.ts';

const MAX_DESCRIPTION = 140;

/**
 * One repository of GitHub, by its REST API of 2022-11-28: pull requests, reviews as approvals, issue comments as notes.
 * @throws ForgeError `INVALID` for a project that is no `owner/name`, or an address that holds credentials
 */
export function githubForge(options: GithubOptions): Forge {
  const api = new RestClient(githubDialect(options), options);
  const pulls = new GithubPulls(api, options.project.split('/')[0] ?? '');
  return {
    mergeRequests: (filter, signal) => pulls.mergeRequests(filter, signal),
    mergeRequest: (iid, signal) => pulls.mergeRequest(iid, signal),
    open: (request, signal) => pulls.open(request, signal),
    edit: (iid, change, signal) => pulls.edit(iid, change, signal),
    close: (iid, signal) => pulls.close(iid, signal),
    merge: (iid, merge, signal) => pulls.merge(iid, merge, signal),
    ...reviewsOf(api),
    ...notesOf(api),
    ...statusesOf(api),
  };
}

type Review = z.infer<typeof reviewSchema>;

/** What a later one of the same person takes the place of. A remark changes nothing. */
const VERDICTS = new Set(['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED']);

function reviewsOf(api: RestClient): Pick<Forge, 'approvals' | 'approve'> {
  const approvals: Forge['approvals'] = async (iid, signal) =>
    standing(await api.all({ path: `/pulls/${iid}/reviews`, schema: z.array(reviewSchema), signal }));
  return {
    approvals,
    async approve(iid, sha, signal) {
      const { head } = await api.call({ path: `/pulls/${iid}`, signal }, pullSchema);
      // GitHub would take a review of an earlier commit.
      if (head.sha !== sha) throw new ForgeError('CONFLICT', `Cannot approve !${iid}: ${sha} is not its head any more`);
      const { login } = await api.call({ path: '/user', below: 'root', signal }, userSchema);
      const isGiven = async (): Promise<true | undefined> => {
        const given = await approvals(iid, signal);
        return given.some((one) => one.username === login && one.sha === sha) ? true : undefined;
      };
      if ((await isGiven()) === true) return;
      const body = { commit_id: sha, event: 'APPROVE' };
      const call = { method: 'POST', path: `/pulls/${iid}/reviews`, body, signal } as const;
      await orMade(() => api.call(call, z.unknown()), isGiven);
    },
  };
}

/** Of reviews in the order they were given, the last verdict of each person, where it approves. */
function standing(reviews: readonly Review[]): readonly Approval[] {
  const last = new Map<string, Review>();
  for (const review of reviews) {
    if (review.user == null || !VERDICTS.has(review.state)) continue;
    last.delete(review.user.login);
    last.set(review.user.login, review);
  }
  return [...last].flatMap(([username, { state, commit_id: sha, submitted_at: at }]) =>
    state === 'APPROVED' ? [{ username, sha: sha ?? '', at: at ?? 0 }] : [],
  );
}

function notesOf(api: RestClient): Pick<Forge, 'notes' | 'addNote' | 'editNote'> {
  return {
    async notes(iid, signal) {
      const comments = await api.all({ path: `/issues/${iid}/comments`, schema: z.array(commentSchema), signal });
      return comments.map(toNote);
    },
    addNote: async (iid, body, signal) =>
      toNote(
        await api.call({ method: 'POST', path: `/issues/${iid}/comments`, body: { body }, signal }, commentSchema),
      ),
    async editNote(_iid, { id, body }, signal) {
      await api.call({ method: 'PATCH', path: `/issues/comments/${id}`, body: { body }, signal }, z.unknown());
    },
  };
}

function toNote({ id, body, user, created_at: createdAt }: z.infer<typeof commentSchema>): Note {
  return { id, body: body ?? '', author: user?.login ?? '', createdAt };
}

const TO_GITHUB: Readonly<Record<CommitState, string>> = {
  ...{ pending: 'pending', running: 'pending', success: 'success' },
  ...{ failed: 'failure', canceled: 'error' },
};
const FROM_GITHUB = { pending: 'pending', success: 'success', failure: 'failed', error: 'canceled' } as const;

function statusesOf(api: RestClient): Pick<Forge, 'setStatus' | 'statuses'> {
  const list = (sha: string, signal?: AbortSignal): Promise<readonly GithubStatus[]> => {
    const schema = combinedStatusSchema.transform(({ statuses }) => statuses);
    return api.all({ path: `/commits/${encodeURIComponent(sha)}/status`, schema, signal });
  };
  return {
    async setStatus(sha, status, signal) {
      const { name: context, description, targetUrl } = status;
      const state = TO_GITHUB[status.state];
      const text = description === undefined ? undefined : shorten(description, MAX_DESCRIPTION);
      const known = (await list(sha, signal)).find((one) => one.context === context);
      const isSame = known?.state === state && (known.target_url ?? undefined) === targetUrl;
      // GitHub keeps each, and takes a thousand for a commit and a name.
      if (isSame && (known.description ?? undefined) === text) return;
      const body = {
        ...{ context, state },
        ...(text === undefined ? {} : { description: text }),
        ...(targetUrl === undefined ? {} : { target_url: targetUrl }),
      };
      const path = `/statuses/${encodeURIComponent(sha)}`;
      await api.call({ method: 'POST', path, body, repeatable: true, signal }, z.unknown());
    },
    statuses: async (sha, signal) => (await list(sha, signal)).map(toStatus),
  };
}

function toStatus({ context, state, description, target_url: targetUrl }: GithubStatus): CommitStatus {
  return {
    name: context,
    state: FROM_GITHUB[state],
    ...(description == null ? {} : { description }),
    ...(targetUrl == null ? {} : { targetUrl }),
  };
}
