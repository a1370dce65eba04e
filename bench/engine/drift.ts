import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue } from '../../src/core/index.ts';
import { getPath } from '../../src/kube/index.ts';
import type { ObjectKey } from '../../src/kube/index.ts';
import { quantile } from '../lib/statistics.ts';
import { UNHEALED, applicationName, namespaceOf } from './content.ts';
import type { Figures } from './figures.ts';
import { Observer, isSynced } from './observer.ts';
import type { World } from './world.ts';

const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };
const EDITS = 60;
const FAST_MS = 20;

/** W9: somebody edits an object past Git; times are from the start of the edit's request to a third party's watch. */
export async function drift(world: World): Promise<Figures> {
  await using objects = new Observer(world.cluster, CONFIG_MAP, (object) => object);
  await objects.start();
  const slow = await corrections(world, objects, 0);
  const fast = await corrections(world, objects, FAST_MS);
  const seen = await detections(world);
  return {
    correctedP50: quantile(slow, 0.5),
    correctedP99: quantile(slow, 0.99),
    correctedFastP50: quantile(fast, 0.5),
    correctedFastP99: quantile(fast, 0.99),
    detectedP50: quantile(seen, 0.5),
    detectedP99: quantile(seen, 0.99),
  };
}

/** @param everyMs between edits that do not wait for one another; 0: each waits until the one before is corrected */
async function corrections(world: World, objects: Observer, everyMs: number): Promise<readonly number[]> {
  const edit = async (n: number): Promise<number> => {
    const index = UNHEALED + (Math.floor(((n + 0.5) / EDITS) * world.count) % (world.count - UNHEALED));
    const value = `edit-${everyMs}-${n}`;
    const { name } = settingsOf(index);
    const edited = objects.until([name], (object) => releaseOf(object) === value);
    const started = performance.now();
    await change(world, index, value);
    await edited;
    const [corrected = 0] = (await objects.until([name], (object) => releaseOf(object) !== value)).values();
    return corrected - started;
  };
  const running: Promise<number>[] = [];
  for (let n = 0; n < EDITS; n++) {
    running.push(edit(n));
    await (everyMs === 0 ? running.at(-1) : sleep(everyMs));
  }
  return Promise.all(running);
}

/** Of applications that do not heal, so that their status says for a while that they drifted. */
async function detections(world: World): Promise<readonly number[]> {
  const times: number[] = [];
  for (let n = 0; n < EDITS / 2; n++) {
    const index = n % UNHEALED;
    const names = [applicationName(index)];
    const before = releaseOf(await world.cluster.get(settingsOf(index)));
    const seen = world.applications.until(
      names,
      (object) => getPath(object, 'status', 'sync', 'status') === 'OutOfSync',
    );
    const started = performance.now();
    await change(world, index, `unseen-${n}`);
    const [at = 0] = (await seen).values();
    times.push(at - started);
    await change(world, index, before);
    await world.applications.until(names, isSynced);
  }
  return times;
}

function settingsOf(index: number): ObjectKey & { readonly name: string } {
  return { ...CONFIG_MAP, namespace: namespaceOf(index), name: `settings-${applicationName(index)}` };
}

async function change(world: World, index: number, release: JsonValue): Promise<void> {
  await world.cluster.patch(settingsOf(index), { type: 'merge', body: { data: { release } } });
}

function releaseOf(object: unknown): JsonValue {
  return getPath(object, 'data', 'release') ?? null;
}
