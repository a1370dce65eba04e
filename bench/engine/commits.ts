import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs } from '../lib/process-figures.ts';
import { median, quantile } from '../lib/statistics.ts';
import { BASE_SETTINGS, applicationName, baseSettings, ownSettings, settingsFile } from './content.ts';
import type { EngineCounts } from './engine-process.ts';
import { deployed, isSynced, lastOf } from './observer.ts';
import { applicationOf, eachOf } from './world.ts';
import type { World } from './world.ts';
import type { Figures } from './figures.ts';

/** Creates all Applications: the time from the first until the last one is synced. */
export async function firstSync(world: World): Promise<Figures> {
  const [engine, servers] = [await cpuMs(world.engine.pid), await cpuMs(world.servers.pid)];
  const started = performance.now();
  await eachOf(world.names.keys(), async (index) => {
    await world.hub.create(applicationOf(index, world.repoURL));
  });
  const seconds = (lastOf(await world.applications.until(world.names, isSynced)) - started) / 1000;
  await world.engine.ask('idle');
  return {
    firstSyncSeconds: seconds,
    firstSyncEngineCpu: ((await cpuMs(world.engine.pid)) - engine) / world.count,
    firstSyncServerCpu: ((await cpuMs(world.servers.pid)) - servers) / world.count,
  };
}

const NOTHING_COMMITS = 10;
const NOTHING_EVERY_MS = 400;

/** W5: commits that change nothing of any Application. */
export async function nothingChanged(world: World): Promise<Figures> {
  const idle = await cpuOver(world, NOTHING_EVERY_MS * NOTHING_COMMITS);
  const before = await world.engine.ask<EngineCounts>('counts');
  const cpu = await cpuMs(world.engine.pid);
  for (let n = 0; n < NOTHING_COMMITS; n++) {
    await world.repository.commit(new Map([['README.md', `Nothing ${n}\n`]]));
    await world.repository.push();
    await sleep(NOTHING_EVERY_MS);
  }
  const spent = (await cpuMs(world.engine.pid)) - cpu;
  const after = await world.engine.ask<EngineCounts>('counts');
  return {
    nothingCpu: Math.max(0, spent - idle) / NOTHING_COMMITS,
    nothingWrites: (after.writes - before.writes) / NOTHING_COMMITS,
  };
}

async function cpuOver(world: World, ms: number): Promise<number> {
  const before = await cpuMs(world.engine.pid);
  await sleep(ms);
  return (await cpuMs(world.engine.pid)) - before;
}

const PUSHES = 30;

/** W6: one application's file changes; pushed to synced, each at an application of its own. */
export async function oneChanged(world: World): Promise<Figures> {
  const times: number[] = [];
  for (let n = 0; n < PUSHES; n++) {
    const index = Math.floor(((n + 0.5) / PUSHES) * world.count);
    const commit = await world.repository.commit(new Map([[settingsFile(index), ownSettings(`push-${n}`)]]));
    const synced = world.applications.until([applicationName(index)], deployed(commit));
    const started = performance.now();
    await world.repository.push();
    times.push(lastOf(await synced) - started);
  }
  return { onePushP50: median(times), onePushP99: quantile(times, 0.99) };
}

/** W7: the base changes, and with it one object of every application. */
export async function baseChanged(world: World): Promise<Figures> {
  const before = await world.engine.ask<EngineCounts>('counts');
  const [engine, servers] = [await cpuMs(world.engine.pid), await cpuMs(world.servers.pid)];
  const commit = await world.repository.commit(new Map([[BASE_SETTINGS, baseSettings(`r-${Date.now()}`)]]));
  const synced = world.applications.until(world.names, deployed(commit));
  const started = performance.now();
  await world.repository.push();
  const seconds = (lastOf(await synced) - started) / 1000;
  await world.engine.ask('idle');
  const after = await world.engine.ask<EngineCounts>('counts');
  return {
    baseSeconds: seconds,
    basePerSecond: world.count / seconds,
    baseEngineCpu: ((await cpuMs(world.engine.pid)) - engine) / world.count,
    baseServerCpu: ((await cpuMs(world.servers.pid)) - servers) / world.count,
    baseWrites: (after.writes - before.writes) / world.count,
  };
}
