import { describe, expect, it } from 'vitest';
import {
  adoptionFact,
  approvalFact,
  artefactFact,
  breakGlassFact,
  deployRequestFact,
  freezeFact,
  gateFact,
  kpiPeriodFact,
  mergeFact,
  mergeRequestFact,
  quarantineFact,
  refusalFact,
} from './fact-of.ts';
import type { Fact } from './statement.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const at = '2026-03-01T10:00:00Z';
const later = '2026-03-01T11:00:00Z';
const place = { service: 'gateway', environment: 'prod', release: 'r1', actor: 'alice', at };
const step = { ...place, promotion: 'uid-1', mergeRequest: 'https://git.example.com/x/-/merge_requests/1' };
const approval = { ...step, sha: 'c1', groups: ['leads'] };
const gate = { ...step, gate: 'approval', state: 'passed', reason: 'two of two' } as const;
const refusal = { ...place, about: 'uid-1', outcome: 'Superseded', reason: 'r2 is newer', supersededBy: 'r2' } as const;
const quarantine = { ...place, repository: 'x/y', digest: DIGEST, reason: 'degraded', lifted: false };
const artefact = {
  ...{ ...place, about: 'uid-1', stage: 'Promotion' as const, repository: 'x/y', digest: DIGEST },
  verdict: 'Verified' as const,
  checks: [{ name: 'signature', passed: true, reason: 'by the build of main' }],
};
const breakGlass = { ...place, incident: 'i1', reason: 'outage', until: later, review: 'Open' } as const;
const freeze = { ...place, name: 'year-end', state: 'Started', reason: 'holidays', until: later } as const;
const adoption = {
  ...{ ...place, cluster: 'prod', application: 'shop', commit: 'c1' },
  images: [{ name: 'x', repository: 'x/y', tag: '1', digest: DIGEST, verified: true, reason: 'signed' }],
};
const period = { actor: 'stoa-cd', at, from: at, to: later, head: 'cd'.repeat(32), figures: [] };

const facts: readonly { readonly name: string; readonly fact: Fact; readonly id: string }[] = [
  { name: 'merge request', fact: mergeRequestFact({ ...step, title: 't', sha: 'c1' }), id: 'merge-request/uid-1' },
  { name: 'approval', fact: approvalFact(approval), id: 'approval/uid-1/c1/alice' },
  { name: 'refusal', fact: refusalFact(refusal), id: 'refusal/uid-1/Superseded' },
  { name: 'merge', fact: mergeFact({ ...step, sha: 'c1', mergeCommit: 'c2' }), id: 'merge/uid-1' },
  { name: 'gate', fact: gateFact(gate), id: `gate/uid-1/approval/passed/${at}` },
  { name: 'deploy request', fact: deployRequestFact({ ...step, commit: 'c2' }), id: 'deploy-request/uid-1' },
  { name: 'quarantine', fact: quarantineFact(quarantine), id: `quarantine/${DIGEST}/set/${at}` },
  { name: 'break-glass', fact: breakGlassFact(breakGlass), id: 'break-glass/i1/Open' },
  { name: 'freeze', fact: freezeFact(freeze), id: `freeze/year-end/Started/${at}` },
  { name: 'artefact', fact: artefactFact(artefact), id: `artefact/uid-1/Promotion/${DIGEST}/Verified` },
  { name: 'adoption', fact: adoptionFact(adoption), id: 'adoption/prod/shop/gateway' },
  { name: 'KPI period', fact: kpiPeriodFact(period), id: `kpi-period/${at}/${later}//` },
];

describe('facts', () => {
  it.each(facts)('a $name has an id that does not change', ({ fact, id }) => {
    expect(fact.id).toBe(id);
    expect(fact.predicateType).toBe(`https://stoa.dev/evidence/${id.split('/')[0] ?? ''}/v1`);
    expect(fact.subject).toHaveLength(1);
  });

  it('tells facts apart that differ in what names them', () => {
    const ids = [
      approvalFact({ ...approval, sha: 'c2' }),
      approvalFact({ ...approval, actor: 'bob' }),
      gateFact({ ...gate, state: 'failed' }),
      gateFact({ ...gate, at: later }),
      quarantineFact({ ...quarantine, lifted: true }),
      breakGlassFact({ ...breakGlass, review: 'Closed', reviewedBy: 'bob' }),
      artefactFact({ ...artefact, verdict: 'Refused' }),
    ].map(({ id }) => id);

    expect(new Set([...ids, ...facts.map(({ fact }) => fact.id)]).size).toBe(ids.length + facts.length);
  });

  it('leaves out what is undefined', () => {
    expect(Object.keys(gateFact({ ...gate, link: undefined }).predicate)).not.toContain('link');
  });

  it.each([
    { reason: 'nobody acted', make: () => approvalFact({ ...approval, actor: '' }) },
    { reason: 'the time has no zone', make: () => approvalFact({ ...approval, at: '2026-03-01T10:00:00' }) },
    { reason: 'the digest is none', make: () => quarantineFact({ ...quarantine, digest: 'latest' }) },
    { reason: 'no reason is given', make: () => refusalFact({ ...refusal, reason: '' }) },
  ])('refuses a fact where $reason', ({ make }) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_FACT' }));
  });
});
