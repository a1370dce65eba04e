import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs } from '../lib/process-figures.ts';
import { applicationName, namespaceOf } from './content.ts';
import type { EngineCounts } from './engine-process.ts';
import type { Figures } from './figures.ts';
import { eachOf } from './world.ts';
import type { World } from './world.ts';

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const CHURN_MS = 10_000;

/** W10: the status of objects changes in a way that is nobody's business, as fast as the simulated API takes it. */
export async function churn(world: World): Promise<Figures> {
  const before = await world.engine.ask<EngineCounts>('counts');
  const cpu = await cpuMs(world.engine.pid);
  const started = performance.now();
  let changes = 0;
  await eachOf(world.names.keys().take(world.count), async (first) => {
    for (let index = first; performance.now() - started < CHURN_MS; index = (index + 16) % world.count) {
      const key = { ...DEPLOYMENT, namespace: namespaceOf(index), name: `web-${applicationName(index)}` };
      const body = { status: { collisionCount: ++changes } };
      await world.cluster.patch(key, { type: 'merge', body }, { subresource: 'status' });
    }
  });
  const seconds = (performance.now() - started) / 1000;
  await sleep(500);
  const after = await world.engine.ask<EngineCounts>('counts');
  const percent = ((await cpuMs(world.engine.pid)) - cpu) / (seconds * 10);
  return {
    churnRate: changes / seconds,
    churnReconciles: after.reconciled - before.reconciled,
    churnPercent: percent,
    churnPercentOf2000: (percent * 2000 * seconds) / changes,
  };
}
