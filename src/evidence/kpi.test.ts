import { describe, expect, it } from 'vitest';
import { mergeRequestFact } from './fact-of.ts';
import type { DeploymentFact } from './facts.ts';
import { computeKpis, splitLeadTime } from './kpi.ts';
import type { Kpi } from './kpi.ts';
import type { Fact } from './statement.ts';
import { asRecords, at, deployment, drift, rollback } from './testing/records.ts';

/** Times of one deployment as a table says them: `commit, opened, merged, deployed, finished`. */
function timed(release: string, times: string, change: Partial<DeploymentFact> = {}): Fact {
  const [committedAt = '', openedAt = '', mergedAt = '', deployedAt = '', finishedAt = ''] = times.split(' ').map(at);
  return deployment({ release, committedAt, openedAt, mergedAt, deployedAt, finishedAt, ...change });
}

const spring = (time: string): string => `2026-03-29T${time}:00.000Z`;
const staging = { environment: 'staging', last: false, cluster: 'staging', application: 'gateway-staging' };
const firstCommits = mergeRequestFact({
  ...{ service: 'gateway', environment: 'prod', release: 'r2', actor: 'alice', at: at('09:42') },
  ...{ promotion: 'p', mergeRequest: 'm', title: 't', sha: 'a' },
  commits: [
    { sha: 'b', author: 'alice', at: at('09:30'), title: 'first' },
    { sha: 'c', author: 'alice', at: at('09:40'), title: 'second' },
  ],
});

/**
 * The answers were worked out by hand; lead times in seconds:
 *
 * | release | total | first commit | merge | machine | waiting | what it is there for |
 * |---|---|---|---|---|---|---|
 * | r1 | 660 | 660 | 180 | 120 build + 120 staging + 120 prod | 300 | two environments |
 * | r2 | 720 | 1320 | 540 | 120 build + 120 failed + 120 retried | 360 | a retry, an earlier commit |
 * | r3 | 600 | 600 | 480 | 60 + 420 | 120 | taken back later |
 * | r4 | 600 | 600 | 480 | 60 + 300 | 240 | the night the clocks change in Berlin |
 * | r5 | −60 | −60 | 540 | – | – | the committer's clock was ahead |
 */
const golden = asRecords([
  timed('r1', '09:00 09:02 09:03 09:03 09:05', staging),
  timed('r1', '09:00 09:05 09:08 09:09 09:11'),
  firstCommits,
  timed('r2', '09:40 09:42 09:43 09:44 09:46', { result: 'Failed' }),
  timed('r2', '09:40 09:42 09:43 09:50 09:52'),
  timed('r3', '10:00 10:01 10:02 10:03 10:10'),
  timed('r2', '09:40 10:11 10:12 10:13 10:15'),
  rollback({ from: 'r3', to: 'r2', startedAt: at('10:13'), recoveredAt: at('10:15') }),
  rollback({ automatic: false, startedAt: at('11:00'), recoveredAt: at('11:05') }),
  rollback({ succeeded: false, startedAt: at('11:00'), recoveredAt: at('11:59') }),
  deployment({
    ...{ release: 'r4', committedAt: spring('00:55'), openedAt: spring('00:56'), mergedAt: spring('00:57') },
    ...{ deployedAt: spring('01:00'), finishedAt: spring('01:05') },
  }),
  timed('r5', '12:00 11:49 11:50 11:55 11:59'),
  timed('r6', '12:00 12:01 12:02 12:03 12:04', { ...staging, author: '' }),
  drift(at('10:00:02')),
  drift(at('10:01:10')),
  drift(at('09:59:59')),
]);

const figure = ({ value, samples, hits, met, skewed }: Kpi): object => ({ value, samples, hits, met, skewed });
const none = undefined;

describe(computeKpis, () => {
  it('has no value without facts', () => {
    expect(computeKpis([]).map(({ value, met }) => [value, met])).toEqual(Array(5).fill([undefined, undefined]));
  });

  it('gives for the golden ledger what was worked out by hand', () => {
    expect(computeKpis(golden).map(figure)).toEqual([
      { value: 600, samples: 4, hits: none, met: true, skewed: 1 },
      { value: 100 / 3, samples: 3, hits: 1, met: false, skewed: none },
      { value: 120, samples: 2, hits: none, met: true, skewed: none },
      { value: 2, samples: 2, hits: none, met: true, skewed: 1 },
      { value: (100 * 8) / 9, samples: 9, hits: 8, met: false, skewed: none },
    ]);
  });

  it('says that fewer than ten facts are not sufficient', () => {
    const drifts = (count: number): readonly Fact[] => Array.from({ length: count }, () => drift(at('10:00:05')));

    expect(computeKpis(asRecords(drifts(9)))[3]).toMatchObject({ samples: 9, insufficient: true });
    expect(computeKpis(asRecords(drifts(10)))[3]).not.toHaveProperty('insufficient');
  });

  it('proves more than 95 % from 59 straight successes on', () => {
    const straight = (count: number): number =>
      computeKpis(asRecords(Array.from({ length: count }, () => rollback())))[1]?.provenAtLeast ?? 0;

    expect(straight(58)).toBeLessThan(95);
    expect(straight(59)).toBeGreaterThan(95);
    // 0.05 to the power of 1/59, worked out by hand.
    expect(straight(59)).toBeCloseTo(95.0494, 3);
  });

  it('proves little with a failure among many', () => {
    const facts = Array.from({ length: 100 }, (_, index) => rollback({ succeeded: index > 0 }));

    // The published bound for 99 of 100.
    expect(computeKpis(asRecords(facts))[1]?.provenAtLeast).toBeCloseTo(95.344, 2);
  });
});

describe(splitLeadTime, () => {
  it('gives for the golden ledger what was worked out by hand', () => {
    expect(splitLeadTime(golden).map(figure)).toEqual([
      { value: 600, samples: 4, hits: none, met: none, skewed: 1 },
      { value: 480, samples: 5, hits: none, met: none, skewed: none },
      { value: 360, samples: 4, hits: none, met: none, skewed: 1 },
      { value: 240, samples: 4, hits: none, met: none, skewed: 1 },
    ]);
  });

  it('tells machine and waiting of one release apart', () => {
    const values = splitLeadTime(
      asRecords([timed('r1', '09:00 09:02 09:03 09:03 09:05', staging), timed('r1', '09:00 09:05 09:08 09:09 09:11')]),
    ).map(({ value }) => value);

    expect(values).toEqual([660, 180, 360, 300]);
  });
});
