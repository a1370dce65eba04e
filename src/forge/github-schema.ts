import { z } from 'zod';

/** Of GitHub's answers, the fields that are read. The author of something is `null` when the account is gone. */
export const userSchema = z.object({ login: z.string() });
const time = z.string().transform((text) => Date.parse(text));
const head = z.object({ ref: z.string(), sha: z.string(), repo: z.object({ id: z.number() }).nullish() });

export const pullSchema = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  head,
  base: head,
  user: userSchema.nullish(),
  labels: z.array(z.object({ name: z.string() })),
  html_url: z.string(),
  created_at: time,
  updated_at: time,
  merged_at: time.nullish(),
  /** Of an open one, a commit that GitHub made to try the merge. */
  merge_commit_sha: z.string().nullish(),
  /** Left out of lists. */
  merged_by: userSchema.nullish(),
  /** Left out of lists; `null` while GitHub works it out. */
  mergeable: z.boolean().nullish(),
});
export type Pull = z.infer<typeof pullSchema>;

export const mergedSchema = z.object({ sha: z.string(), merged: z.boolean() });
export const reviewSchema = z.object({
  user: userSchema.nullish(),
  state: z.string(),
  commit_id: z.string().nullish(),
  /** Left out of one that is not submitted yet. */
  submitted_at: time.nullish(),
});
export const commentSchema = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: userSchema.nullish(),
  created_at: time,
});
const statusSchema = z.object({
  context: z.string(),
  state: z.enum(['error', 'failure', 'pending', 'success']),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});
export type GithubStatus = z.infer<typeof statusSchema>;
/** The last of each name. */
export const combinedStatusSchema = z.object({ statuses: z.array(statusSchema) });
