import { z } from 'zod';
import type { Fetch } from '../core/index.ts';

/** Which write is asked about. */
export interface AuditQuestion {
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Version that the write made; of a deletion the one before it. */
  readonly resourceVersion: string;
  readonly deleted: boolean;
}

/** Who wrote, as the API server saw it, whatever they call themselves in `managedFields`. */
export interface AuditAnswer {
  readonly user: string;
  readonly agent: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** @returns undefined where the cluster keeps no such log, or has nothing about it */
export type AuditTrail = (question: AuditQuestion, signal: AbortSignal) => Promise<AuditAnswer | undefined>;

const answerSchema = z.object({
  items: z.array(
    z.object({
      time: z.iso.datetime(),
      user: z.string(),
      userAgent: z.string(),
      verb: z.string(),
      resourceVersion: z.number().optional(),
    }),
  ),
});

/** The audit log of an embedded API server; other servers answer 404 and are not asked again. */
export function embeddedAuditTrail({ server, fetch }: { readonly server: string; readonly fetch: Fetch }): AuditTrail {
  let absent = false;
  return async ({ deleted, resourceVersion, ...about }, signal) => {
    if (absent) return undefined;
    const since = deleted && /^\d{1,15}$/.test(resourceVersion) ? { since: resourceVersion } : {};
    const query = new URLSearchParams({ ...about, ...since });
    const response = await fetch(`${server}/stoa/v1/audit?${query.toString()}`, { signal });
    if (!response.ok) {
      await response.body?.cancel();
      absent = response.status === 404 || response.status === 403;
      return undefined;
    }
    const { items } = answerSchema.parse(await response.json());
    const found = deleted
      ? items.find(({ verb }) => verb.startsWith('delete'))
      : items.find((item) => String(item.resourceVersion ?? '') === resourceVersion);
    return found === undefined ? undefined : { user: found.user, agent: found.userAgent, at: Date.parse(found.time) };
  };
}
