import { readFileSync } from 'node:fs';
import { median, quantile } from '../lib/statistics.ts';

/** What one run took. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const TICK_MS = 10;

/** CPU time of the processes that were waited for; in steps of 10 ms. `undefined` where the system does not say. */
function childrenCpuMs(): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
  } catch {
    // Another system than Linux: wall clock only.
    return undefined;
  }
}

/** Costs of work that runs in other processes. */
export async function costOfChild(work: () => Promise<unknown>): Promise<Cost> {
  const cpu = childrenCpuMs();
  const start = performance.now();
  await work();
  const wallMs = performance.now() - start;
  const after = childrenCpuMs();
  return { wallMs, cpuMs: cpu === undefined || after === undefined ? wallMs : after - cpu };
}

/** Costs of one call, out of as many as take a good while together, so that the clocks' steps do not count. */
export async function costOfCall(work: () => Promise<unknown>, calls: number): Promise<Cost> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < calls; i++) await work();
  const wallMs = (performance.now() - start) / calls;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000 / calls };
}

export interface Pair {
  readonly theirs: Cost;
  readonly ours: Cost;
}

/** Times both in turn, in random order, so that what else the machine does falls on both. */
export async function interleave(
  pairs: number,
  theirs: () => Promise<Cost>,
  ours: () => Promise<Cost>,
): Promise<readonly Pair[]> {
  const found: Pair[] = [];
  for (let i = 0; i < pairs; i++) {
    if (Math.random() < 0.5) found.push({ theirs: await theirs(), ours: await ours() });
    else {
      const own = await ours();
      found.push({ theirs: await theirs(), ours: own });
    }
  }
  return found;
}

/** `theirs / ours`: the median of the pairs and where 95 % of resampled medians lie. */
export function ratio(pairs: readonly Pair[], of: keyof Cost): string {
  const ratios = pairs.map(({ theirs, ours }) => theirs[of] / ours[of]);
  const medians = Array.from({ length: 500 }, () => median(ratios.map(() => pick(ratios))));
  const [low, high] = [quantile(medians, 0.025), quantile(medians, 0.975)];
  return `${round(median(ratios))}x (${round(low)}–${round(high)})`;
}

function pick(values: readonly number[]): number {
  return values[Math.floor(Math.random() * values.length)] ?? 0;
}

function round(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}

export function milliseconds(value: number): string {
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(2)} ms`;
}
