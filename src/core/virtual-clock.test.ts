import { describe, expect, it } from 'vitest';
import { sleep } from './clock.ts';
import { VirtualClock } from './virtual-clock.ts';

describe(VirtualClock, () => {
  it('fires timers in the order they are due, ties in the order they were set', () => {
    const clock = new VirtualClock(0);
    const fired: string[] = [];
    clock.after(20, () => fired.push(`late@${clock.now()}`));
    clock.after(10, () => fired.push(`first@${clock.now()}`));
    clock.after(10, () => fired.push(`second@${clock.now()}`));

    clock.advance(15);
    expect(fired).toEqual(['first@10', 'second@10']);
    clock.advance(5);
    expect(fired).toEqual(['first@10', 'second@10', 'late@20']);
    expect(clock.now()).toBe(20);
  });

  it('does not fire a timer that was disposed', () => {
    const clock = new VirtualClock(0);
    let fired = false;
    clock.after(1, () => (fired = true))[Symbol.dispose]();

    clock.advance(10);

    expect(fired).toBe(false);
  });

  it('fires timers that a timer sets within the same advance', () => {
    const clock = new VirtualClock(0);
    const at: number[] = [];
    const tick = (): void => {
      at.push(clock.now());
      clock.after(3, tick);
    };
    clock.after(3, tick);

    clock.advance(10);

    expect(at).toEqual([3, 6, 9]);
  });

  it('advances until a state is reached, and gives up at the limit', async () => {
    const clock = new VirtualClock(0);
    let done = false;
    clock.after(60_000, () => (done = true));

    await clock.advanceUntil(() => done, 120_000);
    expect(clock.now()).toBeGreaterThanOrEqual(60_000);
    await expect(clock.advanceUntil(() => false, 5_000)).rejects.toBeInstanceOf(Error);
  });
});

describe(sleep, () => {
  it('resolves after the time, on the clock given', async () => {
    const clock = new VirtualClock(0);
    const slept = sleep(clock, 1_000).then(() => clock.now());

    clock.advance(1_000);

    expect(await slept).toBe(1_000);
  });

  it('rejects with the reason of the signal', async () => {
    const abort = new AbortController();
    const slept = sleep(new VirtualClock(0), 1_000, abort.signal);

    abort.abort(new RangeError('enough'));

    await expect(slept).rejects.toBeInstanceOf(RangeError);
  });
});
