import { loadavg } from 'node:os';
import type { Benchmark, Measured } from '../lib/report.ts';
import { baseChanged, firstSync, nothingChanged, oneChanged } from './commits.ts';
import { churn } from './churn.ts';
import { drift } from './drift.ts';
import { differenceFromGit } from './equality.ts';
import { rowsOf } from './figures.ts';
import type { Figures, Sample } from './figures.ts';
import { generate } from './generate.ts';
import { METRICS } from './metrics.ts';
import { calm, idleCpu, restart, settledMiB } from './rest.ts';
import { seed } from './seed.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

type Tell = (what: string) => void;

const COUNTS = (process.env['STOA_CD_BENCH_N'] ?? '100,300,1000').split(',').map(Number);
/** With more Applications the cluster holds everything already when they are created, as their first sync is too long. */
const SEEDED_ABOVE = 1000;
/** Names of workloads to run, of those that can be left out. @default all */
const ONLY = process.env['STOA_CD_BENCH_ONLY']?.split(',');

/** Run in this order in one world; each leaves it settled. */
const WORKLOADS: readonly (readonly [name: string, run: (world: World) => Promise<Figures>])[] = [
  ['W5', nothingChanged],
  ['W6', oneChanged],
  ['W7', baseChanged],
  ['W9', drift],
  ['W10', churn],
  ['W12', idleCpu],
  ['W13', restart],
];

/** The reconciliation engine against an API that is simulated, and a forge, each in a process of its own. */
export const engine: Benchmark = {
  summary: `the reconciliation engine with ${COUNTS.join(', ')} applications; simulated APIs, which are faster than real ones`,
  async run(tell) {
    const samples: Sample[] = [];
    for (const count of COUNTS) {
      const sample = await measure(count, tell);
      if (typeof sample === 'string') return report([], { ok: false, what: `N=${count}: ${sample}` });
      samples.push(sample);
    }
    const what = 'after every workload the cluster holds, field for field, what the last commit renders to';
    return report(samples, { ok: true, what });
  },
};

function report(samples: readonly Sample[], equality: Measured['equality']): Measured {
  const versions = { 'stoa-cd': '0.1.0', node: process.version };
  return { equality, versions, rows: rowsOf(METRICS, samples) };
}

/** @returns what differs from Git, if anything does */
async function measure(count: number, tell: Tell): Promise<Sample | string> {
  const flux = isWanted('W8') && count <= SEEDED_ABOVE ? await measureFlux(count, tell) : {};
  if (typeof flux === 'string') return flux;
  const sets = isWanted('W14') ? await measureSets(count, tell) : {};
  tell(`N=${count}: first sync, 10 objects each`);
  await using world = await createWorld(count, 'ten');
  const none = await settledMiB(world);
  if (count > SEEDED_ABOVE) await seed(world);
  let figures: Figures = { ...flux, ...sets, ...(await firstSync(world)) };
  tell(`N=${count}: W11`);
  figures = { ...figures, ...memory(count, (await settledMiB(world)) - none) };
  for (const [name, run] of WORKLOADS) {
    if (!isWanted(name)) continue;
    tell(`N=${count}: ${name}`);
    figures = { ...figures, ...(await run(world)) };
    await calm(world);
  }
  if (isWanted('W13')) figures = { ...figures, restartedMiB: (await settledMiB(world)) - none };
  tell(`N=${count}: equality`);
  return (await differenceFromGit(world)) ?? { count, figures, load: load() };
}

function memory(count: number, memoryMiB: number): Figures {
  return { memoryMiB, perGiB: (count / memoryMiB) * 1024 };
}

async function measureFlux(count: number, tell: Tell): Promise<Figures | string> {
  tell(`N=${count}: first sync, 4 objects each`);
  await using world = await createWorld(count, 'four');
  const { firstSyncSeconds = 0 } = await firstSync(world);
  return (await differenceFromGit(world)) ?? { fluxSeconds: firstSyncSeconds };
}

async function measureSets(count: number, tell: Tell): Promise<Figures> {
  tell(`N=${count}: W14`);
  await using world = await createWorld(count, 'four');
  return await generate(world);
}

function isWanted(name: string): boolean {
  return ONLY === undefined || ONLY.includes(name);
}

function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}
