import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { DistributionError } from './errors.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const MAX_BLOB = 2 * 1024 ** 3;

/** @throws DistributionError `DIGEST_INVALID` */
export function checkDigest(text: string | null): string {
  if (text !== null && DIGEST.test(text)) return text;
  throw new DistributionError('DIGEST_INVALID', 'a digest is sha256: and 64 hexadecimal digits');
}

/**
 * Content by digest in files, shared by all repositories. A file is complete or absent: it is written beside its place,
 * flushed, checked and renamed.
 */
export class ContentStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  path(digest: string): string {
    const hex = digest.slice('sha256:'.length);
    return join(this.#root, 'blobs', hex.slice(0, 2), hex);
  }

  has(digest: string): boolean {
    return existsSync(this.path(digest));
  }

  async size(digest: string): Promise<number | undefined> {
    return stat(this.path(digest)).then(
      ({ size }) => size,
      () => undefined,
    );
  }

  read(digest: string): Promise<Buffer> {
    return readFile(this.path(digest));
  }

  /** Bytes `start` to `end`, both included. */
  stream(digest: string, range?: { readonly start: number; readonly end: number }): ReadableStream<Uint8Array> {
    return Readable.toWeb(createReadStream(this.path(digest), range)) as ReadableStream<Uint8Array>;
  }

  async remove(digest: string): Promise<void> {
    await rm(this.path(digest), { force: true });
  }

  /** Puts small content that is in memory. @returns its digest */
  async put(content: Uint8Array): Promise<string> {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    if (this.has(digest)) return digest;
    const temporary = this.#uploadPath(randomUUID());
    await mkdir(dirname(temporary), { recursive: true });
    await writeFile(temporary, content, { flush: true });
    await this.#place(temporary, digest);
    return digest;
  }

  async startUpload(): Promise<string> {
    const id = randomUUID();
    await mkdir(join(this.#root, 'uploads'), { recursive: true });
    await writeFile(this.#uploadPath(id), '');
    return id;
  }

  /** @throws DistributionError `BLOB_UPLOAD_UNKNOWN` */
  async uploadSize(id: string): Promise<number> {
    const size = /^[0-9a-f-]{36}$/.test(id) ? await stat(this.#uploadPath(id)).catch(() => undefined) : undefined;
    if (size === undefined) throw new DistributionError('BLOB_UPLOAD_UNKNOWN', `no upload ${id.slice(0, 40)}`);
    return size.size;
  }

  /** Appends a chunk. @returns the size so far */
  async append(id: string, body: ReadableStream<Uint8Array> | null): Promise<number> {
    let size = await this.uploadSize(id);
    await using file = await open(this.#uploadPath(id), 'a');
    const chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[] = body ?? [];
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > MAX_BLOB) throw new DistributionError('SIZE_INVALID', `a blob is at most ${MAX_BLOB} bytes`);
      await file.write(chunk);
    }
    await file.datasync();
    return size;
  }

  /** Ends an upload. @throws DistributionError `DIGEST_INVALID` when the content is not what the client says */
  async finish(id: string, digest: string): Promise<void> {
    await this.uploadSize(id);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(this.#uploadPath(id))) hash.update(chunk as Buffer);
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== digest) {
      await this.cancel(id);
      throw new DistributionError('DIGEST_INVALID', `the content is ${actual}, not ${digest}`);
    }
    await this.#place(this.#uploadPath(id), digest);
  }

  async cancel(id: string): Promise<void> {
    await rm(this.#uploadPath(id), { force: true });
  }

  /** Removes what unfinished uploads of an earlier run left behind. */
  async clean(): Promise<void> {
    const names = await readdir(join(this.#root, 'uploads')).catch(() => []);
    await Promise.all(names.map((name) => rm(join(this.#root, 'uploads', name), { force: true })));
  }

  #uploadPath(id: string): string {
    return join(this.#root, 'uploads', id);
  }

  async #place(temporary: string, digest: string): Promise<void> {
    const target = this.path(digest);
    await mkdir(dirname(target), { recursive: true });
    await rename(temporary, target);
    await using folder = await open(dirname(target), 'r');
    await folder.sync();
  }
}
