import { describe, expect, it } from 'vitest';
import { computeCoverage } from './coverage.ts';
import { adoptionFact } from './fact-of.ts';
import type { RunningPod } from './running-pod.ts';
import { asRecords, at, deployment, digest, rollback } from './testing/records.ts';

const IMAGE = 'registry.example.com/stoa/gateway';
const images = (letter: string) => [{ name: 'gateway', repository: IMAGE, tag: '1', digest: digest(letter) }];
const second = deployment({ release: 'r2', images: images('b'), finishedAt: at('11:00') });
const again = deployment({ finishedAt: at('11:10') });

function pod(letter: string | undefined, change: Partial<RunningPod> = {}): RunningPod {
  const running = letter === undefined ? {} : { digest: digest(letter) };
  return {
    ...{ cluster: 'prod', namespace: 'stoa', name: `pod-${letter ?? 'x'}`, terminating: false },
    containers: [{ name: 'app', image: `${IMAGE}:1`, ...running }],
    ...change,
  };
}

describe(computeCoverage, () => {
  it('covers what the ledger says was deployed there', () => {
    expect(computeCoverage([pod('a')], asRecords([deployment()]))).toEqual({
      ...{ pods: 1, covered: 1, percent: 100, exempt: 0, gaps: [] },
    });
  });

  it.each([
    { reason: 'NoRecord', facts: [], running: pod('a') },
    { reason: 'NoRecord', facts: [deployment({ cluster: 'staging' })], running: pod('a') },
    { reason: 'NoDigest', facts: [deployment()], running: pod(undefined) },
    { reason: 'Superseded', facts: [deployment(), second], running: pod('a') },
    { reason: 'Failed', facts: [deployment({ result: 'Failed' })], running: pod('a') },
    { reason: 'RolledBack', facts: [deployment(), second, again, rollback()], running: pod('b') },
  ])('names what is not covered: $reason', ({ reason, facts, running }) => {
    const coverage = computeCoverage([running, pod('c')], asRecords([...facts]));

    expect(coverage).toMatchObject({ pods: 2, covered: 0, percent: 0 });
    expect(coverage.gaps[0]).toMatchObject({ pod: running.name, container: 'app', reason });
  });

  it('names a record that cannot be read', () => {
    const records = asRecords([deployment(), deployment({ committedAt: 'yesterday', release: 'r9' })]);

    expect(() => computeCoverage([pod('a')], records)).toThrow(/^Cannot read record 2 \(.*committedAt/s);
  });

  it('reads records of a commit whose time has an offset', () => {
    const records = asRecords([deployment({ committedAt: '2026-01-15T10:00:00+01:00' })]);

    expect(computeCoverage([pod('a')], records).percent).toBe(100);
  });

  it('covers what a rollback brought back', () => {
    const records = asRecords([deployment(), second, again, rollback()]);

    expect(computeCoverage([pod('a')], records).percent).toBe(100);
  });

  it('covers a pod of an earlier release while it is being taken down, but none that never was deployed', () => {
    const records = asRecords([deployment(), second]);

    expect(computeCoverage([pod('a', { terminating: true })], records).percent).toBe(100);
    expect(computeCoverage([pod('c', { terminating: true })], records).percent).toBe(0);
  });

  it('covers what was taken over as it ran, until something is deployed in its place', () => {
    const taken = adoptionFact({
      ...{ service: 'gateway', environment: 'prod', cluster: 'prod', application: 'gateway-prod' },
      ...{ actor: 'stoa-cd', at: at('09:00'), commit: 'c0' },
      images: [{ name: 'gateway', repository: IMAGE, tag: '0', digest: digest('e'), verified: true, reason: 'signed' }],
    });

    expect(computeCoverage([pod('e')], asRecords([taken])).percent).toBe(100);
    expect(computeCoverage([pod('e')], asRecords([taken, deployment({ result: 'Failed' })])).percent).toBe(100);
    expect(computeCoverage([pod('e')], asRecords([taken, deployment()])).gaps).toMatchObject([
      { reason: 'Superseded' },
    ]);
  });

  it('counts a pod only when each of its containers is covered', () => {
    const debugged = pod('a', {
      containers: [...pod('a').containers, { name: 'debug', image: 'busybox', digest: digest('f') }],
    });

    expect(computeCoverage([debugged, pod('a')], asRecords([deployment()]))).toMatchObject({
      ...{ covered: 1, percent: 50, gaps: [{ container: 'debug', reason: 'NoRecord' }] },
    });
  });

  it('leaves out exempt repositories, and those alone', () => {
    const database = pod('f', { containers: [{ name: 'db', image: 'docker.io/library/postgres:17@sha256:x' }] });
    const exempt = ['docker.io/library/postgres'];

    expect(computeCoverage([database], [], { exempt })).toMatchObject({ percent: 100, exempt: 1 });
    expect(computeCoverage([database], [], { exempt: ['docker.io/library'] })).toMatchObject({ percent: 0 });
    expect(computeCoverage([pod('a')], [], { exempt })).toMatchObject({ percent: 0, exempt: 0 });
  });

  it('is 100 % of nothing', () => {
    expect(computeCoverage([], [])).toMatchObject({ pods: 0, percent: 100 });
  });
});
