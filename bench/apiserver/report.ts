import type { Benchmark, Measured, Row } from '../lib/report.ts';
import { apiserverBench } from './apiserver-bench.ts';
import { countSamples, createSample, openCluster } from './cluster.ts';
import type { ApiServerFigures, Growth } from './figures.ts';
import type { Rate } from './latency.ts';
import { measureRate } from './latency.ts';

const CHECKED = 500;

/** The embedded Kubernetes API, on disk and with group commit. */
export const apiserver: Benchmark = {
  summary: 'durable writes, watch, list, memory, restart, cold start; takes some minutes',
  async run(tell): Promise<Measured> {
    tell('equality');
    const listed = await listWhatWasWritten();
    const equality = { ok: listed === CHECKED, what: `of ${CHECKED} acknowledged objects ${listed} are listed` };
    const versions = { 'stoa-cd': '0.1.0', node: process.version };
    if (!equality.ok) return { equality, versions, rows: [] };
    tell('writes, watch, list, memory, restart, cold start');
    return { equality, versions, rows: rowsOf(await apiserverBench()) };
  },
};

async function listWhatWasWritten(): Promise<number> {
  await using cluster = await openCluster();
  await measureRate(CHECKED, 16, (index) => createSample(cluster.server, `checked-${index}`));
  return await countSamples(cluster.server);
}

function rowsOf({ writes, watch, list, memory, restart, coldStart }: ApiServerFigures): readonly Row[] {
  return [
    { figure: 'durable writes, 1 at a time', value: rate(writes.alone), how: 'objects of 1.5 KB' },
    { figure: 'durable writes, 64 at a time', value: rate(writes.together), goal: '≥ 3,000/s', how: 'group commit' },
    { figure: 'server-side applies, 64 at a time', value: rate(writes.apply), how: 'each changes the object' },
    {
      figure: 'write to watch event',
      value: `p50 ${ms(watch.writeToEvent.p50)}, p99 ${ms(watch.writeToEvent.p99)}`,
      goal: 'p99 ≤ 20 ms',
      how: '8 writers, one watcher',
    },
    {
      figure: 'watch fan-out',
      value: `${thousands(watch.deliveriesPerSecond)} deliveries/s`,
      how: `${thousands(watch.events)} events to ${watch.watchers} watchers`,
    },
    { figure: 'list', value: growth(list, ms), how: 'JSON, within the process' },
    {
      figure: 'memory per object',
      value: growth(memory, (bytes) => `${thousands(bytes)} B`),
      goal: '≤ 3 KB',
      how: `resident, after a restart; ${thousands(memory.afterWriting)} B right after writing`,
    },
    { figure: 'restart', value: growth(restart, ms), goal: '≤ 5 s', how: 'until the objects are served again' },
    {
      figure: 'cold start',
      value: `${ms(coldStart.ms)} of ${ms(coldStart.processMs)}`,
      goal: '≤ 1 s',
      how: `${coldStart.clusters} clusters, of the whole process`,
    },
  ];
}

function rate({ perSecond, p50, p99 }: Rate): string {
  return `${thousands(perSecond)}/s, p50 ${ms(p50)}, p99 ${ms(p99)}`;
}

function growth({ points, exponent }: Growth, format: (value: number) => string): string {
  const last = points.at(-1);
  return last === undefined ? '–' : `${format(last.value)} at ${thousands(last.n)}, exponent ${exponent.toFixed(2)}`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function ms(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`;
}
