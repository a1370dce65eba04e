import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { DistributionError } from './errors.ts';

const MAX_BLOB = 2 * 1024 ** 3;

/** A blob on its way in. Its digest is computed as it comes; chunks of one upload never interleave. */
export class Upload {
  readonly file: string;
  readonly #hash = createHash('sha256');
  #size = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.file = file;
  }

  get size(): number {
    return this.#size;
  }

  /** Of what has come so far. */
  get digest(): string {
    return `sha256:${this.#hash.copy().digest('hex')}`;
  }

  /**
   * Appends a chunk and flushes it.
   * @param start where the client believes that it begins
   * @throws DistributionError `BLOB_UPLOAD_INVALID` when that is elsewhere, `SIZE_INVALID` when it is too large
   */
  append(body: ReadableStream<Uint8Array> | null, start?: number): Promise<void> {
    const appended = this.#last.then(() => this.#append(body, start));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async #append(body: ReadableStream<Uint8Array> | null, start?: number): Promise<void> {
    if (start !== undefined && start !== this.#size)
      throw new DistributionError('BLOB_UPLOAD_INVALID', `the next chunk starts at ${this.#size}, not at ${start}`);
    await using file = await open(this.file, 'a');
    const chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[] = body ?? [];
    for await (const chunk of chunks) {
      if (this.#size + chunk.length > MAX_BLOB)
        throw new DistributionError('SIZE_INVALID', `a blob is at most ${MAX_BLOB} bytes`);
      await file.writeFile(chunk);
      this.#hash.update(chunk);
      this.#size += chunk.length;
    }
    await file.datasync();
  }
}
