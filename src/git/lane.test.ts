import { describe, expect, it } from 'vitest';
import { Lane, until } from './lane.ts';

describe(Lane, () => {
  it('gives callers of the same moment one run', async () => {
    const lane = new Lane();
    let runs = 0;
    const task = async (): Promise<number> => ++runs;

    const results = await Promise.all([lane.share(task), lane.share(task), lane.share(task)]);

    expect(results).toEqual([1, 1, 1]);
  });

  it('does not let a caller join a run that has begun', async () => {
    const lane = new Lane();
    const [begun, release] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    let runs = 0;
    const task = async (): Promise<number> => {
      const run = ++runs;
      begun.resolve(undefined);
      await release.promise;
      return run;
    };

    const first = lane.share(task);
    await begun.promise;
    const later = [lane.share(task), lane.share(task)];
    release.resolve(undefined);

    expect([await first, ...(await Promise.all(later))]).toEqual([1, 2, 2]);
  });

  it('goes on after a failure, in order', async () => {
    const lane = new Lane();
    const order: number[] = [];

    const failed = lane.run(async () => {
      order.push(1);
      throw new RangeError('no');
    });
    const next = lane.run(async () => order.push(2));

    await expect(failed).rejects.toBeInstanceOf(RangeError);
    await next;
    expect(order).toEqual([1, 2]);
  });
});

describe(until, () => {
  it('stops waiting when the signal aborts', async () => {
    const abort = new AbortController();
    const waited = until(new Promise(() => undefined), abort.signal);

    abort.abort(new RangeError('enough'));

    await expect(waited).rejects.toBeInstanceOf(RangeError);
  });
});
