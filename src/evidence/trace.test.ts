import { describe, expect, it } from 'vitest';
import { approvalFact, artefactFact, gateFact, quarantineFact, refusalFact } from './fact-of.ts';
import { asRecords, at, deployment, digest, rollback } from './testing/records.ts';
import { trace } from './trace.ts';

const first = deployment({ environment: 'staging', cluster: 'staging', application: 'gateway-staging' });
const promotion = deployment().id.slice('deployment/'.length);
const step = { actor: 'bob', at: at('09:02'), promotion, mergeRequest: 'https://git.example.com/other' };
const image = { repository: 'r', digest: digest('a'), actor: 'stoa-cd', at: at('09:00') };
const other = deployment({ release: 'r9', commit: 'b'.repeat(40), images: [] });

const records = asRecords([
  first,
  approvalFact({ ...step, sha: 'e'.repeat(40), groups: ['leads'] }),
  gateFact({ ...step, promotion: 'another', gate: 'smoke', state: 'passed', reason: '' }),
  deployment(),
  other,
  rollback({ from: 'r1', to: 'r0' }),
  quarantineFact({ ...image, reason: 'degraded', lifted: false }),
  quarantineFact({ ...image, digest: digest('f'), reason: 'elsewhere', lifted: false }),
  artefactFact({
    ...{ ...image, about: promotion, stage: 'Admission', verdict: 'Refused' },
    checks: [{ name: 'sbom', passed: false, reason: 'missing' }],
  }),
  refusalFact({ actor: 'stoa-cd', at: at('09:03'), about: 'another', outcome: 'Refused', reason: 'no' }),
]);

describe(trace, () => {
  it('leads from a digest to every deployment of it, the newest first', () => {
    const found = trace(records, { digests: [digest('a')] });

    expect(found.map(({ fact, standing }) => [fact.environment, standing, fact.author])).toEqual([
      ['prod', 'RolledBack', 'alice'],
      ['staging', 'Current', 'alice'],
    ]);
  });

  it('leads from a pod’s digest to the deployment of its own cluster', () => {
    const found = trace(records, { digests: [digest('a')], cluster: 'staging' });

    expect(found.map(({ fact }) => fact.environment)).toEqual(['staging']);
  });

  it('leads from a commit, abbreviated too, to where it was deployed', () => {
    expect(trace(records, { commit: 'c0ffee1' })).toHaveLength(2);
    expect(trace(records, { commit: 'deadbee' })).toEqual([]);
  });

  it('gathers the records that speak of a deployment, and no others', () => {
    const [prod] = trace(records, { commit: 'c0ffee1' });

    expect(prod?.steps.map(({ what, actor, detail }) => [what, actor, detail])).toEqual([
      ['approval', 'bob', 'e'.repeat(40)],
      ['rollback', '', 'r1 r0 Degraded'],
      ['quarantine', 'stoa-cd', 'degraded'],
      ['artefact', 'stoa-cd', 'Refused sbom failed'],
    ]);
  });
});
