import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../src/kustomize/index.ts';
import type { KubeClient } from '../../src/kube/index.ts';
import { connect } from '../../test/support/delivery.ts';
import { runCommand, startProgram } from '../../test/support/running-program.ts';
import type { RunningProgram } from '../../test/support/running-program.ts';
import { contains } from '../lib/contains.ts';
import { residentMiB } from '../lib/process-figures.ts';
import type { Benchmark, Row } from '../lib/report.ts';
import { median, quantile } from '../lib/statistics.ts';
import { createBenchRepository } from './bench-repository.ts';
import { driftToHealed, pushToSynced, whenSynced } from './measurements.ts';

const STARTS = 5;
const SAMPLES = 50;
const REST_MS = 5000;
/** Between edits: faster ones would be a fight, which the engine slows down to one heal a second. */
const CALM_MS = 1100;

interface Samples {
  readonly pushes: readonly number[];
  readonly heals: readonly number[];
  readonly restMiB: number;
  readonly equal: boolean;
}

/** The whole standalone program, seen from another process. */
export const loop: Benchmark = {
  summary: 'start, memory at rest, push to synced, drift to healed, demo',
  async run(tell) {
    const scratch = await mkdtemp(join(tmpdir(), 'stoa-bench-'));
    try {
      const first = await startTimes(join(scratch, 'starts'), tell);
      const samples = await measureLoop(scratch, tell);
      tell('demo');
      const demoSeconds = await timeDemo();
      return {
        equality: {
          ok: samples.equal,
          what: 'after the last push and the last edit the cluster holds what the checkout renders',
        },
        versions: { 'stoa-cd': '0.1.0', node: process.version },
        rows: rowsOf(first, samples, demoSeconds),
      };
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

interface Starts {
  readonly firstMs: number;
  readonly laterMs: readonly number[];
}

async function startTimes(data: string, tell: (what: string) => void): Promise<Starts> {
  const times: number[] = [];
  for (let run = 0; run <= STARTS; run++) {
    tell(`start ${run + 1} of ${STARTS + 1}`);
    await using program = await startProgram({ data });
    times.push(program.startMs);
    await program.stop();
  }
  const [firstMs = 0, ...laterMs] = times;
  return { firstMs, laterMs };
}

async function measureLoop(scratch: string, tell: (what: string) => void): Promise<Samples> {
  await using program = await startProgram({ data: join(scratch, 'data') });
  tell('memory at rest');
  const restMiB = await afterRest(program);
  await using hub = await connect(program.addresses, 'hub');
  await using dev = await connect(program.addresses, 'dev');
  const checkout = join(scratch, 'bench');
  const repository = await createBenchRepository(checkout, program.addresses);
  for (const object of repository.objects) await hub.client.create(object);
  await whenSynced(hub.client);
  const pushes = await sampled('push', tell, (n) => pushToSynced(hub.client, repository, `value-${n}`));
  const heals = await sampled('edit', tell, async (n) => {
    await new Promise((resolve) => setTimeout(resolve, CALM_MS));
    return driftToHealed(dev.client, `registry.invalid/edited:${n}`);
  });
  return { restMiB, pushes, heals, equal: await holdsWhatGitSays(dev.client, checkout) };
}

async function sampled(
  what: string,
  tell: (what: string) => void,
  measure: (n: number) => Promise<number>,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let n = 0; n < SAMPLES; n++) {
    if (n % 10 === 0) tell(`${what} ${n + 1} of ${SAMPLES}`);
    times.push(await measure(n));
  }
  return times;
}

/** Memory is read once the applications have settled and a garbage collection has had time to run. */
async function afterRest({ pid }: RunningProgram): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  return residentMiB(pid);
}

/** Every field that Git sets has that value in the cluster. */
async function holdsWhatGitSays(cluster: KubeClient, checkout: string): Promise<boolean> {
  const { objects } = await build(checkout, '.');
  for (const wanted of objects) {
    const { name = '', namespace = '' } = wanted.metadata;
    const [group, version] = wanted.apiVersion.includes('/') ? wanted.apiVersion.split('/') : ['', wanted.apiVersion];
    const live = await cluster.get({ group: group ?? '', version: version ?? '', kind: wanted.kind, namespace, name });
    const { metadata: _, ...fields } = wanted;
    if (live === undefined || !contains(live, fields)) return false;
  }
  return objects.length > 0;
}

async function timeDemo(): Promise<number> {
  const { code, stdout } = await runCommand(['demo', '--output', 'json']);
  if (code !== 0) throw new Error('The demo failed');
  return (JSON.parse(stdout) as { readonly seconds: number }).seconds;
}

function rowsOf(
  { firstMs, laterMs }: Starts,
  { pushes, heals, restMiB }: Samples,
  demoSeconds: number,
): readonly Row[] {
  const spread = (times: readonly number[]): string =>
    `p50 ${quantile(times, 0.5).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`;
  return [
    {
      figure: 'start, empty data directory',
      value: seconds(firstMs),
      goal: '≤ 10 s',
      how: 'process start to printed addresses, once',
    },
    {
      figure: 'start again',
      value: seconds(median(laterMs)),
      goal: '≤ 10 s',
      how: `the same, median of ${laterMs.length}`,
    },
    {
      figure: 'memory at rest',
      value: `${restMiB.toFixed(0)} MiB`,
      how: `four clusters, forge, registry, identity, engine, page: one process, PSS ${REST_MS / 1000} s after the start`,
    },
    {
      figure: 'git push to synced',
      value: spread(pushes),
      how: `${pushes.length} pushes by git; until a watch of another process shows the Application synced to the commit`,
    },
    {
      figure: 'drift to healed',
      value: spread(heals),
      goal: '< 1 min (ADR-007)',
      how: `${heals.length} edits of an image; until a watch of another process shows Git's image again`,
    },
    {
      figure: 'whole demo',
      value: `${demoSeconds.toFixed(1)} s`,
      how: 'stoa-cd demo, without its start; workloads simulated',
    },
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
