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
    const size = Buffer.byteLength(text);
    if (size > SLAB / 4) {
      const own = Buffer.allocUnsafeSlow(size);
      own.write(text);
      return own;
    }
    if (this.#used + size > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB);
      this.#used = 0;
    }
    const body = this.#slab.subarray(this.#used, this.#used + size);
    body.write(text);
    this.#used += size;
    return body;
  }
}
