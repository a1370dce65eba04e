const SLAB = 32 * 1024;

/**
 * Memory for the bodies of entries alone. Node's own pool hands neighbouring places to what lives for a moment, and one
 * body that stays would hold all of them.
 */
export class BodyArena {
  #slab = Buffer.alloc(0);
  #used = 0;

  /** The UTF-8 of a text, for as long as somebody holds it. */
  keep(text: string): Buffer {
    const body = this.#place(Buffer.byteLength(text));
    body.write(text);
    return body;
  }

  /** As {@link keep}, of bytes that are about to go. */
  copy(bytes: Buffer): Buffer {
    const body = this.#place(bytes.length);
    bytes.copy(body);
    return body;
  }

  #place(size: number): Buffer {
    if (size > SLAB / 4) return Buffer.allocUnsafeSlow(size);
    if (this.#used + size > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += size;
    return this.#slab.subarray(start, this.#used);
  }
}
