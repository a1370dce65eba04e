import { describe, expect, it } from 'vitest';
import { judgeScan, readScan } from './vulnerabilities.ts';

const AT = '2026-11-20T10:00:00Z';
const predicate = (result: unknown) => ({
  scanner: { uri: 'pkg:github/aquasecurity/trivy@0.58.0', result },
  metadata: { scanStartedOn: AT, scanFinishedOn: AT },
});
const trivy = (...severities: readonly string[]) => ({
  SchemaVersion: 2,
  Results: [
    {
      Target: 'a',
      Vulnerabilities: severities.map((Severity, index) => ({ VulnerabilityID: `CVE-${index}`, Severity })),
    },
    { Target: 'b' },
  ],
});
const grype = (...severities: readonly string[]) => ({
  matches: severities.map((severity, index) => ({ vulnerability: { id: `CVE-${index}`, severity } })),
});

describe(readScan, () => {
  it.each([
    { name: 'Trivy', report: trivy('CRITICAL', 'HIGH', 'HIGH', 'UNKNOWN') },
    { name: 'Grype', report: grype('Critical', 'High', 'High', 'Negligible') },
  ])('counts what $name found', ({ report }) => {
    const scan = readScan(predicate(report));

    expect(scan).toMatchObject({ finishedAt: Date.parse(AT), counts: { critical: 1, high: 2, medium: 0, low: 0 } });
  });

  it('counts nothing in a clean report, and refuses one of another form', () => {
    expect(readScan(predicate({ SchemaVersion: 2, Results: null })).counts.critical).toBe(0);
    expect(() => readScan(predicate({}))).toThrow();
    expect(() => readScan(predicate({ runs: [] }))).toThrow();
    expect(() => readScan({})).toThrow();
  });
});

describe(judgeScan, () => {
  const rule = { budget: { critical: 0, high: 2 }, maxAgeMs: 3_600_000, signedBy: [] };
  const now = Date.parse(AT) + 3_600_000;

  it.each([
    { name: 'within the budget', found: ['HIGH', 'HIGH', 'MEDIUM'], at: now, code: undefined },
    { name: 'over it', found: ['HIGH', 'HIGH', 'HIGH'], at: now, code: 'OVER_BUDGET' },
    { name: 'over it by one critical', found: ['CRITICAL'], at: now, code: 'OVER_BUDGET' },
    { name: 'too old', found: [], at: now + 1, code: 'STALE_SCAN' },
  ])('judges a scan that is $name', ({ found, at, code }) => {
    expect(judgeScan(readScan(predicate(trivy(...found))), rule, at)?.code).toBe(code);
  });

  it('takes a scan without a time for an old one', () => {
    const scan = readScan({ scanner: { result: trivy() } });

    expect(judgeScan(scan, rule, now)?.code).toBe('STALE_SCAN');
    expect(judgeScan(scan, { ...rule, maxAgeMs: undefined }, now)).toBeUndefined();
  });
});
