import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock, silentLogger } from '../core/index.ts';
import type { Logger } from '../core/index.ts';
import { ApiError } from '../kube/index.ts';
import type { Request, Result } from './contract.ts';
import { startController } from './controller.ts';
import type { Controller } from './controller.ts';
import { TerminalError } from './terminal-error.ts';

interface World {
  readonly clock: VirtualClock;
  readonly controller: Controller;
  readonly abort: AbortController;
  /** `level name failures` of each line. */
  readonly logged: string[];
}

type Reconcile = (request: Request, signal: AbortSignal) => Promise<Result | undefined>;

function setUp(reconcile: Reconcile, workers?: number): World {
  const clock = new VirtualClock(0);
  const abort = new AbortController();
  const logged: string[] = [];
  const line =
    (level: string) =>
    (_: string, fields: Readonly<Record<string, unknown>> = {}) => {
      logged.push(`${level} ${String(fields['name'])} ${String(fields['failures'])}`);
    };
  const logger: Logger = { ...silentLogger, warn: line('warn'), error: line('error'), with: () => logger };
  const controller = startController({
    name: 'test',
    reconciler: { reconcile },
    ...(workers === undefined ? {} : { workers }),
    clock,
    logger,
    signal: abort.signal,
  });
  onTestFinished(() => controller[Symbol.asyncDispose]());
  return { clock, controller, abort, logged };
}

describe(startController, () => {
  it('reconciles a request that was enqueued many times once', async () => {
    const seen: string[] = [];
    const { controller } = setUp(async ({ name }) => void seen.push(name), 1);
    for (const name of ['first', 'a', 'a', 'b']) controller.enqueue({ namespace: 'shop', name });

    await controller.idle();

    expect(seen).toEqual(['first', 'a', 'b']);
  });

  it('never runs one request twice at a time, and runs others beside it', async () => {
    const running = new Set<string>();
    let most = 0;
    const gate = Promise.withResolvers<undefined>();
    const { controller } = setUp(async ({ name }) => {
      if (running.has(name)) throw new Error('twice at a time');
      running.add(name);
      most = Math.max(most, running.size);
      await gate.promise;
      running.delete(name);
      return undefined;
    }, 3);
    for (const name of ['a', 'b', 'c', 'd']) controller.enqueue({ name });
    await Promise.resolve();
    controller.enqueue({ name: 'a' });
    gate.resolve(undefined);

    await controller.idle();

    expect(most).toBe(3);
  });

  it('reconciles again after the time asked for', async () => {
    const at: number[] = [];
    const world = setUp(async () => {
      at.push(world.clock.now());
      return at.length < 3 ? { requeueAfter: 500 } : undefined;
    });
    world.controller.enqueue({ name: 'a' });

    await world.clock.advanceUntil(() => at.length === 3, 10_000);

    expect(at).toEqual([0, 500, 1_000]);
  });

  it('tries again with growing delays after an error, and logs each failure once', async () => {
    const at: number[] = [];
    const world = setUp(async () => {
      at.push(world.clock.now());
      if (at.length < 4) throw new Error('not yet');
      return undefined;
    });
    world.controller.enqueue({ name: 'a' });

    await world.clock.advanceUntil(() => at.length === 4, 10_000);

    expect(at).toEqual([0, 5, 15, 35]);
    expect(world.logged).toEqual(['warn a 1', 'warn a 2', 'warn a 3']);
  });

  it('does not try again after a terminal error', async () => {
    let tries = 0;
    const world = setUp(async () => {
      tries++;
      throw new TerminalError('Cannot do that');
    });
    world.controller.enqueue({ name: 'a' });
    await world.controller.idle();
    world.clock.advance(100_000);
    await world.controller.idle();

    expect(tries).toBe(1);
    expect(world.logged).toEqual(['error a 1']);
  });

  it('tries again quietly when somebody else wrote first', async () => {
    let tries = 0;
    const world = setUp(async () => {
      if (++tries === 1) throw new ApiError({ httpCode: 409, reason: 'Conflict', message: 'changed' });
      return undefined;
    });
    world.controller.enqueue({ name: 'a' });

    await world.clock.advanceUntil(() => tries === 2, 10_000);

    expect(world.logged).toEqual([]);
  });

  it('tells the running ones to stop, waits for them, and logs no failure', async () => {
    let stopped = false;
    const world = setUp(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped = true;
            reject(signal.reason as Error);
          });
        }),
    );
    world.controller.enqueue({ name: 'a' });
    await Promise.resolve();

    await world.controller[Symbol.asyncDispose]();

    expect(stopped).toBe(true);
    expect(world.logged).toEqual([]);
  });
});
