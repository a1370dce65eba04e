/**
 * One server in a process of its own: `node child.ts fill|open|cold DIRECTORY [N]`. Prints its figures as one line of JSON.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/core/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import { createSample } from './cluster.ts';
import { measureRate } from './latency.ts';

const [, , mode, directory = '', count = '0'] = process.argv;
const CLUSTERS = ['hub', 'dev', 'staging', 'prod'];

/** Memory of this process alone, once it has come to rest. */
async function resident(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await sleep(200);
  }
  const rollup = readFileSync('/proc/self/smaps_rollup', 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024;
}

async function timed<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const start = performance.now();
  const value = await run();
  return { value, ms: performance.now() - start };
}

const open = (folder: string): ReturnType<typeof createApiServer> =>
  createApiServer({ name: 'bench', clock: systemClock, directory: folder });

if (mode === 'cold') {
  const started = await timed(() =>
    Promise.all(
      CLUSTERS.map(async (name) => {
        const server = await open(join(directory, name));
        await server.listen();
        return server;
      }),
    ),
  );
  process.stdout.write(`${JSON.stringify({ ms: started.ms, processMs: performance.now() })}\n`);
  for (const server of started.value) await server[Symbol.asyncDispose]();
} else {
  const { value: server, ms } = await timed(() => open(directory));
  if (mode === 'fill') await measureRate(Number(count), 64, (index) => createSample(server, `object-${index}`));
  process.stdout.write(`${JSON.stringify({ ms, resident: await resident() })}\n`);
  await server[Symbol.asyncDispose]();
}
