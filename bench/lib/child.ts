import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A program of the benchmark's own in another process, asked by messages. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** @throws Error with what the child says, or when it ends before it answers */
  ask<T>(command: string, argument?: unknown): Promise<T>;
  /** What the child tells without being asked. */
  onEvent(handler: (event: string, value: unknown) => void): void;
}

interface Answer {
  readonly id?: number;
  readonly value?: unknown;
  readonly error?: string;
  readonly event?: string;
}

interface Question {
  readonly id: number;
  readonly command: string;
  readonly argument?: unknown;
}

/** Starts `file` with the flags of this process and those given; a process of the same file is never taken for it. */
export function startChild(file: URL, flags: readonly string[] = []): Child {
  const child = fork(file, [], {
    execArgv: [...process.execArgv, ...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const handlers = new Set<(event: string, value: unknown) => void>();
  let asked = 0;
  child.on('message', ({ id, value, error, event }: Answer) => {
    if (event !== undefined) for (const handler of handlers) handler(event, value);
    const waiting = id === undefined ? undefined : pending.get(id);
    if (id === undefined || waiting === undefined) return;
    pending.delete(id);
    if (error === undefined) waiting.resolve(value);
    else waiting.reject(new Error(error));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of pending.values()) reject(new Error(`${file.pathname} ended: ${signal ?? code ?? ''}`));
  });
  return {
    pid: child.pid ?? 0,
    ask: async <T>(command: string, argument?: unknown) => {
      const waiting = Promise.withResolvers<unknown>();
      pending.set(++asked, waiting);
      child.send({ id: asked, command, argument });
      return (await waiting.promise) as T;
    },
    onEvent: (handler) => void handlers.add(handler),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

export type Commands = Readonly<Record<string, (argument: never) => Promise<unknown>>>;

/** The child's side: answers what the parent asks, and ends when the parent lets go of it. */
export function serveParent(commands: Commands, end: () => Promise<void>): void {
  process.on('message', (question: Question) => void answer(commands, question));
  process.once('disconnect', () => void end().finally(() => process.exit()));
}

async function answer(commands: Commands, { id, command, argument }: Question): Promise<void> {
  try {
    const run = commands[command];
    if (run === undefined) throw new RangeError(`There is no command ${command}`);
    process.send?.({ id, value: await run(argument as never) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** Tells the parent something that it has not asked for. */
export function tellParent(event: string, value: unknown): void {
  process.send?.({ event, value });
}
