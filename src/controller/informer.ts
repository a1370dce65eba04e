import { backoff, messageOf, randomIds, sleep } from '../core/index.ts';
import type { BackoffOptions, Clock, Ids, Logger } from '../core/index.ts';
import { isApiError } from '../kube/index.ts';
import type { GroupVersionKind, KubeObject, Reader, WatchEvent } from '../kube/index.ts';
import type { Change, IndexedInformer, Request } from './contract.ts';
import { jittered } from './jitter.ts';
import { ObjectStore, requestOf } from './object-store.ts';
import { isLater } from './resource-version.ts';

export interface InformerOptions {
  readonly client: Pick<Reader, 'list' | 'watch'>;
  readonly gvk: GroupVersionKind;
  /** @default all namespaces */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the jitter. @default random */
  readonly ids?: Ids;
  /** What to keep of an object, for instance without `managedFields`. Must not change its argument's identity fields. */
  readonly transform?: (object: KubeObject) => KubeObject;
  /** Between tries to reach the server, plus up to half of it as jitter. @default 100 ms doubling up to 30 s */
  readonly backoff?: BackoffOptions;
  /** A watch that says nothing this long, not even a bookmark, is taken for broken. @default 300_000 */
  readonly silenceMs?: number;
}

/** A watch that lived this long counts as a success, also when it told nothing. */
const LASTING_MS = 10_000;

/**
 * A store of one kind kept up to date for ever: lists, then watches from that version; reconnects from the last version
 * when the watch ends or breaks; lists again, and tells the difference, when that version has expired.
 */
export function createInformer(options: InformerOptions): IndexedInformer {
  return new ListWatchInformer(options);
}

/** Drops what no reconciler reads and what makes up half of most objects. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

class ListWatchInformer implements IndexedInformer {
  readonly #options: InformerOptions;
  readonly #ids: Ids;
  readonly #logger: Logger;
  readonly #store = new ObjectStore();
  readonly #handlers = new Set<(change: Change) => void>();
  readonly #stop = new AbortController();
  readonly #synced = Promise.withResolvers<undefined>();
  #running: Promise<void> | undefined;
  #hasSynced = false;
  /** The last version seen by list or watch; `undefined` when a list is due. */
  #version: string | undefined;
  #failures = 0;
  #heardAt = 0;

  constructor(options: InformerOptions) {
    this.#options = options;
    this.#ids = options.ids ?? randomIds;
    this.#logger = options.logger.with({ kind: options.gvk.kind });
    this.#synced.promise.catch(() => undefined); // a stop before `start` is nobody's failure
  }

  get synced(): boolean {
    return this.#hasSynced;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#running ??= this.#run(AbortSignal.any([signal, this.#stop.signal]));
    await this.#synced.promise;
  }

  get(request: Request): KubeObject | undefined {
    return this.#store.get(request);
  }

  list(namespace?: string): readonly KubeObject[] {
    return this.#store.list(namespace);
  }

  index(name: string, values: (object: KubeObject) => readonly string[]): void {
    this.#store.addIndex(name, values);
  }

  byIndex(name: string, value: string): readonly KubeObject[] {
    return this.#store.byIndex(name, value);
  }

  onChange(handler: (change: Change) => void): Disposable {
    const own = (change: Change): void => handler(change);
    this.#handlers.add(own);
    return { [Symbol.dispose]: () => void this.#handlers.delete(own) };
  }

  observe(object: KubeObject): void {
    if (!this.#hasSynced || isLater(object.metadata.resourceVersion, this.#version) !== true) return;
    if (!this.#isStale(object)) this.#tell(this.#store.put(this.#transformed(object)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('The informer was disposed', 'AbortError'));
    await this.#running;
    this.#handlers.clear();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        this.#note(error, signal);
      }
      await this.#pause(signal);
    }
    this.#synced.reject(signal.reason);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, gvk } = this.#options;
    const { items, metadata } = await client.list(gvk, { ...this.#selection(), signal });
    signal.throwIfAborted();
    this.#version = metadata.resourceVersion;
    this.#tell(this.#store.replace(items.map((item) => this.#transformed(item))));
    this.#hasSynced = true;
    this.#synced.resolve(undefined);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, gvk, clock, silenceMs = 300_000 } = this.#options;
    const silence = new AbortController();
    const openedAt = clock.now();
    this.#heardAt = openedAt;
    using _guard = guardSilence({ clock, limit: silenceMs, heardAt: () => this.#heardAt, abort: silence });
    const resourceVersion = this.#version ?? '';
    const watchSignal = AbortSignal.any([signal, silence.signal]);
    try {
      for await (const event of client.watch(gvk, { ...this.#selection(), resourceVersion, signal: watchSignal })) {
        if (signal.aborted) return;
        this.#heardAt = clock.now();
        this.#failures = 0;
        this.#take(event);
      }
    } finally {
      if (clock.now() - openedAt >= LASTING_MS) this.#failures = 0;
    }
  }

  #take({ type, object }: WatchEvent): void {
    this.#version = object.metadata.resourceVersion ?? this.#version;
    if (type === 'BOOKMARK') return;
    if (this.#isStale(object)) return;
    if (type === 'DELETED') this.#tell(this.#store.remove(this.#transformed(object)));
    else this.#tell(this.#store.put(this.#transformed(object)));
  }

  /** An event may be older than what `observe` has stored. */
  #isStale(object: KubeObject): boolean {
    const stored = this.#store.get(requestOf(object));
    return isLater(stored?.metadata.resourceVersion, object.metadata.resourceVersion) === true;
  }

  #transformed(object: KubeObject): KubeObject {
    return this.#options.transform?.(object) ?? object;
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) {
      for (const handler of this.#handlers) this.#call(handler, change);
    }
  }

  #call(handler: (change: Change) => void, change: Change): void {
    try {
      handler(change);
    } catch (error) {
      this.#logger.error('A change handler failed', { error: messageOf(error) });
    }
  }

  #selection(): { namespace?: string; labelSelector?: string } {
    const { namespace, labelSelector } = this.#options;
    return {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    };
  }

  #note(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    if (isApiError(error) && error.status.httpCode === 410) this.#version = undefined;
    const fields = { error: messageOf(error), failures: this.#failures };
    if (this.#failures === 0) this.#logger.warn('Lost the watch, trying again', fields);
    else this.#logger.debug('Still no watch', fields);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { clock, backoff: options = {} } = this.#options;
    const delay = jittered(backoff(this.#failures++, options), this.#ids);
    try {
      await sleep(clock, delay, signal);
    } catch {
      // Aborted: the loop looks at the signal.
    }
  }
}

interface SilenceGuard {
  readonly clock: Clock;
  readonly limit: number;
  heardAt(): number;
  readonly abort: AbortController;
}

/** Aborts when nothing was heard for `limit`, with one timer however many events come. */
function guardSilence(guard: SilenceGuard): Disposable {
  const check = (): void => {
    const left = guard.heardAt() + guard.limit - guard.clock.now();
    if (left <= 0) guard.abort.abort(new DOMException('The watch fell silent', 'TimeoutError'));
    else timer = guard.clock.after(left, check);
  };
  let timer = guard.clock.after(guard.limit, check);
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
