import type { z } from 'zod';
import { DEPLOYMENT, DRIFT, MERGE_REQUEST, ROLLBACK } from './facts.ts';
import { deploymentFact, driftFact, mergeRequestSchema, rollbackFact } from './facts.ts';
import { leadTimes } from './lead-time.ts';
import { selectFacts } from './select-facts.ts';
import type { LedgerRecord } from './statement.ts';

export interface Kpi {
  readonly name: string;
  readonly target: string;
  /** In `unit`; absent without data. */
  readonly value?: number;
  readonly unit: 's' | '%';
  /** How many facts the value rests on: the denominator of a share. */
  readonly samples: number;
  /** Facts that count for the value, of `samples`; only of shares. */
  readonly hits?: number;
  readonly met?: boolean;
  /** Facts that were left out because a clock was wrong: they end before they begin. */
  readonly skewed?: number;
  /** Too few facts to conclude anything. Absent where there are enough. */
  readonly insufficient?: true;
  /** Of shares: what the true share is at least, at 95 % confidence. 59 of 59 prove more than 95 %. */
  readonly provenAtLeast?: number;
}

const MINUTE = 60;
/** Below this number of facts a figure is insufficient. */
const FEW = 10;
const CONFIDENCE = 0.95;

/**
 * The five figures of ADR-007, from the ledger alone. Times are medians (the lower one of an even number). A figure
 * without facts has no value. The formulas, with start and end of each, are in docs/spec/evidence/kpi.md.
 */
export function computeKpis(records: readonly LedgerRecord[]): readonly Kpi[] {
  const deployments = factsOf(records, DEPLOYMENT, deploymentFact);
  const rollbacks = factsOf(records, ROLLBACK, rollbackFact);
  const drifts = factsOf(records, DRIFT, driftFact);
  return [
    duration(
      'Lead time, commit to production',
      { limit: 15 * MINUTE, text: '< 15 min' },
      leadTimesOf(records).map(({ total }) => total),
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

/** Where the lead time goes: from which start it counts, and whether a machine worked or somebody was waited for. */
export function splitLeadTime(records: readonly LedgerRecord[]): readonly Kpi[] {
  const times = leadTimesOf(records);
  const none = { limit: Infinity, text: '–' };
  return [
    duration(
      'Lead time, first commit to production',
      none,
      times.map(({ fromFirstCommit }) => fromFirstCommit),
    ),
    duration(
      'Lead time, merge to production',
      none,
      times.map(({ fromMerge }) => fromMerge),
    ),
    duration(
      'Lead time, machine at work',
      none,
      times.map(({ machine }) => machine),
    ),
    duration(
      'Lead time, waiting',
      none,
      times.map(({ waiting }) => waiting),
    ),
  ].map(({ met: _, ...kpi }) => kpi);
}

function leadTimesOf(records: readonly LedgerRecord[]): ReturnType<typeof leadTimes> {
  return leadTimes(factsOf(records, DEPLOYMENT, deploymentFact), factsOf(records, MERGE_REQUEST, mergeRequestSchema));
}

function factsOf<T>(records: readonly LedgerRecord[], predicateType: string, schema: z.ZodType<T>): readonly T[] {
  return selectFacts(records, predicateType, schema).map(({ fact }) => fact);
}

interface Target {
  readonly limit: number;
  readonly text: string;
}

function duration(name: string, { limit, text }: Target, values: readonly number[]): Kpi {
  const sorted = values.filter((value) => value >= 0).sort((a, b) => a - b);
  const skewed = values.length - sorted.length;
  const base = {
    ...{ name, target: text, unit: 's' as const, samples: sorted.length },
    ...(skewed === 0 ? {} : { skewed }),
    ...few(sorted.length),
  };
  const value = sorted[Math.floor((sorted.length - 1) / 2)];
  return value === undefined ? base : { ...base, value, met: value < limit };
}

function share(name: string, { limit, text }: Target, values: readonly boolean[]): Kpi {
  const hits = values.filter(Boolean).length;
  const base = { name, target: text, unit: '%' as const, samples: values.length, hits, ...few(values.length) };
  if (values.length === 0) return base;
  const value = (100 * hits) / values.length;
  const met = limit === 100 ? value === 100 : value > limit;
  return { ...base, value, met, provenAtLeast: 100 * lowerBound(hits, values.length) };
}

function few(samples: number): Pick<Kpi, 'insufficient'> {
  return samples < FEW ? { insufficient: true } : {};
}

/**
 * One-sided exact bound (Clopper and Pearson): the share at which as many hits or more would still be seen in 5 % of all
 * samples. Found by halving, which is as exact as a number can be after fifty steps.
 */
function lowerBound(hits: number, samples: number): number {
  let [low, high] = [0, 1];
  if (hits === 0) return 0;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (atLeast(hits, samples, middle) < 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return low;
}

/** Probability of `hits` or more of `samples`, each with probability `p`. */
function atLeast(hits: number, samples: number, p: number): number {
  let logChoose = 0;
  let sum = 0;
  for (let k = samples; k >= hits; k--) {
    sum += Math.exp(logChoose + k * Math.log(p) + (samples - k) * Math.log1p(-p));
    logChoose += Math.log(k) - Math.log(samples - k + 1);
  }
  return sum;
}

function seconds(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
