import { backoff, sleep } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import { ForgeError } from './errors.ts';

/**
 * For a call that may not be repeated: when its answer is lost, what it has made is looked for.
 * @throws the error of `attempt` where `find` finds nothing
 */
export async function orMade<T>(attempt: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ForgeError) || error.code !== 'UNAVAILABLE' || error.isRateLimit) throw error;
    const made = await find().catch(() => undefined);
    if (made === undefined) throw error;
    return made;
  }
}

const READINGS = 5;

export interface SettleOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Reads again, a few times within four seconds, what the forge is still working out; the last reading counts. */
export async function settled<T>(
  read: () => Promise<T>,
  isSettled: (value: T) => boolean,
  { clock, signal }: SettleOptions,
): Promise<T> {
  let value = await read();
  for (let count = 1; count < READINGS && !isSettled(value); count++) {
    await sleep(clock, backoff(count - 1, { base: 250 }), signal);
    value = await read();
  }
  return value;
}
