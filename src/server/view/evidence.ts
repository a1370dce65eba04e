import type { LedgerRecord } from '../../evidence/index.ts';
import type { Deployment, EvidenceRecord } from '../contract.ts';
import type { PromotionView } from '../hub/schema.ts';
import { present } from './present.ts';

/** The record of how a promotion ended; `undefined` while the ledger has none. */
export function evidenceRecord(
  { metadata }: PromotionView,
  records: readonly LedgerRecord[],
): EvidenceRecord | undefined {
  const record = records.find(({ id }) => id === `deployment/${metadata.uid ?? metadata.name}`);
  if (record === undefined) return undefined;
  const { sequence, hash, previous, predicateType, at } = record;
  return {
    promotion: metadata.name,
    ...{ sequence, hash, previous, predicateType },
    recordedAt: new Date(at).toISOString(),
    subjects: record.subject.flatMap(({ name, digest }) =>
      Object.entries(digest).map(([algorithm, value]) => ({ name, digest: `${algorithm}:${value}` })),
    ),
    fact: record.predicate,
  };
}

/** Where a promotion's record is. `readable`: the ledger can be asked for it. */
export function evidenceOf({ spec, status }: PromotionView, readable: boolean): Deployment['evidence'] {
  if (status.evidence === undefined) return undefined;
  return {
    commit: status.evidence,
    readable,
    ...present({ href: commitOnForge(spec.mergeRequest.url, status.evidence) }),
  };
}

/** GitLab's page of a commit, in the project of the merge request. */
function commitOnForge(mergeRequest: string, commit: string): string | undefined {
  const project = /^(https?:\/\/.+)\/-\/merge_requests\/\d+$/.exec(mergeRequest)?.[1];
  return project === undefined ? undefined : `${project}/-/commit/${commit}`;
}
