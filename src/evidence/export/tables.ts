import type { Standing } from '../deployed.ts';
import { deployments } from '../deployed.ts';
import {
  APPROVAL,
  DEPLOYMENT,
  MERGE_REQUEST,
  REFUSAL,
  approvalSchema,
  mergeRequestSchema,
  refusalSchema,
} from '../facts.ts';
import type { DeploymentFact, MergeRequestFact } from '../facts.ts';
import { selectFacts } from '../select-facts.ts';
import type { LedgerRecord } from '../statement.ts';

/** Columns and rows of text; the first row holds the columns' names. */
export type Table = readonly (readonly string[])[];

/** How an account is written; the account itself where nobody is named. */
export type NameOf = (account: string) => string;

export function deploymentTable(records: readonly LedgerRecord[], nameOf: NameOf): Table {
  const rows = deployments(records).map(({ record, fact, standing }) => [
    ...[String(record.sequence), time(record.at), fact.service, fact.release, fact.environment, fact.cluster],
    ...[fact.result, standing, fact.commit, nameOf(fact.author), fact.committedAt, fact.mergeRequest],
    ...[nameOf(fact.requestedBy), fact.approvers.map(nameOf).join(' '), nameOf(fact.mergedBy), nameOf(fact.deployedBy)],
    ...[fact.openedAt, fact.mergedAt, fact.deployedAt, fact.finishedAt, fact.approvedCommit],
    ...[fact.images.map(({ repository, digest }) => `${repository}@${digest}`).join(' '), gates(fact), record.hash],
  ]);
  return [
    [
      ...['sequence', 'recordedAt', 'service', 'release', 'environment', 'cluster', 'result', 'standing', 'commit'],
      ...['author', 'committedAt', 'mergeRequest', 'requestedBy', 'approvers', 'mergedBy', 'deployedBy', 'openedAt'],
      ...['mergedAt', 'deployedAt', 'finishedAt', 'approvedCommit', 'images', 'gates', 'recordHash'],
    ],
    ...rows,
  ];
}

/** Approvals as they were given; of deployments whose approvals have no record of their own, as the deployment names them. */
export function approvalTable(records: readonly LedgerRecord[], nameOf: NameOf): Table {
  const given = selectFacts(records, APPROVAL, approvalSchema);
  const recorded = new Set(given.map(({ fact }) => fact.mergeRequest));
  const named = deployments(records).filter(({ fact }) => !recorded.has(fact.mergeRequest));
  return [
    ['sequence', 'at', 'service', 'environment', 'release', 'mergeRequest', 'sha', 'approver', 'groups'],
    ...given.map(({ record, fact }) => [
      ...[String(record.sequence), fact.at, fact.service ?? '', fact.environment ?? '', fact.release ?? ''],
      ...[fact.mergeRequest, fact.sha, nameOf(fact.actor), fact.groups.join(' ')],
    ]),
    ...named.flatMap(({ record, fact: { approvers, service, environment, release, mergeRequest } }) =>
      approvers.map((approver) => [
        ...[String(record.sequence), '', service, environment, release, mergeRequest, '', nameOf(approver), ''],
      ]),
    ),
  ];
}

/** Everything but deployments and approvals, one line a record. */
export function eventTable(records: readonly LedgerRecord[], nameOf: NameOf): Table {
  const others = records.filter(({ predicateType }) => predicateType !== DEPLOYMENT && predicateType !== APPROVAL);
  return [
    ['sequence', 'at', 'what', 'service', 'environment', 'release', 'actor', 'reason'],
    ...others.map(({ sequence, at, predicateType, predicate }) => {
      const text = (key: string): string => (typeof predicate[key] === 'string' ? predicate[key] : '');
      const what = [predicateType.split('/').at(-2) ?? '', text('outcome'), text('state'), text('verdict')];
      return [
        ...[String(sequence), text('at') || time(at), what.filter((part) => part !== '').join(' ')],
        ...[text('service'), text('environment'), text('release'), nameOf(text('actor')), text('reason')],
      ];
    }),
  ];
}

/**
 * What was changed, how it was tried, what came of it and what was decided, one row a commit and environment. Says what is
 * recorded and no more: hours are left to be filled in.
 */
export function researchTable(records: readonly LedgerRecord[], nameOf: NameOf): Table {
  const proposals = selectFacts(records, MERGE_REQUEST, mergeRequestSchema).map(({ fact }) => fact);
  const tried = deployments(records).flatMap(({ record, fact, standing }) => {
    const uid = record.id.slice('deployment/'.length);
    const proposal = proposals.find(
      ({ promotion, mergeRequest }) => promotion === uid || mergeRequest === fact.mergeRequest,
    );
    return commitsOf(proposal, fact).map((commit) => [
      ...[proposal?.tickets?.join(' ') ?? '', proposal?.title ?? '', fact.service, fact.release],
      ...[commit.sha, nameOf(commit.author), commit.at, fact.environment, gates(fact), fact.result],
      ...[DECISIONS[standing], nameOf(fact.deployedBy), fact.finishedAt, ''],
    ]);
  });
  const refused = selectFacts(records, REFUSAL, refusalSchema).flatMap(({ fact }) => {
    const proposal = proposals.find(({ promotion, mergeRequest }) => [promotion, mergeRequest].includes(fact.about));
    return (proposal?.commits ?? []).map((commit) => [
      ...[proposal?.tickets?.join(' ') ?? '', proposal?.title ?? '', fact.service ?? '', fact.release ?? ''],
      ...[commit.sha, nameOf(commit.author), commit.at, fact.environment ?? '', '', ''],
      ...[`${fact.outcome}: ${fact.reason}`, nameOf(fact.actor), fact.at, ''],
    ]);
  });
  return [
    [
      ...['ticket', 'change', 'service', 'release', 'commit', 'author', 'committedAt', 'environment', 'experiment'],
      ...['result', 'decision', 'decidedBy', 'decidedAt', 'hours'],
    ],
    ...tried,
    ...refused,
  ];
}

const DECISIONS: Readonly<Record<Standing, string>> = {
  Current: 'kept',
  Superseded: 'kept until a later release',
  RolledBack: 'taken back',
  Failed: 'not kept',
};

interface Commit {
  readonly sha: string;
  readonly author: string;
  readonly at: string;
}

function commitsOf(
  proposal: MergeRequestFact | undefined,
  { commit, author, committedAt }: DeploymentFact,
): readonly Commit[] {
  return proposal?.commits ?? [{ sha: commit, author, at: committedAt }];
}

function gates(fact: DeploymentFact): string {
  return fact.gates.map(({ name, state, reason }) => `${name} ${state}: ${reason}`).join('; ');
}

function time(at: number): string {
  return new Date(at).toISOString();
}
