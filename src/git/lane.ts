/**
 * Runs tasks one after another; callers that wait for the same shared task to begin get one run between them. A caller
 * never joins a run that has begun: it may have looked before what the caller has heard of.
 */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Promise<unknown> | undefined;

  /** Runs `task` when everything before it has ended. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** As {@link run}; a call while another is still waiting gets that one's result. */
  share<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting ??= this.run(async () => {
      await new Promise((resolve) => setImmediate(resolve)); // Callers of the same moment join.
      this.#waiting = undefined;
      return task();
    });
    return this.#waiting as Promise<T>;
  }
}

/** Waits for `promise`, but not longer than until `signal` aborts. @throws the signal's reason */
export async function until<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  promise.catch(() => undefined); // It goes on for others; nobody may be left to hear of its failure.
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}
