import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/index.ts';
import { createWorkQueue } from './work-queue.ts';
import type { WorkQueue } from './work-queue.ts';

function setUp(): { readonly clock: VirtualClock; readonly queue: WorkQueue<string> } {
  const clock = new VirtualClock(0);
  return { clock, queue: createWorkQueue<string>({ clock, backoff: { cap: 100 } }) };
}

describe(createWorkQueue, () => {
  it('hands an item out once however often it was added, in the order of the first add', async () => {
    const { queue } = setUp();
    for (const item of ['a', 'b', 'a', 'a']) queue.add(item);

    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b']);
    expect(queue.size).toBe(0);
  });

  it('gives an item added while a worker has it to nobody until that worker is done', async () => {
    const { queue } = setUp();
    queue.add('a');
    await queue.take();
    queue.add('a');
    expect(queue.size).toBe(0);

    queue.done('a');

    expect(await queue.take()).toBe('a');
  });

  it('wakes a worker that waits', async () => {
    const { queue } = setUp();
    const taken = queue.take();

    queue.add('a');

    expect(await taken).toBe('a');
  });

  it('adds after the delay, the shorter of two', () => {
    const { clock, queue } = setUp();
    queue.addAfter('a', 50);
    queue.addAfter('a', 10);
    queue.addAfter('a', 80);

    clock.advance(9);
    expect(queue.size).toBe(0);
    clock.advance(1);
    expect(queue.size).toBe(1);
    expect(clock.nextDue).toBeUndefined();
  });

  it('doubles the delay from 5 ms to the cap, and starts again when the item is forgotten', async () => {
    const { clock, queue } = setUp();
    const delays: number[] = [];
    const fail = async (): Promise<void> => {
      queue.addRateLimited('a');
      const due = clock.nextDue ?? 0;
      delays.push(due);
      clock.advance(due);
      queue.done((await queue.take()) ?? '');
    };
    for (let round = 0; round < 6; round++) await fail();
    expect(queue.failures('a')).toBe(6);
    queue.forget('a');
    await fail();

    expect(delays).toEqual([5, 10, 20, 40, 80, 100, 5]);
  });

  it('hands out what waits after it is shut down, then nothing, and takes nothing new', async () => {
    const { clock, queue } = setUp();
    queue.add('a');
    queue.addAfter('later', 10);
    queue.shutDown();
    queue.add('b');
    clock.advance(100);

    expect([await queue.take(), await queue.take()]).toEqual(['a', undefined]);
  });

  it('drains: resolves when the last worker is done', async () => {
    const { queue } = setUp();
    queue.add('a');
    await queue.take();
    let drained = false;
    const drain = queue.drain().then(() => (drained = true));
    await Promise.resolve();
    expect(drained).toBe(false);

    queue.done('a');
    await drain;

    expect(drained).toBe(true);
  });

  it('releases workers that wait when it is shut down', async () => {
    const { queue } = setUp();
    const taken = queue.take();

    queue.shutDown();

    expect(await taken).toBeUndefined();
  });
});

type Step =
  | { readonly do: 'add' | 'limited' | 'forget'; readonly item: string }
  | { readonly do: 'after'; readonly item: string; readonly ms: number }
  | { readonly do: 'take' | 'done' }
  | { readonly do: 'wait'; readonly ms: number };

const item = fc.constantFrom('a', 'b', 'c');
const ms = fc.integer({ min: 0, max: 30 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constantFrom('add', 'limited', 'forget'), item }),
    fc.record({ do: fc.constant('after'), item, ms }),
    fc.record({ do: fc.constantFrom('take', 'done') }),
    fc.record({ do: fc.constant('wait'), ms }),
  ),
  { maxLength: 60 },
);

/** What must hold whatever happens: a key is with one worker at most, and one that was added is seen afterwards. */
class Model {
  readonly #clock = new VirtualClock(0);
  readonly #queue = createWorkQueue<string>({ clock: this.#clock, backoff: { cap: 40 } });
  /** Added, and not taken since: time at which it must be there at the latest. */
  readonly #owed = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #held: string[] = [];

  async run(step: Step): Promise<void> {
    switch (step.do) {
      case 'add':
        this.#queue.add(step.item);
        {
          this.#owe(step.item, 0);
          return;
        }
      case 'limited': {
        this.#addRateLimited(step.item);
        return;
      }
      case 'after':
        this.#queue.addAfter(step.item, step.ms);
        {
          this.#owe(step.item, step.ms);
          return;
        }
      case 'forget':
        this.#failures.delete(step.item);
        {
          this.#queue.forget(step.item);
          return;
        }
      case 'take':
        return this.#queue.size > 0 ? this.#take() : undefined;
      case 'done': {
        this.#queue.done(this.#held.shift() ?? 'nothing');
        return;
      }
      case 'wait': {
        this.#clock.advance(step.ms);
        return;
      }
    }
  }

  /** Finishes all work; afterwards nothing may be owed. */
  async finish(): Promise<void> {
    this.#clock.advance(1_000);
    for (let rounds = 0; this.#held.length > 0 || this.#queue.size > 0; rounds++) {
      if (rounds > 100) throw new Error('The queue does not come to rest');
      while (this.#queue.size > 0) await this.#take();
      for (const held of this.#held.splice(0)) this.#queue.done(held);
    }
    await this.#queue.whenIdle();
    expect([...this.#owed.keys()]).toEqual([]);
  }

  #addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#queue.addRateLimited(key);
    this.#owe(key, Math.min(40, 5 * 2 ** failures));
  }

  #owe(key: string, delay: number): void {
    const due = this.#clock.now() + delay;
    this.#owed.set(key, Math.min(due, this.#owed.get(key) ?? due));
  }

  async #take(): Promise<void> {
    const taken = (await this.#queue.take()) ?? '';
    expect(this.#held).not.toContain(taken);
    this.#held.push(taken);
    // A delayed add may still be on its way: only what was due by now is settled by this take.
    if ((this.#owed.get(taken) ?? Infinity) <= this.#clock.now()) this.#owed.delete(taken);
  }
}

describe('the work queue against its model', () => {
  it('loses no key and gives none to two workers', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const model = new Model();
        for (const step of sequence) await model.run(step);
        await model.finish();
      }),
      { numRuns: 300 },
    );
  });
});
