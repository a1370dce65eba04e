import type { DeploymentFact, MergeRequestFact } from './facts.ts';

/** How long one change took to production. Seconds; negative where a clock was wrong. */
export interface LeadTime {
  /** From the commit that was released. */
  readonly total: number;
  /** From the earliest commit that the release brought; as `total` where the ledger does not list them. */
  readonly fromFirstCommit: number;
  /** From the merge into production's branch. */
  readonly fromMerge: number;
  /** Of `total`: building, and deploying in any environment, retries included. */
  readonly machine: number;
  /** The rest of `total`: review, approval, Deploy, windows, soak. */
  readonly waiting: number;
}

type Span = readonly [from: number, to: number];

/** One entry for each release that arrived well in a last environment: when it first did, however often it was tried. */
export function leadTimes(
  deployments: readonly DeploymentFact[],
  proposals: readonly MergeRequestFact[],
): readonly LeadTime[] {
  const arrivals = deployments.filter(({ last, result }) => last && result === 'Deployed');
  return arrivals
    .filter((one, index) => arrivals.findIndex((other) => isSameChange(one, other)) === index)
    .map((arrival) => {
      const own = deployments.filter(
        ({ service, release }) => service === arrival.service && release === arrival.release,
      );
      const commits = proposals
        .filter(({ service, release }) => service === arrival.service && release === arrival.release)
        .flatMap(({ commits: listed = [] }) => listed.map(({ at }) => Date.parse(at)));
      const [start, end] = [Date.parse(arrival.committedAt), Date.parse(arrival.finishedAt)];
      const machine = covered(machineSpans(own, start), [start, end]);
      return {
        total: (end - start) / 1000,
        fromFirstCommit: (end - Math.min(start, ...commits)) / 1000,
        fromMerge: (end - Date.parse(arrival.mergedAt)) / 1000,
        machine: end < start ? -1 : machine / 1000,
        waiting: (end - start - machine) / 1000,
      };
    });
}

/** A rollback deploys an earlier release again: that is no new change, and its lead time is known already. */
function isSameChange(a: DeploymentFact, b: DeploymentFact): boolean {
  return a.service === b.service && a.release === b.release && a.environment === b.environment;
}

/** From the commit to the first merge request something is built; from Deploy to the end something is rolled out. */
function machineSpans(own: readonly DeploymentFact[], start: number): readonly Span[] {
  const opened = Math.min(...own.map(({ openedAt }) => Date.parse(openedAt)));
  return [
    [start, opened],
    ...own.map(({ deployedAt, finishedAt }): Span => [Date.parse(deployedAt), Date.parse(finishedAt)]),
  ];
}

/** How much of `whole` the spans cover, in milliseconds; what they share counts once. */
function covered(spans: readonly Span[], [start, end]: Span): number {
  let sum = 0;
  let reached = start;
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    const [left, right] = [Math.max(from, reached), Math.min(to, end)];
    if (right > left) sum += right - left;
    reached = Math.max(reached, right);
  }
  return sum;
}
