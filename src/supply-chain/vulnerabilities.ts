import { z } from 'zod';
import type { Severity, VulnerabilityRule } from './artefact-policy.ts';
import type { Failure } from './verdict.ts';

/** What a scan found. */
export interface Scan {
  readonly scanner: string;
  /** Milliseconds since the epoch; 0 when the scan names no time. */
  readonly finishedAt: number;
  readonly counts: Readonly<Record<Severity, number>>;
}

const MAX_FINDINGS = 100_000;

const scanSchema = z.object({
  scanner: z.object({ uri: z.string().optional(), result: z.unknown() }),
  metadata: z.object({ scanStartedOn: z.string().optional(), scanFinishedOn: z.string().optional() }).optional(),
});
const trivy = z.object({
  SchemaVersion: z.number(),
  Results: z
    .array(
      z.object({
        Vulnerabilities: z
          .array(z.object({ VulnerabilityID: z.string(), Severity: z.string() }))
          .max(MAX_FINDINGS)
          .nullish(),
      }),
    )
    .nullish(),
});
const grype = z.object({
  matches: z.array(z.object({ vulnerability: z.object({ id: z.string(), severity: z.string() }) })).max(MAX_FINDINGS),
});

/** Reads Cosign's `vuln` predicate around a report of Trivy or Grype. @throws Error for other reports */
export function readScan(predicate: unknown): Scan {
  const { scanner, metadata } = scanSchema.parse(predicate);
  const finished = Date.parse(metadata?.scanFinishedOn ?? metadata?.scanStartedOn ?? '');
  return {
    scanner: scanner.uri ?? 'unnamed scanner',
    finishedAt: Number.isNaN(finished) ? 0 : finished,
    counts: countBySeverity(severities(scanner.result)),
  };
}

function severities(report: unknown): readonly string[] {
  const byTrivy = trivy.safeParse(report);
  if (byTrivy.success)
    return (byTrivy.data.Results ?? []).flatMap(({ Vulnerabilities }) =>
      (Vulnerabilities ?? []).map(({ Severity: severity }) => severity),
    );
  const byGrype = grype.safeParse(report);
  if (byGrype.success) return byGrype.data.matches.map(({ vulnerability }) => vulnerability.severity);
  throw new Error('the report of the scan is neither of Trivy nor of Grype');
}

function countBySeverity(found: readonly string[]): Readonly<Record<Severity, number>> {
  const count = (severity: Severity): number => found.filter((text) => text.toLowerCase() === severity).length;
  return { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') };
}

/** Why a scan does not do; `undefined` when it does. `now` in milliseconds since the epoch. */
export function judgeScan({ counts, finishedAt }: Scan, rule: VulnerabilityRule, now: number): Failure | undefined {
  if (rule.maxAgeMs !== undefined && now - finishedAt > rule.maxAgeMs) {
    const when = finishedAt === 0 ? 'at an unknown time' : `on ${new Date(finishedAt).toISOString()}`;
    return { code: 'STALE_SCAN', reason: `it was scanned ${when}, longer ago than the policy allows` };
  }
  const over = Object.entries(rule.budget)
    .map(([severity, limit]) => ({ severity, limit, found: counts[severity as Severity] }))
    .filter(({ found, limit }) => found > limit)
    .map(({ severity, limit, found }) => `${found} ${severity} of at most ${limit}`);
  return over.length === 0 ? undefined : { code: 'OVER_BUDGET', reason: `known vulnerabilities: ${over.join(', ')}` };
}
