import { hash } from 'node:crypto';
import { keyPath } from '../layout.ts';
import { computeKpis, splitLeadTime } from '../kpi.ts';
import type { SealedText } from '../read-ledger.ts';
import type { Intact } from '../verify.ts';
import { formatCsv } from './csv.ts';
import { formatReport } from './report.ts';
import { approvalTable, deploymentTable, eventTable, researchTable } from './tables.ts';

export interface PackInput {
  /** The whole ledger, in order. */
  readonly ledger: readonly SealedText[];
  readonly verdict: Intact;
  /** Milliseconds since the epoch; records from the first to before the second. */
  readonly period: { readonly from: number; readonly to: number };
  /** Service whose facts the tables show. @default all */
  readonly project?: string;
  /** Key id to PEM. */
  readonly keys: ReadonlyMap<string, string>;
  /** Text of the stand-alone verifier. */
  readonly verifier: string;
  /** Account to person, kept outside of the chain. @default accounts stay as they are */
  readonly people?: ReadonlyMap<string, string>;
}

/**
 * The files of an audit: path to content. The same input gives the same bytes. `records.jsonl` is an unbroken part of the
 * chain, whatever the project: without the records between, it could not be verified.
 */
export function exportPack(input: PackInput): ReadonlyMap<string, string> {
  const { ledger, period, project, keys, verifier, people } = input;
  const part = ledger.filter(({ record }) => record.at >= period.from && record.at < period.to);
  const records = part
    .map(({ record }) => record)
    .filter(({ predicate }) => project === undefined || predicate['service'] === project);
  const nameOf = (account: string): string => {
    const person = people?.get(account);
    return person === undefined ? account : `${person} (${account})`;
  };
  const tables = {
    deployments: deploymentTable(records, nameOf),
    approvals: approvalTable(records, nameOf),
    events: eventTable(records, nameOf),
    research: researchTable(records, nameOf),
  };
  const summary = summaryOf(input, part);
  const report = formatReport({
    title: `Delivery evidence${project === undefined ? '' : ` of ${project}`}`,
    summary,
    kpis: [...computeKpis(records), ...splitLeadTime(records)],
    sections: [
      { heading: 'Deployments', table: tables.deployments },
      { heading: 'Approvals', table: tables.approvals },
      { heading: 'Other events', table: tables.events },
      { heading: 'Research and development', table: tables.research },
    ],
  });
  const files = new Map([
    ['README.txt', readme(summary)],
    ['records.jsonl', part.map(({ text }) => text).join('')],
    ...Object.entries(tables).map(([name, table]): [string, string] => [`${name}.csv`, formatCsv(table)]),
    ['report.html', report],
    ['verify-standalone.ts', verifier],
    ...[...keys].map(([keyId, pem]): [string, string] => [keyPath(keyId), pem]),
  ]);
  const sums = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => `${hash('sha256', text)}  ${path}\n`);
  return files.set('SHA256SUMS', sums.join(''));
}

function summaryOf(
  { period, project, verdict }: PackInput,
  part: readonly SealedText[],
): readonly (readonly [string, string])[] {
  const [first, last] = [part[0]?.record, part.at(-1)?.record];
  return [
    ['Period', `${new Date(period.from).toISOString()} to before ${new Date(period.to).toISOString()}`],
    ['Project', project ?? 'all'],
    ['Records', first === undefined ? 'none' : `${part.length}, numbers ${first.sequence} to ${last?.sequence ?? 0}`],
    ['Hash of the last record of the period', last?.hash ?? 'none'],
    ['Ledger', `intact when this was written: ${verdict.records} records, head ${verdict.head}`],
    ...verdict.warnings.map((warning): readonly [string, string] => ['Warning', warning]),
  ];
}

function readme(summary: readonly (readonly [string, string])[]): string {
  return [
    'Evidence of deliveries, exported by stoa-cd',
    '',
    ...summary.map(([name, value]) => `${name}: ${value}`),
    '',
    'Check the files:       sha256sum -c SHA256SUMS',
    'Check the records:     node verify-standalone.ts --key KEY.pem --head HASH .',
    '',
    'Take KEY.pem from somebody whom you trust, not from this folder: keys/ only says which keys signed. The tables and the',
    'report are views of records.jsonl, which alone is signed. The column "hours" is left to be filled in.',
    '',
  ].join('\n');
}
