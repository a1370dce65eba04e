import { z } from 'zod';

/** Of GitLab's answers, the fields that are read. */
export const userSchema = z.object({ username: z.string() });
const time = z.string().transform((text) => Date.parse(text));

export const mergeRequestSchema = z.object({
  iid: z.number(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.enum(['opened', 'merged', 'closed', 'locked']),
  source_branch: z.string(),
  target_branch: z.string(),
  sha: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  author: userSchema,
  labels: z.array(z.string()),
  web_url: z.string(),
  created_at: time,
  updated_at: time,
  merged_at: time.nullish(),
  merge_user: userSchema.nullish(),
  merged_by: userSchema.nullish(),
  has_conflicts: z.boolean().catch(false),
  detailed_merge_status: z.string().nullish(),
  source_project_id: z.number().nullish(),
  target_project_id: z.number().nullish(),
});
export const approvalsSchema = z.object({
  approved_by: z.array(z.object({ user: userSchema, approved_at: time.nullish() })),
});
export const versionSchema = z.object({ head_commit_sha: z.string(), created_at: time });
export const noteSchema = z.object({
  id: z.number(),
  body: z.string(),
  author: userSchema,
  created_at: time,
  system: z.boolean().catch(false),
});
export const statusSchema = z.object({
  name: z.string(),
  status: z.enum(['pending', 'running', 'success', 'failed', 'canceled']).catch('pending'),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});
