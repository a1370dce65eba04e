import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/index.ts';
import { FollowUp } from './follow-up.ts';
import { RevisionReaders } from './readers.ts';

interface World {
  readonly clock: VirtualClock;
  readonly followUp: FollowUp;
  readonly seen: string[];
}

function setUp(): World {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  const enqueue = ({ name }: { readonly name: string }): void => void seen.push(`${name}@${clock.now()}`);
  return { clock, seen, followUp: new FollowUp({ clock, enqueue, delay: 200, gap: 20 }) };
}

function readersOf(...names: readonly string[]): RevisionReaders {
  const readers = new RevisionReaders();
  for (const name of names) readers.note({ name }, { url: 'u', revision: 'main' });
  return readers;
}

describe(FollowUp, () => {
  it('looks at each once, at a steady pace', () => {
    const { clock, followUp, seen } = setUp();
    followUp.begin(readersOf('a', 'b', 'c'));
    clock.advance(10_000);
    expect(seen).toEqual(['a@200', 'b@220', 'c@240']);
    expect(clock.nextDue).toBeUndefined();
  });

  it('goes on after another push until each was looked at since', () => {
    const { clock, followUp, seen } = setUp();
    const readers = readersOf('a', 'b', 'c');
    followUp.begin(readers);
    clock.advance(210);
    followUp.begin(readers);
    clock.advance(10_000);
    expect(seen).toEqual(['a@200', 'b@220', 'c@240', 'a@260']);
  });

  it('begins one revision after the other, and stops when it is disposed', () => {
    const { clock, followUp, seen } = setUp();
    followUp.begin(readersOf('a'));
    followUp.begin(readersOf('b', 'c'));
    clock.advance(220);
    followUp[Symbol.dispose]();
    clock.advance(10_000);
    expect(seen).toEqual(['a@200', 'b@220']);
  });

  it('ends when there is nobody left to look at', () => {
    const { clock, followUp, seen } = setUp();
    const readers = readersOf('a');
    followUp.begin(readers);
    readers.forget({ name: 'a' });
    clock.advance(10_000);
    expect(seen).toEqual([]);
    expect(clock.nextDue).toBeUndefined();
  });
});
