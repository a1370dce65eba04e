import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { DistributionError } from './errors.ts';
import { Upload } from './upload.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const MAX_UPLOADS = 1000;

/** @throws DistributionError `DIGEST_INVALID` */
export function checkDigest(text: string | null): string {
  if (text !== null && DIGEST.test(text)) return text;
  throw new DistributionError('DIGEST_INVALID', 'a digest is sha256: and 64 hexadecimal digits');
}

export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/**
 * Content by digest in files, shared by all repositories. A file is complete or absent: it is written beside its place,
 * flushed, checked and renamed. Unfinished uploads do not outlive the process.
 */
export class ContentStore {
  readonly #root: string;
  readonly #uploads = new Map<string, Upload>();

  constructor(root: string) {
    this.#root = root;
  }

  has(digest: string): boolean {
    return existsSync(this.#path(digest));
  }

  async size(digest: string): Promise<number | undefined> {
    return stat(this.#path(digest)).then(
      ({ size }) => size,
      () => undefined,
    );
  }

  read(digest: string): Promise<Buffer> {
    return readFile(this.#path(digest));
  }

  /** Bytes `start` to `end`, both included. */
  stream(digest: string, range?: { readonly start: number; readonly end: number }): ReadableStream<Uint8Array> {
    return Readable.toWeb(createReadStream(this.#path(digest), range)) as ReadableStream<Uint8Array>;
  }

  async remove(digest: string): Promise<void> {
    await rm(this.#path(digest), { force: true });
  }

  /** Puts small content that is in memory. @returns its digest */
  async put(content: Uint8Array): Promise<string> {
    const digest = digestOf(content);
    if (this.has(digest)) return digest;
    const temporary = join(this.#root, 'uploads', randomUUID());
    await mkdir(dirname(temporary), { recursive: true });
    await writeFile(temporary, content, { flush: true });
    await this.#place(temporary, digest);
    return digest;
  }

  /** @throws DistributionError `TOOMANYREQUESTS` */
  async startUpload(): Promise<string> {
    if (this.#uploads.size >= MAX_UPLOADS)
      throw new DistributionError('TOOMANYREQUESTS', `at most ${MAX_UPLOADS} uploads may be open`);
    const id = randomUUID();
    const file = join(this.#root, 'uploads', id);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '');
    this.#uploads.set(id, new Upload(file));
    return id;
  }

  /** @throws DistributionError `BLOB_UPLOAD_UNKNOWN` */
  upload(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined) throw new DistributionError('BLOB_UPLOAD_UNKNOWN', `no upload ${id.slice(0, 40)}`);
    return upload;
  }

  /** Ends an upload. @throws DistributionError `DIGEST_INVALID` when the content is not what the client says */
  async finish(id: string, digest: string): Promise<void> {
    const upload = this.upload(id);
    const actual = upload.digest;
    if (actual !== digest) {
      await this.cancel(id);
      throw new DistributionError('DIGEST_INVALID', `the content is ${actual}, not ${digest}`);
    }
    this.#uploads.delete(id);
    await this.#place(upload.file, digest);
  }

  async cancel(id: string): Promise<void> {
    const upload = this.#uploads.get(id);
    this.#uploads.delete(id);
    if (upload !== undefined) await rm(upload.file, { force: true });
  }

  /** Removes what unfinished uploads of an earlier run left behind. */
  async clean(): Promise<void> {
    await rm(join(this.#root, 'uploads'), { recursive: true, force: true });
  }

  #path(digest: string): string {
    const hex = digest.slice('sha256:'.length);
    return join(this.#root, 'blobs', hex.slice(0, 2), hex);
  }

  async #place(temporary: string, digest: string): Promise<void> {
    const folder = dirname(this.#path(digest));
    const made = await mkdir(folder, { recursive: true });
    await rename(temporary, this.#path(digest));
    await flushFolder(folder);
    if (made !== undefined) await flushFolder(dirname(folder));
  }
}

async function flushFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
