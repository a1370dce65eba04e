/**
 * One line on its way to a watcher. It is written when the watcher takes it: until then it holds nothing but what the
 * store keeps anyway and all watchers share.
 */
export interface WatchItem {
  /** About the size of what is written, in bytes. */
  readonly size: number;
  /** The parts of the line, shared where possible: not to be changed. */
  readonly write: () => readonly Buffer[];
}

interface Queued {
  readonly item: WatchItem;
  next?: Queued;
}

/** What an item takes beside its bytes. */
const OVERHEAD = 256;

/** Small lines are sent together, up to here; what is larger is sent as it is, without a copy. */
const BATCH_BYTES = 64 * 1024;

/** Lines on their way to one watcher. A watcher that does not keep up is cut off, so that memory stays bounded. */
export class WatchStream implements AsyncIterable<Buffer> {
  readonly #limit: number;
  readonly #onClose: () => void;
  #head: Queued | undefined;
  #tail: Queued | undefined;
  #queued = 0;
  #closed = false;
  #wake: (() => void) | undefined;

  /** @param limit in bytes that wait to be taken */
  constructor(limit: number, onClose: () => void) {
    this.#limit = limit;
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Adds what was there before the watch began, however much it is. */
  prime(item: WatchItem): void {
    if (!this.#closed) this.#append({ ...item, size: -OVERHEAD }); // counts for nothing
  }

  push(item: WatchItem): void {
    if (this.#closed) return;
    if (this.#queued > this.#limit) {
      this.#head = this.#tail = undefined;
      this.end();
    } else this.#append(item);
  }

  /** What is queued is still delivered. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        if (this.#head !== undefined) yield* this.#take();
        else if (this.#closed) return;
        else await this.#more();
      }
    } finally {
      this.#head = this.#tail = undefined;
      this.end();
    }
  }

  #append(item: WatchItem): void {
    const added: Queued = { item };
    if (this.#tail === undefined) this.#head = added;
    else this.#tail.next = added;
    this.#tail = added;
    this.#queued += item.size + OVERHEAD;
    this.#wake?.();
  }

  /** Some of what is queued. */
  *#take(): Generator<Buffer> {
    let batch: Buffer[] = [];
    let size = 0;
    for (let parts = this.#next(); parts !== undefined; parts = size < BATCH_BYTES ? this.#next() : undefined) {
      for (const part of parts) {
        if (part.length < BATCH_BYTES) {
          batch.push(part);
          size += part.length;
          continue;
        }
        if (size > 0) yield Buffer.concat(batch);
        batch = [];
        size = 0;
        yield part;
      }
    }
    if (size > 0) yield Buffer.concat(batch);
  }

  #next(): readonly Buffer[] | undefined {
    const first = this.#head;
    if (first === undefined) return undefined;
    this.#head = first.next;
    if (this.#head === undefined) this.#tail = undefined;
    this.#queued -= first.item.size + OVERHEAD;
    return first.item.write();
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#wake = () => resolve(undefined);
    return promise;
  }
}

/** A line that is written already. */
export function bytesItem(bytes: Buffer): WatchItem {
  return { size: bytes.length, write: () => [bytes] };
}
