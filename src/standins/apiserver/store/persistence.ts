import type { Header, Location } from './entry.ts';

/** One version of one object, or its removal, as it is kept. */
export interface StoredRecord extends Location {
  readonly resourceVersion: number;
  /** Absent when the object was removed. */
  readonly kept?: { readonly header: Header; readonly body: Buffer };
}

/** Where committed changes are kept. Records come back in the order in which they were appended. */
export interface Persistence extends AsyncDisposable {
  /**
   * Hands every kept record to `restore`, once, before the first append.
   * @returns the greatest resource version that was ever appended
   */
  load(restore: (record: StoredRecord) => void): Promise<number>;
  /**
   * Resolves when the record survives a crash. Records become durable in the order of the calls; after a failure every
   * call that is still waiting fails too.
   * @throws StorageError
   */
  append(record: StoredRecord): Promise<void>;
  /** Why nothing can be appended now; `undefined` when all is well. */
  readonly failure: string | undefined;
  /** Tries to take up writing again after a failure; {@link failure} tells whether it worked. */
  recover(): Promise<void>;
  /** Tells where the whole state can be read when the log is to be replaced by a snapshot. */
  attach(state: () => Iterable<StoredRecord>): void;
}

/** Keeps nothing: what the store holds in memory is all there is. */
export class MemoryPersistence implements Persistence {
  readonly failure = undefined;

  load(): Promise<number> {
    return Promise.resolve(0);
  }

  append(): Promise<void> {
    return Promise.resolve();
  }

  recover(): Promise<void> {
    return Promise.resolve();
  }

  attach(): void {
    // memory has no log that could be replaced
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
