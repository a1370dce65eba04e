/** Bytes on their way to one watcher. A watcher that does not keep up is cut off, so that memory stays bounded. */
export class WatchStream implements AsyncIterable<Buffer> {
  readonly #limit: number;
  readonly #onClose: () => void;
  #queue: Buffer[] = [];
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

  push(chunk: Buffer): void {
    if (this.#closed) return;
    if (this.#queued > this.#limit) {
      this.#queue = [];
      this.end();
      return;
    }
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    this.#wake?.();
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
        if (this.#queue.length > 0) yield this.#take();
        else if (this.#closed) return;
        else await this.#more();
      }
    } finally {
      this.end();
    }
  }

  #take(): Buffer {
    const chunk = this.#queue.length === 1 ? this.#queue[0] : Buffer.concat(this.#queue);
    this.#queue = [];
    this.#queued = 0;
    return chunk ?? Buffer.alloc(0);
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#wake = () => resolve(undefined);
    return promise;
  }
}
