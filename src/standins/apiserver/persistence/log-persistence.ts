import { messageOf } from '../../../core/index.ts';
import type { Logger } from '../../../core/index.ts';
import type { Persistence, StoredRecord } from '../store/persistence.ts';
import { encodeFrame, payloadDecoder, readFrames } from './frames.ts';
import type { FileSystem, LogFile } from './file-system.ts';
import { StorageError } from './storage-error.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';

export interface LogPersistenceOptions {
  readonly files: FileSystem;
  readonly logger: Logger;
  /** A log of this many bytes is replaced by a snapshot, unless the last snapshot is larger. @default 64 MiB */
  readonly snapshotBytes?: number;
}

interface Waiting {
  readonly record: StoredRecord;
  readonly resolve: () => void;
  readonly reject: (error: StorageError) => void;
}

interface Segment {
  readonly number: number;
  readonly file: LogFile;
  size: number;
}

const SNAPSHOT_BYTES = 64 * 1024 * 1024;
const MAX_BATCH = 4 * 1024 * 1024;

/**
 * Keeps records in an append log, one `fdatasync` for all that came in while the one before was under way, and replaces
 * the log by a snapshot when it has grown. `log-N` goes on where `snapshot-N` ends.
 */
export class LogPersistence implements Persistence {
  readonly #files: FileSystem;
  readonly #logger: Logger;
  readonly #snapshotBytes: number;
  #segment: Segment | undefined;
  #queue: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #failure: string | undefined;
  /** Grows with every failure: a snapshot that was taken before it may hold what is not true. */
  #failures = 0;
  #recovering: Promise<void> | undefined;
  #snapshotSize = 0;
  #snapshotting: Promise<void> | undefined;
  /** How many records were made durable, and how many were ever queued. */
  #kept = 0;
  #queued = 0;
  #version = 0;
  #state: (() => Iterable<StoredRecord>) | undefined;
  #closed = false;

  constructor(options: LogPersistenceOptions) {
    this.#files = options.files;
    this.#logger = options.logger;
    this.#snapshotBytes = options.snapshotBytes ?? SNAPSHOT_BYTES;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  attach(state: () => Iterable<StoredRecord>): void {
    this.#state = state;
  }

  /** @throws StorageError when what is kept is damaged */
  async load(restore: (record: StoredRecord) => void): Promise<number> {
    const names = await this.#files.list();
    const first = newest(names, 'snapshot');
    if (first > 0) {
      const snapshot = await readSnapshot(this.#files.read(fileName('snapshot', first)), restore);
      this.#version = snapshot.version;
      this.#snapshotSize = snapshot.size;
    }
    const logs = numbers(names, 'log').filter((number) => number >= first);
    const last = logs.at(-1) ?? Math.max(first, 1);
    let size = 0;
    for (const number of logs) size = await this.#replay(number, restore);
    const file = await this.#files.open(fileName('log', last));
    await file.truncate(size);
    await file.sync();
    await this.#files.syncDirectory();
    this.#segment = { number: last, file, size };
    await this.#removeBefore(first, names);
    return this.#version;
  }

  append(record: StoredRecord): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(new StorageError(this.#failure));
    if (this.#closed) return Promise.reject(new StorageError('the store is closed'));
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#queue.push({ record, resolve: () => resolve(undefined), reject });
    this.#queued++;
    this.#flushing ??= this.#flush();
    return promise;
  }

  recover(): Promise<void> {
    this.#recovering ??= this.#cutBack().finally(() => {
      this.#recovering = undefined;
    });
    return this.#recovering;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#flushing;
    await this.#snapshotting;
    await this.#segment?.file.close();
    this.#segment = undefined;
  }

  async #replay(number: number, restore: (record: StoredRecord) => void): Promise<number> {
    const decode = payloadDecoder((record) => {
      this.#version = Math.max(this.#version, record.resourceVersion);
      restore(record);
    });
    return readFrames(this.#files.read(fileName('log', number)), decode);
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#write(batch);
      } catch (error) {
        await this.#fail(batch, error);
        break;
      }
      this.#kept += batch.length;
      for (const waiting of batch) waiting.resolve();
      await this.#rotateWhenLarge();
    }
    // in the same turn in which the queue was seen to be empty: what comes now must start the next flush
    this.#flushing = undefined;
  }

  #takeBatch(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#queue) {
      bytes += record.kept?.body.length ?? 0;
      count++;
      if (bytes > MAX_BATCH) break;
    }
    return this.#queue.splice(0, count);
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const segment = this.#open();
    const frame = encodeFrame(batch.map(({ record }) => record));
    await segment.file.write(frame, segment.size);
    await segment.file.sync();
    segment.size += frame.length;
    this.#version = batch.at(-1)?.record.resourceVersion ?? this.#version;
  }

  #open(): Segment {
    if (this.#segment === undefined) throw new StorageError('the store is not open');
    return this.#segment;
  }

  /** Nothing that waits can be kept. What of it reached the disk is taken back if possible. */
  async #fail(batch: readonly Waiting[], cause: unknown): Promise<void> {
    this.#failure = `cannot write to the data directory: ${messageOf(cause)}`;
    this.#failures++;
    this.#logger.error('the store is read-only', { reason: messageOf(cause) });
    const lost = [...batch, ...this.#queue];
    this.#queue = [];
    this.#queued -= lost.length;
    await this.#segment?.file.truncate(this.#segment.size).catch(() => undefined); // recover() tries again
    const error = new StorageError(this.#failure, { cause });
    for (const waiting of lost) waiting.reject(error);
  }

  /** Writing goes on only when what failed is surely not in the log. */
  async #cutBack(): Promise<void> {
    if (this.#failure === undefined) return;
    const segment = this.#open();
    await segment.file.truncate(segment.size);
    await segment.file.write(PROBE, segment.size);
    await segment.file.sync();
    await segment.file.truncate(segment.size);
    await segment.file.sync();
    this.#failure = undefined;
    this.#logger.info('the store can write again');
  }

  async #rotateWhenLarge(): Promise<void> {
    const segment = this.#open();
    const due = segment.size > Math.max(this.#snapshotBytes, this.#snapshotSize);
    if (!due || this.#state === undefined || this.#snapshotting !== undefined) return;
    const number = segment.number + 1;
    try {
      const file = await this.#files.open(fileName('log', number));
      await this.#files.syncDirectory();
      this.#segment = { number, file, size: 0 };
      await segment.file.close();
    } catch (error) {
      this.#logger.warn('the log cannot be rotated', { reason: messageOf(error) });
      return;
    }
    const taken = { number, records: [...this.#state()], version: this.#version, queued: this.#queued };
    this.#snapshotting = this.#snapshot(taken, this.#failures)
      .catch((error: unknown) => this.#logger.warn('no snapshot could be taken', { reason: messageOf(error) }))
      .finally(() => {
        this.#snapshotting = undefined;
      });
  }

  async #snapshot(
    taken: { readonly number: number; readonly records: readonly StoredRecord[]; version: number; queued: number },
    failures: number,
  ): Promise<void> {
    const name = fileName('snapshot', taken.number);
    const temporary = `${name}.tmp`;
    const size = await writeSnapshot(this.#files, temporary, taken);
    // the state holds changes that were waiting to be kept when it was taken
    while (this.#kept < taken.queued && this.#failures === failures && this.#flushing !== undefined)
      await Promise.race([this.#flushing, nextTurn()]);
    if (this.#failures !== failures || this.#kept < taken.queued) {
      await this.#files.remove(temporary);
      return;
    }
    await this.#files.rename(temporary, name);
    await this.#files.syncDirectory();
    this.#snapshotSize = size;
    await this.#removeBefore(taken.number, await this.#files.list());
  }

  async #removeBefore(number: number, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const other = Number(NAME.exec(name)?.[2] ?? Number.POSITIVE_INFINITY);
      if (other < number || name.endsWith('.tmp')) await this.#files.remove(name);
    }
  }
}

/** Shows that there is room again. */
const PROBE = Buffer.alloc(4096);
const NAME = /^(log|snapshot)-(\d{8})$/;

function fileName(kind: 'log' | 'snapshot', number: number): string {
  return `${kind}-${String(number).padStart(8, '0')}`;
}

function numbers(names: readonly string[], kind: string): readonly number[] {
  return names
    .map((name) => NAME.exec(name))
    .filter((match) => match?.[1] === kind)
    .map((match) => Number(match?.[2]))
    .sort((a, b) => a - b);
}

function newest(names: readonly string[], kind: string): number {
  return numbers(names, kind).at(-1) ?? 0;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
