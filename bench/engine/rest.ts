import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs, peakMiB, residentMiB } from '../lib/process-figures.ts';
import type { EngineCounts } from './engine-process.ts';
import type { Figures } from './figures.ts';
import type { World } from './world.ts';

/** Connections that are not used are closed after four seconds. */
const QUIET_MS = 6000;

/** Memory of the engine with idle connections closed and garbage given back. */
export async function settledMiB({ engine }: World): Promise<number> {
  await sleep(QUIET_MS);
  await engine.ask('settle');
  return residentMiB(engine.pid);
}

/** W13: from the start of a new process until the engine knows all Applications, and what it wrote meanwhile. */
export async function restart(world: World): Promise<Figures> {
  const began = await world.restart();
  await world.engine.ask('idle');
  const seconds = (performance.now() - began) / 1000;
  const cpu = await cpuMs(world.engine.pid);
  const peak = await peakMiB(world.engine.pid);
  await sleep(1000);
  const { writes, events } = await world.engine.ask<EngineCounts>('counts');
  return { restartSeconds: seconds, restartCpu: cpu / 1000, restartWrites: writes + events, restartPeakMiB: peak };
}

const IDLE_MS = 15_000;

/** W12: processor time of the engine while nothing happens. */
export async function idleCpu({ engine }: World): Promise<Figures> {
  const before = await cpuMs(engine.pid);
  await sleep(IDLE_MS);
  return { idlePercent: (((await cpuMs(engine.pid)) - before) / IDLE_MS) * 100 };
}
