import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../core/index.ts';
import { DEPLOYMENT, DRIFT, ROLLBACK } from './facts.ts';
import { computeKpis } from './kpi.ts';
import type { LedgerRecord } from './statement.ts';

let sequence = 0;
const record = (predicateType: string, predicate: JsonObject): LedgerRecord => ({
  ...{ id: String(++sequence), sequence, previous: '', hash: '', at: 0, subject: [] },
  ...{ predicateType, predicate },
});
const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 15, 9, minutes)).toISOString();
const deployment = (change: JsonObject): LedgerRecord =>
  record(DEPLOYMENT, {
    ...{
      service: 's',
      release: 'r',
      environment: 'prod',
      last: true,
      cluster: 'prod',
      application: 'a',
      result: 'Deployed',
      images: [],
    },
    ...{
      commit: 'c',
      author: 'alice',
      committedAt: at(0),
      mergeRequest: 'm',
      requestedBy: 'alice',
      approvers: [],
      mergedBy: 'stoa-cd',
    },
    ...{
      deployedBy: 'carol',
      approvedCommit: 'd',
      gates: [],
      openedAt: at(1),
      mergedAt: at(2),
      deployedAt: at(3),
      finishedAt: at(10),
    },
    ...change,
  });
const rollback = (change: JsonObject): LedgerRecord =>
  record(ROLLBACK, {
    ...{ service: 's', environment: 'dev', from: 'b', to: 'a', reason: 'Degraded', automatic: true, succeeded: true },
    ...{ startedAt: at(0), detectedAt: at(1), recoveredAt: at(2), mergeRequest: 'm', ...change },
  });
const drift = (healedAt: string): LedgerRecord =>
  record(DRIFT, {
    environment: 'prod',
    application: 'a',
    object: 'o',
    fields: ['f'],
    actor: 'mallory',
    since: at(0),
    healedAt,
  });

describe(computeKpis, () => {
  it('has no value without facts', () => {
    expect(computeKpis([]).map(({ value, met }) => [value, met])).toEqual(Array(5).fill([undefined, undefined]));
  });

  it('gives the figures worked out by hand', () => {
    const kpis = computeKpis([
      deployment({}),
      deployment({ finishedAt: at(14) }),
      deployment({ finishedAt: at(30) }),
      deployment({ environment: 'dev', last: false }),
      deployment({ environment: 'dev', last: false, commit: '' }),
      deployment({ result: 'Failed', finishedAt: at(1) }),
      rollback({}),
      rollback({ automatic: false }),
      rollback({ succeeded: false, recoveredAt: at(59) }),
      drift(new Date(Date.UTC(2026, 0, 15, 9, 0, 2)).toISOString()),
    ]);

    expect(kpis.map(({ value, samples, met }) => ({ value, samples, met }))).toEqual([
      { value: 840, samples: 3, met: true },
      { value: 100 / 3, samples: 3, met: false },
      { value: 120, samples: 2, met: true },
      { value: 2, samples: 1, met: true },
      { value: (100 * 5) / 6, samples: 6, met: false },
    ]);
  });
});
