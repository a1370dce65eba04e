/** Milliseconds that single calls took. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export interface Rate extends Latency {
  readonly perSecond: number;
}

/** Runs `call` for 0 … `count` − 1, `concurrency` at a time. */
export async function measureRate(
  count: number,
  concurrency: number,
  call: (index: number) => Promise<unknown>,
): Promise<Rate> {
  const times: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const start = performance.now();
      await call(index);
      times.push(performance.now() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - start) / 1_000;
  return { perSecond: count / seconds, ...percentiles(times) };
}

export function percentiles(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
