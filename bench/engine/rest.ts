import { setTimeout as sleep } from 'node:timers/promises';
import { getPath } from '../../src/kube/index.ts';
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
  await noted(world);
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
export async function idleCpu(world: World): Promise<Figures> {
  await noted(world);
  const { engine } = world;
  const before = await cpuMs(engine.pid);
  await sleep(IDLE_MS);
  return { idlePercent: (((await cpuMs(engine.pid)) - before) / IDLE_MS) * 100 };
}

/** Waits until no Application is being worked on, and has been for a moment. */
export async function calm({ engine }: World): Promise<void> {
  await sleep(300);
  await engine.ask('idle');
  await sleep(200);
}

/** Waits until every Application has written down at which commit it is. */
export async function noted({ applications, names, repository }: World): Promise<void> {
  const head = await repository.head();
  await applications.until(names, (one) => getPath(one, 'status', 'sync', 'revision') === head);
}
