import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSigner, generateSigningKey, trustKeys } from '../dsse.ts';
import { approvalFact, mergeRequestFact, refusalFact } from '../fact-of.ts';
import { sealRecord } from '../ledger.ts';
import { recordPath } from '../layout.ts';
import { readRecord } from '../read-ledger.ts';
import type { SealedText } from '../read-ledger.ts';
import { GENESIS } from '../statement.ts';
import type { Fact } from '../statement.ts';
import { at, deployment, rollback } from '../testing/records.ts';
import { verifyLedger } from '../verify.ts';
import { exportPack } from './pack.ts';
import type { PackInput } from './pack.ts';

const signer = createSigner(generateSigningKey());
const DAY = 24 * 3600_000;
const START = Date.UTC(2026, 0, 1);

/** A ledger with one fact a day. */
function ledgerOf(facts: readonly Fact[]): readonly SealedText[] {
  let previous = GENESIS;
  return facts.map((fact, index) => {
    const sequence = index + 1;
    const sealed = sealRecord(fact, { sequence, previous, at: START + index * DAY }, signer);
    previous = sealed.hash;
    const text = sealed.files.get(recordPath(sequence)) ?? '';
    return { text, record: readRecord({ sequence, text }) };
  });
}

const uid = deployment().id.slice('deployment/'.length);
const step = { service: 'gateway', environment: 'prod', release: 'r1', mergeRequest: 'm', promotion: uid };
const proposal = mergeRequestFact({
  ...{ ...step, actor: 'alice', at: at('09:01'), title: '=HYPERLINK("x"), <b>"faster"</b>', sha: 'e'.repeat(40) },
  tickets: ['RD-7'],
  commits: [
    { sha: '1'.repeat(40), author: 'alice', at: at('07:00'), title: 'try' },
    { sha: '2'.repeat(40), author: 'dave', at: at('08:00'), title: 'tune' },
  ],
});
const ledger = ledgerOf([
  proposal,
  approvalFact({ ...step, actor: 'bob', at: at('09:02'), sha: 'e'.repeat(40), groups: ['leads'] }),
  deployment({ mergeRequest: 'm' }),
  deployment({ service: 'billing', release: 'b1', application: 'billing' }),
  rollback({ from: 'r1', to: 'r0' }),
  refusalFact({ ...step, actor: 'stoa-cd', at: at('11:00'), about: 'm', outcome: 'Refused', reason: 'no quorum' }),
]);
const input: PackInput = {
  ledger,
  verdict: { ok: true, records: ledger.length, head: ledger.at(-1)?.record.hash ?? '', warnings: [] },
  period: { from: START, to: START + 100 * DAY },
  keys: new Map([[signer.keyId, signer.publicKeyPem]]),
  verifier: 'verifier',
};

const csv = (files: ReadonlyMap<string, string>, name: string): readonly string[] =>
  (files.get(name) ?? '').split('\r\n').filter((line) => line !== '');

describe(exportPack, () => {
  it('gives the same bytes for the same input', () => {
    expect([...exportPack(input)]).toEqual([...exportPack({ ...input, ledger: [...ledger] })]);
  });

  it('sums up every file but the sums', () => {
    const files = exportPack(input);
    const sums = (files.get('SHA256SUMS') ?? '').trim().split('\n');

    expect(sums).toHaveLength(files.size - 1);
    for (const line of sums) {
      const [sum, path = ''] = line.split('  ');
      expect(sum).toBe(hash('sha256', files.get(path) ?? ''));
    }
  });

  it('holds an unbroken part of the chain, of every project', async () => {
    const period = { from: START, to: START + 5 * DAY };
    const lines = (exportPack({ ...input, period, project: 'billing' }).get('records.jsonl') ?? '').split(/(?<=\n)/);
    const files = lines.map((text, index) => ({ sequence: index + 1, text }));

    expect(await verifyLedger(files, { trusted: trustKeys([signer.publicKeyPem]) })).toMatchObject({ records: 5 });
  });

  it('shows the period and the project that are asked for', () => {
    const one = exportPack({ ...input, project: 'billing' });
    const early = exportPack({ ...input, period: { from: START, to: START + 2 * DAY } });

    expect(csv(one, 'deployments.csv')).toHaveLength(2);
    expect(csv(one, 'deployments.csv')[1]).toContain('billing');
    expect(csv(early, 'deployments.csv')).toHaveLength(1);
  });

  it('lists an approval once, from its own record or else from the deployment’s', () => {
    const [, own, fromDeployment, ...rest] = csv(exportPack(input), 'approvals.csv');

    expect(own).toBe(`2,${at('09:02')},gateway,prod,r1,m,${'e'.repeat(40)},bob,leads`);
    expect(fromDeployment).toMatch(/^4,,billing,prod,b1,.*,bob,$/);
    expect(rest).toEqual([]);
  });

  it('leads from a ticket to commits, results and decisions, and leaves hours empty', () => {
    const rows = csv(exportPack(input), 'research.csv').slice(1);

    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatch(/^RD-7,.*,1{40},alice,.*,prod,approval passed: 1 of 1,Deployed,taken back,carol,.*,$/);
    expect(rows[1]).toMatch(/2{40},dave/);
    expect(rows[3]).toMatch(/Refused: no quorum,stoa-cd,.*,$/);
  });

  it('makes text harmless for spreadsheets and browsers', () => {
    const files = exportPack(input);

    expect(csv(files, 'research.csv')[1]).toContain(`"'=HYPERLINK(""x""), <b>""faster""</b>"`);
    expect(files.get('report.html')).toContain('=HYPERLINK(&quot;x&quot;), &lt;b&gt;');
    expect(files.get('report.html')).not.toContain('<b>');
  });

  it('names people from the directory beside the chain, and accounts once they are erased there', () => {
    const named = exportPack({ ...input, people: new Map([['bob', 'Bob Meyer']]) });

    expect(named.get('approvals.csv')).toContain('Bob Meyer (bob)');
    expect(named.get('records.jsonl')).toBe(exportPack(input).get('records.jsonl'));
    expect(exportPack(input).get('approvals.csv')).not.toContain('Meyer');
  });
});
