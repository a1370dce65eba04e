import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../core/index.ts';
import { Attempts } from './attempts.ts';

function fail(attempts: Attempts, times: number): void {
  for (let index = 0; index < times; index++) attempts.failed('alice');
}

describe('Attempts', () => {
  it('locks a name at the fifth failure and no other name', () => {
    const attempts = new Attempts(new VirtualClock());
    fail(attempts, 4);
    expect(attempts.lockedFor('alice')).toBe(0);
    fail(attempts, 1);
    expect(attempts.lockedFor('alice')).toBe(10_000);
    expect(attempts.lockedFor('bob')).toBe(0);
  });

  it('doubles the lock with each further failure, up to five minutes', () => {
    const attempts = new Attempts(new VirtualClock());
    fail(attempts, 6);
    expect(attempts.lockedFor('alice')).toBe(20_000);
    fail(attempts, 20);
    expect(attempts.lockedFor('alice')).toBe(300_000);
  });

  it('opens when the lock is over, and forgets after a quarter of an hour', () => {
    const clock = new VirtualClock();
    const attempts = new Attempts(clock);
    fail(attempts, 5);
    clock.advance(10_000);
    expect(attempts.lockedFor('alice')).toBe(0);
    clock.advance(15 * 60_000);
    fail(attempts, 1);
    expect(attempts.lockedFor('alice')).toBe(0);
  });

  it('forgets the failures of a name that signed in', () => {
    const attempts = new Attempts(new VirtualClock());
    fail(attempts, 5);
    attempts.succeeded('alice');
    expect(attempts.lockedFor('alice')).toBe(0);
  });
});
