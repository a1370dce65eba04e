import { formatTime, toJson } from '../core/index.ts';
import { DEPLOYMENT, ROLLBACK } from '../evidence/index.ts';
import type { DeploymentFact, Fact, RollbackFact } from '../evidence/index.ts';
import type { Promotion, PromotionStatus, Release } from './kinds.ts';
import type { Case } from './case.ts';

/** The fact that a promotion ended, for the ledger: who, what, when, why it was allowed, how it went. */
export function deploymentOf(
  { promotion, environment, pipeline, mergeRequest, proposal }: Case,
  {
    status,
    release,
    cluster,
  }: { readonly status: PromotionStatus; readonly release: Release | undefined; readonly cluster: string },
): Fact {
  const { source, images } = release?.spec ?? { source: proposal.source, images: proposal.images };
  const time = status.finishedAt ?? '';
  const merger = status.mergedBy ?? mergeRequest.mergedBy ?? '';
  const fact: DeploymentFact = {
    service: promotion.spec.service,
    release: promotion.spec.release,
    environment: environment.name,
    last: pipeline.environments.at(-1)?.name === environment.name,
    cluster,
    application: environment.application,
    result: status.phase === 'Deployed' ? 'Deployed' : 'Failed',
    images: images.map((image) => ({ ...image })),
    commit: source.commit,
    author: source.author,
    committedAt: formatTime(Date.parse(source.committedAt)),
    mergeRequest: mergeRequest.webUrl,
    requestedBy: promotion.spec.requestedBy,
    approvers: [...(status.approvers ?? [])],
    mergedBy: merger,
    deployedBy: promotion.spec.deploy?.requestedBy ?? merger,
    approvedCommit: status.approvedCommit ?? '',
    gates: status.gates.map((gate) => ({ ...gate })),
    ...timesOf(status, time),
    finishedAt: time,
  };
  return {
    id: `deployment/${promotion.metadata.uid ?? promotion.metadata.name ?? ''}`,
    predicateType: DEPLOYMENT,
    subject: images.map(({ repository, digest }) => ({
      name: repository,
      digest: { sha256: digest.slice('sha256:'.length) },
    })),
    predicate: toJson(fact),
  };
}

function timesOf(
  { openedAt, mergedAt, deployedAt }: PromotionStatus,
  end: string,
): Pick<DeploymentFact, 'openedAt' | 'mergedAt' | 'deployedAt'> {
  return { openedAt: openedAt ?? end, mergedAt: mergedAt ?? end, deployedAt: deployedAt ?? end };
}

/** The fact that a failed promotion was taken back by another one. */
export function rollbackOf(
  { promotion, mergeRequest, proposal }: Case,
  { status, failed, bot }: { readonly status: PromotionStatus; readonly failed: Promotion; readonly bot: string },
): Fact {
  const time = status.finishedAt ?? '';
  const fact: RollbackFact = {
    service: promotion.spec.service,
    environment: promotion.spec.environment,
    from: failed.spec.release,
    to: promotion.spec.release,
    reason: failed.status?.message ?? '',
    automatic: promotion.spec.requestedBy === bot,
    succeeded: status.phase === 'Deployed',
    startedAt: failed.status?.deployedAt ?? failed.status?.finishedAt ?? time,
    detectedAt: failed.status?.finishedAt ?? time,
    recoveredAt: time,
    mergeRequest: mergeRequest.webUrl,
  };
  return {
    id: `rollback/${promotion.metadata.uid ?? promotion.metadata.name ?? ''}`,
    predicateType: ROLLBACK,
    subject: proposal.images.map(({ repository, digest }) => ({
      name: repository,
      digest: { sha256: digest.slice('sha256:'.length) },
    })),
    predicate: toJson(fact),
  };
}
