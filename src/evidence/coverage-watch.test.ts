import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock, silentLogger } from '../core/index.ts';
import { watchCoverage } from './coverage-watch.ts';
import type { RunningPod } from './running-pod.ts';
import { asRecords, deployment, digest } from './testing/records.ts';

const pod = (name: string, letter: string): RunningPod => ({
  ...{ cluster: 'prod', namespace: 'stoa', name, terminating: false },
  containers: [{ name: 'app', image: 'registry.example.com/stoa/gateway:1', digest: digest(letter) }],
});

let running: readonly RunningPod[] = [];
let failure: Error | undefined;
let reads = 0;
let told: string[] = [];
let watch: AsyncDisposable | undefined;

/** Looks `times` a minute apart. */
async function look(clock: VirtualClock, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function start(): VirtualClock {
  [running, failure, reads, told] = [[pod('a', 'a')], undefined, 0, []];
  const clock = new VirtualClock();
  watch = watchCoverage({
    pods: async () => (failure === undefined ? running : Promise.reject(failure)),
    ledger: {
      records: async () => {
        reads++;
        return asRecords([deployment()]);
      },
    },
    onChange: ({ gaps }) => void told.push(gaps.map((gap) => `${gap.pod} ${gap.reason}`).join(',')),
    ...{ clock, logger: silentLogger, signal: new AbortController().signal },
  });
  return clock;
}

afterEach(async () => watch?.[Symbol.asyncDispose]());

describe(watchCoverage, () => {
  it('says nothing while all is covered, and reads the ledger only when something else runs', async () => {
    const clock = start();
    await look(clock, 5);

    expect(told).toEqual([]);
    expect(reads).toBe(1);
  });

  it('tells of what has no record at two looks, once, and when it is gone', async () => {
    const clock = start();
    running = [pod('a', 'a'), pod('miner', 'f')];
    await look(clock, 1);
    expect(told).toEqual([]);
    await look(clock, 3);
    expect(told).toEqual(['miner NoRecord']);
    running = [pod('a', 'a')];
    await look(clock, 2);
    expect(told).toEqual(['miner NoRecord', '']);
  });

  it('does not take a cluster that cannot be asked for one that runs nothing', async () => {
    const clock = start();
    running = [pod('miner', 'f')];
    await look(clock, 2);
    failure = new Error('away');
    await look(clock, 2);
    expect(told).toEqual(['miner NoRecord']);
    failure = undefined;
    await look(clock, 2);
    expect(told).toEqual(['miner NoRecord']);
  });
});
