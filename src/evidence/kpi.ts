import type { z } from 'zod';
import { DEPLOYMENT, DRIFT, ROLLBACK, deploymentFact, driftFact, rollbackFact } from './facts.ts';
import { selectFacts } from './select-facts.ts';
import type { LedgerRecord } from './statement.ts';

export interface Kpi {
  readonly name: string;
  readonly target: string;
  /** In `unit`; absent without data. */
  readonly value?: number;
  readonly unit: 's' | '%';
  /** How many facts the value rests on. */
  readonly samples: number;
  /** Facts that count for the value, of `samples`; only of shares. */
  readonly hits?: number;
  readonly met?: boolean;
}

const MINUTE = 60;

/** The five figures of ADR-007, from the ledger alone. Times are medians. A figure without facts has no value. */
export function computeKpis(records: readonly LedgerRecord[]): readonly Kpi[] {
  const deployments = factsOf(records, DEPLOYMENT, deploymentFact);
  const toProd = deployments.filter(({ last, result }) => last && result === 'Deployed');
  const rollbacks = factsOf(records, ROLLBACK, rollbackFact);
  const drifts = factsOf(records, DRIFT, driftFact);
  return [
    duration(
      'Lead time, commit to production',
      { limit: 15 * MINUTE, text: '< 15 min' },
      toProd.map(({ committedAt, finishedAt }) => seconds(committedAt, finishedAt)),
    ),
    share(
      'Successful rollbacks without intervention',
      { limit: 95, text: '> 95 %' },
      rollbacks.map(({ automatic, succeeded }) => automatic && succeeded),
    ),
    duration(
      'Mean time to recovery',
      { limit: 5 * MINUTE, text: '< 5 min' },
      rollbacks
        .filter(({ succeeded }) => succeeded)
        .map(({ startedAt, recoveredAt }) => seconds(startedAt, recoveredAt)),
    ),
    duration(
      'Drift, found and corrected',
      { limit: MINUTE, text: '< 1 min' },
      drifts.map(({ since, healedAt }) => seconds(since, healedAt)),
    ),
    share(
      'Deployments traceable to commit and author',
      { limit: 100, text: '100 %' },
      deployments.map(({ commit, author }) => commit !== '' && author !== ''),
    ),
  ];
}

function factsOf<T>(records: readonly LedgerRecord[], predicateType: string, schema: z.ZodType<T>): readonly T[] {
  return selectFacts(records, predicateType, schema).map(({ fact }) => fact);
}

interface Target {
  readonly limit: number;
  readonly text: string;
}

function duration(name: string, { limit, text }: Target, values: readonly number[]): Kpi {
  const base = { name, target: text, unit: 's' as const, samples: values.length };
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.floor((sorted.length - 1) / 2)];
  return value === undefined ? base : { ...base, value, met: value < limit };
}

function share(name: string, { limit, text }: Target, values: readonly boolean[]): Kpi {
  const hits = values.filter(Boolean).length;
  const base = { name, target: text, unit: '%' as const, samples: values.length, hits };
  if (values.length === 0) return base;
  const value = (100 * hits) / values.length;
  return { ...base, value, met: limit === 100 ? value === 100 : value > limit };
}

function seconds(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
