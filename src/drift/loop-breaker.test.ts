import { describe, expect, it } from 'vitest';
import { LoopBreaker } from './loop-breaker.ts';

const LIMITS = { heals: 3, window: 60_000, hold: 1_000, longestHold: 3_000, calm: 10_000 };
const closed = (): boolean => false;

function tripped(): LoopBreaker {
  const breaker = new LoopBreaker(LIMITS);
  for (const at of [1, 2, 3]) breaker.healed('a', at);
  return breaker;
}

describe('LoopBreaker', () => {
  it('trips at so many heals of one field in the window, once', () => {
    const breaker = new LoopBreaker(LIMITS);

    expect([1, 2, 3, 4].map((at) => breaker.healed('a', at))).toEqual([false, false, true, false]);
    expect([breaker.isTripped('a'), breaker.isTripped('b')]).toEqual([true, false]);
  });

  it('does not trip when they are far apart', () => {
    const breaker = new LoopBreaker(LIMITS);

    expect([0, 60_000, 120_000, 180_000].map((at) => breaker.healed('a', at))).toEqual([false, false, false, false]);
  });

  it('leaves the field alone for longer each time that it goes on, up to a limit', () => {
    const breaker = tripped();
    const waits = [3, 1_003, 3_003, 6_003].map((at) => {
      breaker.found('a', at);
      return breaker.wait('a', at);
    });

    expect(waits).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  it('is over after a calm time, unless the field has not been put right', () => {
    const breaker = tripped();

    expect(breaker.sweep(9_000, closed)).toEqual([]);
    expect(breaker.sweep(10_003, () => true)).toEqual([]);
    expect(breaker.sweep(10_003, closed)).toEqual(['a']);
    expect(breaker.isTripped('a')).toBe(false);
  });

  it('says nothing of the end of what never was a loop', () => {
    const breaker = new LoopBreaker(LIMITS);
    breaker.healed('a', 0);

    expect(breaker.sweep(20_000, closed)).toEqual([]);
  });
});
