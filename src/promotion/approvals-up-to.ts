import type { Mirror } from '../git/index.ts';
import type { ApprovedChange } from './approved-diff.ts';
import { mustPress, takesPlaceOf } from './candidate.ts';
import type { Candidate } from './candidate.ts';
import type { DeliveryObjects } from './delivery-objects.ts';
import type { Promotion } from './kinds.ts';
import { isConfiguration } from './proposal.ts';

export interface ApprovedUpTo {
  /** In the order they were merged. */
  readonly approvals: readonly ApprovedChange[];
  /** Why the candidate has to wait for another one that it contains. */
  readonly waiting?: string;
}

interface Ports {
  readonly mirror: Mirror;
  readonly objects: DeliveryObjects;
}

/** What promotions with passed gates bring into the environment, of those that the candidate contains and it has not yet. */
export async function approvalsUpTo(
  { mirror, objects }: Ports,
  { candidate, approved }: { readonly candidate: Candidate; readonly approved: string },
  signal: AbortSignal,
): Promise<ApprovedUpTo> {
  const { promotion, commit, environment } = candidate;
  const found: { readonly at: number; readonly change: ApprovedChange }[] = [];
  for (const other of await objects.promotions()) {
    const merged = commitOf(other, candidate);
    const inside =
      merged !== undefined &&
      (await mirror.isAncestor(merged, commit, signal)) &&
      !(await mirror.isAncestor(merged, approved, signal));
    if (!inside) continue;
    // Deploy is pressed for one promotion, not for those of others that were merged before it.
    const same = other.metadata.name === promotion.metadata.name || takesPlaceOf(promotion, other);
    if (!same && mustPress({ promotion: other, environment }))
      return { approvals: [], waiting: `${other.metadata.name ?? ''} was merged before it and waits for Deploy` };
    const change = await changeOf(objects, { promotion: other, commit: merged });
    if (change !== undefined) found.push({ at: mergedAt(other, candidate), change });
  }
  return { approvals: found.sort((a, b) => a.at - b.at).map(({ change }) => change) };
}

/** The commit that a promotion into the same environment made, unless it was refused. */
function commitOf({ metadata, spec, status }: Promotion, { promotion, commit }: Candidate): string | undefined {
  // What this very promotion has come to is not stored yet.
  if (metadata.name === promotion.metadata.name) return commit;
  return spec.environment === promotion.spec.environment && status?.phase !== 'Refused'
    ? status?.mergeCommit
    : undefined;
}

function mergedAt({ metadata, status }: Promotion, candidate: Candidate): number {
  const own = metadata.name === candidate.promotion.metadata.name;
  return Date.parse((own ? candidate.status : status)?.mergedAt ?? '') || Infinity;
}

async function changeOf(
  objects: DeliveryObjects,
  { promotion: { spec }, commit }: { readonly promotion: Promotion; readonly commit: string },
): Promise<ApprovedChange | undefined> {
  const configuration = spec.configuration?.commit;
  if (isConfiguration(spec)) return { images: [], configuration, commit };
  const release = await objects.release(spec.release);
  return release && { images: release.spec.images, configuration, commit };
}
