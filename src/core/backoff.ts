export interface BackoffOptions {
  /** First delay in milliseconds. @default 100 */
  readonly base?: number;
  /** Largest delay in milliseconds. @default 30_000 */
  readonly cap?: number;
  /** @default 2 */
  readonly factor?: number;
}

/** Delay in milliseconds before try `failures + 1`, exponential and capped. Add jitter at the caller. */
export function backoff(failures: number, options: BackoffOptions = {}): number {
  const { base = 100, cap = 30_000, factor = 2 } = options;
  return Math.min(cap, base * factor ** failures);
}
