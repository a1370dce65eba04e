import { ApiError } from '../../../kube/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { isTrue } from '../http/request-info.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { negotiateForm } from '../http/negotiate.ts';
import { badRequest, statusBody } from '../status.ts';
import type { Collection, StoreEvent } from '../store/collection.ts';
import type { Entry } from '../store/entry.ts';
import { versionOf } from './read.ts';
import { includeOf } from './render.ts';
import { selectionOf } from './selection.ts';
import type { Selection } from './selection.ts';
import { EventEncoder } from './watch-event.ts';
import type { EventType } from './watch-event.ts';
import { WatchStream, bytesItem } from './watch-stream.ts';
import type { WatchItem } from './watch-stream.ts';

const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
const BOOKMARK_MS = 60_000;
const MIN_TIMEOUT_S = 1_800;

interface WatchOptions {
  readonly from: number;
  /** Start with the state as ADDED events. */
  readonly initial: boolean;
  /** Say where the initial events end. */
  readonly markEnd: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

/** A stream of changes. @throws ApiError 400, 406, 422, 504 */
export async function watchObjects(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const selection = selectionOf(call);
  const options = watchOptions(cluster, call);
  const form = { type: call.type, form: negotiateForm(call.request.header('accept')), include: includeOf(call) };
  const encoder = new EventEncoder(form, () => cluster.clock.now());
  const watch = new Watch(cluster, {
    selection,
    options,
    encoder,
    collection: cluster.store.collection(call.type.collection),
  });
  await watch.start();
  call.request.signal.addEventListener('abort', () => watch.stream.end(), { once: true });
  return { status: 200, headers: { 'content-type': 'application/json' }, body: watch.stream };
}

function watchOptions(cluster: Cluster, call: Call): WatchOptions {
  const { params } = call;
  const version = params.get('resourceVersion') ?? '';
  const from = versionOf(call);
  const sendInitial = params.get('sendInitialEvents');
  const markEnd = isTrue(sendInitial);
  if (markEnd && params.get('resourceVersionMatch') !== 'NotOlderThan')
    throw badRequest('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  cluster.store.requireReached(from);
  const seconds = Number(params.get('timeoutSeconds') ?? '0');
  const timeout = Number.isFinite(seconds) && seconds > 0 ? seconds : MIN_TIMEOUT_S;
  const implied = sendInitial === null && (version === '' || version === '0');
  const bookmarks = isTrue(params.get('allowWatchBookmarks'));
  return { from, initial: markEnd || implied, markEnd: markEnd && bookmarks, bookmarks, timeoutMs: timeout * 1_000 };
}

interface WatchParts {
  readonly selection: Selection;
  readonly options: WatchOptions;
  readonly encoder: EventEncoder;
  readonly collection: Collection;
}

class Watch {
  readonly stream: WatchStream;
  readonly #cluster: Cluster;
  readonly #parts: WatchParts;
  readonly #held: Disposable[] = [];
  /** Whether what comes now has just happened, and is no replay. */
  #live = false;

  constructor(cluster: Cluster, parts: WatchParts) {
    this.#cluster = cluster;
    this.#parts = parts;
    this.stream = new WatchStream(MAX_QUEUED_BYTES, () => this.#release());
  }

  async start(): Promise<void> {
    const { options } = this.#parts;
    const from = options.initial ? await this.#sendState() : this.#startVersion();
    if (options.markEnd) this.stream.prime(this.#bookmarkItem(from, true));
    this.#follow(from);
    this.#live = true;
    if (this.stream.closed) return;
    if (options.bookmarks) this.#scheduleBookmark();
    this.#held.push(this.#cluster.clock.after(options.timeoutMs, () => this.#finish()));
  }

  /** `sendInitialEvents=false` without a version: from now on. */
  #startVersion(): number {
    const { from } = this.#parts.options;
    return from === 0 ? this.#cluster.store.resourceVersion : from;
  }

  async #sendState(): Promise<number> {
    const { store } = this.#cluster;
    const { selection, collection } = this.#parts;
    const state = await store.read(collection, () => {
      const entries = [...collection.entries(selection.namespace)].filter((entry) => selection.matches(entry));
      return { entries, version: Math.max(collection.lastVersion, store.resourceVersion) };
    });
    for (const entry of state.entries) this.#sendEntry('ADDED', entry);
    return state.version;
  }

  #follow(from: number): void {
    try {
      this.#held.push(this.#cluster.store.follow(this.#parts.collection, from, (event) => this.#send(event)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const line = JSON.stringify({ type: 'ERROR', object: statusBody(error) });
      this.stream.push(bytesItem(Buffer.from(`${line}\n`)));
      this.stream.end();
    }
  }

  #send(event: StoreEvent): void {
    const { selection } = this.#parts;
    const after = event.type !== 'DELETED' && selection.matches(event.entry);
    const before = event.previous !== undefined && selection.matches(event.previous);
    if (after) this.#sendEntry(before ? 'MODIFIED' : 'ADDED', event.entry);
    else if (before) this.#sendEntry('DELETED', event.entry, () => lastSeen(event));
  }

  #sendEntry(type: EventType, entry: Entry, shown: () => Entry = () => entry): void {
    const item = { size: entry.body.length, write: () => this.#parts.encoder.encode(type, shown()) };
    if (this.#live) this.stream.push(item);
    else this.stream.prime(item);
  }

  #scheduleBookmark(): void {
    const timer = this.#cluster.clock.after(BOOKMARK_MS, () => {
      this.#held.splice(this.#held.indexOf(timer), 1);
      this.#bookmark();
      if (!this.stream.closed) this.#scheduleBookmark();
    });
    this.#held.push(timer);
  }

  #bookmark(): void {
    this.stream.push(this.#bookmarkItem(this.#cluster.store.resourceVersion));
  }

  #bookmarkItem(version: number, initialEventsEnd = false): WatchItem {
    return { size: 0, write: () => [this.#parts.encoder.bookmark(version, initialEventsEnd)] };
  }

  #finish(): void {
    if (this.#parts.options.bookmarks) this.#bookmark();
    this.stream.end();
  }

  #release(): void {
    for (const held of this.#held.splice(0)) held[Symbol.dispose]();
  }
}

/** An object that leaves the selection is shown as it last was in it, at the version of the change. */
function lastSeen(event: StoreEvent): Entry {
  if (event.type === 'DELETED' || event.previous === undefined) return event.entry;
  return event.previous.at(event.resourceVersion);
}
