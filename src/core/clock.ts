/**
 * Time as a port. Engines never read the wall clock: rehearsal and tests run them under {@link VirtualClock}.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds; disposing the timer cancels it. */
  after(ms: number, run: () => void): Disposable;
}

/** The machine's own clock. A pending timer keeps the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/**
 * Waits `ms` on `clock`.
 * @throws the signal's reason when it aborts before the time is over
 */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const timer = clock.after(ms, () => resolve(undefined));
  const onAbort = (): void => {
    timer[Symbol.dispose]();
    reject(signal?.reason as Error);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return promise.finally(() => signal?.removeEventListener('abort', onAbort));
}

/** RFC 3339 in whole seconds, as Kubernetes writes `metav1.Time`. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
