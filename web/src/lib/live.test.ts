import { describe, expect, it } from 'vitest';
import { follow } from './live.ts';
import type { EventStream, LiveState } from './live.ts';

class FakeStream implements EventStream {
  readyState = 1;
  closed = false;
  onerror: ((event: never) => void) | null = null;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.closed = true;
  }

  send(type: string, data: unknown = {}): void {
    this.#listeners.get(type)?.({ data: JSON.stringify(data) } as MessageEvent<string>);
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.(undefined as never);
  }
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** Everything that `follow` needs, with time that moves when told to. */
class Bench {
  readonly streams: FakeStream[] = [];
  readonly states: LiveState[] = [];
  readonly overviews: unknown[] = [];
  readonly applications: string[] = [];
  refused = 0;
  #now = 0;
  readonly #timers = new Set<Timer>();

  start(): () => void {
    return follow({
      open: () => {
        const stream = new FakeStream();
        this.streams.push(stream);
        return stream;
      },
      onOverview: (overview) => this.overviews.push(overview),
      onApplication: (name) => this.applications.push(name),
      onState: (state) => this.states.push(state),
      onRefused: () => this.refused++,
      after: (ms, run) => {
        const timer = { due: this.#now + ms, run };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
    });
  }

  get stream(): FakeStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error('No stream is open');
    return stream;
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.due > this.#now) continue;
      this.#timers.delete(timer);
      timer.run();
    }
  }

  get timers(): number {
    return this.#timers.size;
  }
}

describe('follow', () => {
  it('passes on what comes and is live from the first word', () => {
    const bench = new Bench();
    bench.start();
    expect(bench.states).toEqual(['connecting']);
    bench.stream.send('overview', { services: [] });
    bench.stream.send('application', { name: 'stoa-dev' });
    expect(bench.overviews).toEqual([{ services: [] }]);
    expect(bench.applications).toEqual(['stoa-dev']);
    expect(bench.states.at(-1)).toBe('live');
  });

  it('says nothing about a stream that is soon back', () => {
    const bench = new Bench();
    bench.start();
    bench.stream.send('heartbeat');
    bench.stream.fail(0);
    bench.pass(1_000);
    bench.stream.send('heartbeat');
    bench.pass(5_000);
    expect(bench.states).not.toContain('reconnecting');
  });

  it('says that it reconnects when the stream stays away', () => {
    const bench = new Bench();
    bench.start();
    bench.stream.send('heartbeat');
    bench.stream.fail(0);
    bench.pass(2_500);
    expect(bench.states.at(-1)).toBe('reconnecting');
    bench.stream.send('heartbeat');
    expect(bench.states.at(-1)).toBe('live');
  });

  it('opens a refused stream again, ever more slowly, and reports it', () => {
    const bench = new Bench();
    bench.start();
    bench.stream.fail(2);
    bench.pass(1_000);
    expect(bench.streams).toHaveLength(2);
    bench.stream.fail(2);
    bench.pass(1_000);
    expect(bench.streams).toHaveLength(2);
    bench.pass(1_000);
    expect(bench.streams).toHaveLength(3);
    expect(bench.refused).toBe(2);
  });

  it('replaces a stream that has fallen silent', () => {
    const bench = new Bench();
    bench.start();
    bench.stream.send('heartbeat');
    const [first] = bench.streams;
    bench.pass(40_000);
    expect(first?.closed).toBe(true);
    expect(bench.streams).toHaveLength(2);
  });

  it('leaves nothing behind', () => {
    const bench = new Bench();
    const stop = bench.start();
    bench.stream.send('heartbeat');
    bench.stream.fail(2);
    stop();
    expect(bench.stream.closed).toBe(true);
    expect(bench.timers).toBe(0);
  });
});
