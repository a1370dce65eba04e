import { z } from 'zod';
import { approvalsSchema, versionSchema } from './gitlab-schema.ts';
import type { Approval } from './port.ts';
import type { RestClient } from './rest-client.ts';

interface Version {
  readonly sha: string;
  readonly at: number;
}

/**
 * Approvals, each with the head that was there when it was given. GitLab does not say which head that was, and takes back
 * approvals of an earlier head only if it is set up so, and only some time after the push; so the time decides. An
 * approval whose time is not known counts only while the branch has had a single head, and an approval is never
 * attributed to a head that was pushed after it.
 */
export async function approvalsOf(api: RestClient, path: string, signal?: AbortSignal): Promise<readonly Approval[]> {
  // Approvals first: a push in between makes them too old, never too new.
  const { approved_by: approved } = await api.call({ path: `${path}/approvals`, signal }, approvalsSchema);
  if (approved.length === 0) return [];
  const versions = await versionsOf(api, path, signal);
  return approved.map(({ user, approved_at: at }) => ({
    username: user.username,
    at: at ?? 0,
    sha: headAt(versions, at ?? undefined),
  }));
}

/** Heads of the source branch, newest first. */
async function versionsOf(api: RestClient, path: string, signal?: AbortSignal): Promise<readonly Version[]> {
  const versions = await api.all({ path: `${path}/versions`, schema: z.array(versionSchema), signal });
  return versions.map(({ head_commit_sha: sha, created_at: at }) => ({ sha, at })).toSorted((a, b) => b.at - a.at);
}

/** @returns an empty text, which is no head, where it cannot be told */
function headAt(versions: readonly Version[], at: number | undefined): string {
  const [newest] = versions;
  const first = versions.at(-1);
  if (newest === undefined || first === undefined) return '';
  if (at === undefined || at < first.at) return newest.sha === first.sha ? newest.sha : '';
  return versions.find((version) => version.at <= at)?.sha ?? '';
}
