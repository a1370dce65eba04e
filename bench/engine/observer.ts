import { getPath } from '../../src/kube/index.ts';
import type { GroupVersionKind, KubeClient, KubeObject } from '../../src/kube/index.ts';

type Holds = (object: KubeObject) => boolean;

interface Waiter {
  readonly holds: Holds;
  readonly left: Set<string>;
  /** When each was seen so. */
  readonly times: Map<string, number>;
  readonly done: PromiseWithResolvers<ReadonlyMap<string, number>>;
}

const LIMIT_MS = Number(process.env['STOA_CD_BENCH_LIMIT_S'] ?? 900) * 1000;

/** Watches objects of one kind from outside of the engine. */
export class Observer implements AsyncDisposable {
  readonly #client: KubeClient;
  readonly #gvk: GroupVersionKind;
  readonly #fields: (object: KubeObject) => KubeObject;
  readonly #last = new Map<string, KubeObject>();
  readonly #waiters = new Set<Waiter>();
  readonly #stop = new AbortController();
  #events = 0;
  #running: Promise<void> = Promise.resolve();

  /** @param fields what to keep of an object */
  constructor(client: KubeClient, gvk: GroupVersionKind, fields: (object: KubeObject) => KubeObject) {
    this.#client = client;
    this.#gvk = gvk;
    this.#fields = fields;
  }

  /** How many changes the watch has told of. */
  get events(): number {
    return this.#events;
  }

  async start(): Promise<void> {
    const list = await this.#client.list(this.#gvk);
    for (const object of list.items) this.#take(object);
    this.#running = this.#watch(list.metadata.resourceVersion);
  }

  get(name: string): KubeObject | undefined {
    return this.#last.get(name);
  }

  /** When each of the objects named was first seen so, those that are so already at once. @throws Error after a limit */
  async until(names: Iterable<string>, holds: Holds): Promise<ReadonlyMap<string, number>> {
    const left = new Set(names);
    const waiter: Waiter = { holds, left, times: new Map(), done: Promise.withResolvers() };
    for (const name of left) {
      const object = this.#last.get(name);
      if (object !== undefined) tell(waiter, { name, object });
    }
    if (left.size === 0) return waiter.times;
    this.#waiters.add(waiter);
    const timer = setTimeout(() => {
      const [name = ''] = left;
      const status = JSON.stringify(this.#last.get(name)?.['status'] ?? null).slice(0, 2000);
      waiter.done.reject(new Error(`${left.size} of ${this.#gvk.kind} are not as awaited, ${name}: ${status}`));
    }, LIMIT_MS);
    try {
      return await waiter.done.promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  async #watch(from: string): Promise<void> {
    const { signal } = this.#stop;
    let resourceVersion = from;
    while (!signal.aborted) {
      for await (const { type, object } of this.#client.watch(this.#gvk, { resourceVersion, signal })) {
        resourceVersion = object.metadata.resourceVersion ?? resourceVersion;
        if (type === 'DELETED') this.#last.delete(object.metadata.name ?? '');
        else if (type !== 'BOOKMARK') this.#take(object);
      }
    }
  }

  #take(object: KubeObject): void {
    const name = object.metadata.name ?? '';
    this.#events++;
    this.#last.set(name, this.#fields(object));
    for (const waiter of this.#waiters) if (waiter.left.has(name)) tell(waiter, { name, object });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running.catch(() => undefined);
  }
}

function tell({ holds, left, times, done }: Waiter, { name, object }: { name: string; object: KubeObject }): void {
  if (!holds(object)) return;
  left.delete(name);
  times.set(name, performance.now());
  if (left.size === 0) done.resolve(times);
}

/** Synced by an operation that deployed that commit. */
export function deployed(commit: string): Holds {
  return (application) =>
    isSynced(application) && getPath(application, 'status', 'operationState', 'syncResult', 'revision') === commit;
}

/** Says that it is what Git says, and that the last operation, if there was any, is over. */
export function isSynced(application: KubeObject): boolean {
  const phase = getPath(application, 'status', 'operationState', 'phase');
  return (
    getPath(application, 'status', 'sync', 'status') === 'Synced' && (phase === undefined || phase === 'Succeeded')
  );
}

export function lastOf(times: ReadonlyMap<string, number>): number {
  return times.values().reduce((last, time) => Math.max(last, time), 0);
}
