import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WATCH_SAMPLES, applySample, createSample, listSamples, openCluster } from './cluster.ts';
import type { BenchCluster } from './cluster.ts';
import type { ApiServerFigures, Growth } from './figures.ts';
import { growthExponent } from '../lib/statistics.ts';
import { measureRate, percentiles } from './latency.ts';

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
const WARM_UP = 1_000;
const ALONE = 1_000;
const TOGETHER = 10_000;
const WATCHERS = 10;
const EVENTS = 10_000;
const LISTED: readonly number[] = [100, 300, 1_000, 3_000, 10_000];

export interface ApiServerBenchOptions {
  /** How many objects the servers hold that are started again. @default 10,000, 30,000, 100,000, 300,000 */
  readonly objects?: readonly number[];
}

/** Measures the embedded Kubernetes API on this machine; takes some minutes and half a gigabyte of disk. */
export async function apiserverBench(options: ApiServerBenchOptions = {}): Promise<ApiServerFigures> {
  const loadBefore = loadavg()[0] ?? 0;
  const figures = {
    writes: await measureWrites(),
    watch: await measureWatch(),
    list: await measureList(),
    ...(await measureSize(options.objects ?? [10_000, 30_000, 100_000, 300_000])),
    coldStart: await measureColdStart(),
  };
  const machine = { cpus: cpus().length, loadBefore, loadAfter: loadavg()[0] ?? 0, node: process.version };
  return { ...figures, machine };
}

async function measureWrites(): Promise<ApiServerFigures['writes']> {
  await using cluster = await openCluster();
  const { server } = cluster;
  await measureRate(WARM_UP, 64, (index) => createSample(server, `warm-${index}`));
  const alone = await measureRate(ALONE, 1, (index) => createSample(server, `alone-${index}`));
  const together = await measureRate(TOGETHER, 64, (index) => createSample(server, `object-${index}`));
  await measureRate(WARM_UP, 64, (index) => applySample(server, `warm-${index}`, 'applied'));
  const apply = await measureRate(TOGETHER / 2, 64, (index) => applySample(server, `object-${index}`, 'applied'));
  return { alone, together, apply };
}

async function measureWatch(): Promise<ApiServerFigures['watch']> {
  await using cluster = await openCluster();
  await measureRate(WARM_UP, 64, (index) => createSample(cluster.server, `warm-${index}`));
  const stop = new AbortController();
  const watchers = await Promise.all(Array.from({ length: WATCHERS }, () => watchSamples(cluster, stop.signal)));
  const start = performance.now();
  await measureRate(EVENTS, 64, (index) => createSample(cluster.server, `event-${index}`));
  await Promise.all(watchers.map((watcher) => watcher.reached(EVENTS)));
  const seconds = (performance.now() - start) / 1_000;
  stop.abort();
  const writeToEvent = percentiles(await eventTimes(cluster));
  return { events: EVENTS, watchers: WATCHERS, deliveriesPerSecond: (EVENTS * WATCHERS) / seconds, writeToEvent };
}

/** Milliseconds from each call to its event. */
async function eventTimes(cluster: BenchCluster): Promise<readonly number[]> {
  const stop = new AbortController();
  const calls = new Map<string, number>();
  const times: number[] = [];
  const watcher = await watchSamples(cluster, stop.signal, (line) => {
    const name = /"name":"(timed-\d+)"/.exec(line)?.[1] ?? '';
    const called = calls.get(name);
    if (called !== undefined) times.push(performance.now() - called);
  });
  await measureRate(2_000, 8, (index) => {
    calls.set(`timed-${index}`, performance.now());
    return createSample(cluster.server, `timed-${index}`);
  });
  await watcher.reached(2_000);
  stop.abort();
  return times;
}

interface Watcher {
  /** Resolves when that many new events have come. */
  reached(events: number): Promise<void>;
}

/** Watches from now on. */
async function watchSamples(
  { server }: BenchCluster,
  signal: AbortSignal,
  onLine: (line: string) => void = () => undefined,
): Promise<Watcher> {
  const list = await server.fetch(`${new URL(WATCH_SAMPLES).origin}${new URL(WATCH_SAMPLES).pathname}?limit=1`);
  const { metadata } = (await list.json()) as { metadata: { resourceVersion: string } };
  const response = await server.fetch(`${WATCH_SAMPLES}&resourceVersion=${metadata.resourceVersion}`, { signal });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let seen = 0;
  let wanted = Number.POSITIVE_INFINITY;
  void readLines(response, (line) => {
    onLine(line);
    if (++seen >= wanted) resolve(undefined);
  }).catch(() => undefined); // the watch ends by being aborted
  return {
    reached: async (events) => {
      wanted = events;
      if (seen < events) await promise;
    },
  };
}

async function readLines(response: Response, take: (line: string) => void): Promise<void> {
  let rest = '';
  for await (const chunk of response.body ?? []) {
    const lines = (rest + Buffer.from(chunk as Uint8Array).toString()).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(take);
  }
}

async function measureList(): Promise<Growth> {
  await using cluster = await openCluster();
  const points: { n: number; value: number }[] = [];
  let made = 0;
  for (const n of LISTED) {
    const first = made;
    await measureRate(n - first, 64, (index) => createSample(cluster.server, `object-${first + index}`));
    made = n;
    await listSamples(cluster.server);
    const { p50 } = await measureRate(15, 1, () => listSamples(cluster.server));
    points.push({ n, value: p50 });
  }
  return growthOf(points);
}

interface ChildFigures {
  readonly ms: number;
  readonly resident: number;
}

async function child<T>(...args: readonly string[]): Promise<T> {
  const { stdout } = await run(process.execPath, ['--expose-gc', CHILD, ...args], { maxBuffer: 1_000_000 });
  return JSON.parse(stdout) as T;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureSize(sizes: readonly number[]): Promise<Pick<ApiServerFigures, 'memory' | 'restart'>> {
  const empty = await inFolder((folder) => child<ChildFigures>('fill', join(folder, 'cluster'), '0'));
  const memory: { n: number; value: number }[] = [];
  const restart: { n: number; value: number }[] = [];
  let afterWriting = 0;
  for (const n of sizes) {
    await inFolder(async (folder) => {
      const directory = join(folder, 'cluster');
      const filled = await child<ChildFigures>('fill', directory, String(n));
      const opened = await child<ChildFigures>('open', directory);
      afterWriting = (filled.resident - empty.resident) / n;
      memory.push({ n, value: (opened.resident - empty.resident) / n });
      restart.push({ n, value: opened.ms });
    });
  }
  return {
    memory: { ...growthOf(memory), afterWriting },
    restart: growthOf(restart),
  };
}

function measureColdStart(): Promise<ApiServerFigures['coldStart']> {
  return inFolder(async (folder) => ({
    clusters: 4,
    ...(await child<{ ms: number; processMs: number }>('cold', folder)),
  }));
}

function growthOf(points: Growth['points']): Growth {
  return { points, exponent: growthExponent(points.map(({ n, value }) => [n, value])) };
}
