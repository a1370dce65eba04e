import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What a figure was measured on; figures of different machines do not compare. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly node: string;
  /** One-minute load average when the run began. */
  readonly load: number;
  /** The machine was busy with something else: figures may be worse than they would be. */
  readonly noisy: boolean;
}

const NOISY_LOAD = 2.5;

export function describeMachine(): Machine {
  const [load = 0] = loadavg();
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: Math.round(load * 100) / 100,
    noisy: load > NOISY_LOAD,
  };
}
