import type { StoredRecord } from '../store/persistence.ts';
import { encodeFrame, payloadDecoder, readFrames } from './frames.ts';
import type { FileSystem } from './file-system.ts';
import { StorageError } from './storage-error.ts';

const BATCH = 1024 * 1024;
/** Much at once would hold up the log, whose writers wait. */
const SYNCED = 4 * BATCH;
/** The last record of a snapshot; it carries the version. */
const END: Pick<StoredRecord, 'collection' | 'namespace' | 'name'> = { collection: '', namespace: '', name: 'end' };

/** Writes the whole state into a new file, and returns its size once it survives a power loss. */
export async function writeSnapshot(
  files: FileSystem,
  name: string,
  state: { readonly records: readonly StoredRecord[]; readonly version: number },
): Promise<number> {
  const file = await files.open(name);
  try {
    let size = 0;
    let unsynced = 0;
    for (const batch of batches([...state.records, { ...END, resourceVersion: state.version }])) {
      const frame = encodeFrame(batch);
      await file.write(frame, size);
      size += frame.length;
      unsynced += frame.length;
      if (unsynced < SYNCED) continue;
      await file.sync();
      unsynced = 0;
    }
    await file.truncate(size);
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

function* batches(records: readonly StoredRecord[]): Generator<readonly StoredRecord[]> {
  let batch: StoredRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    batch.push(record);
    bytes += record.kept?.body.length ?? 0;
    if (bytes < BATCH) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** @throws StorageError when it does not end as it should */
export async function readSnapshot(
  chunks: AsyncIterable<Buffer>,
  restore: (record: StoredRecord) => void,
): Promise<{ readonly version: number; readonly size: number }> {
  let version: number | undefined;
  const decode = payloadDecoder((record) => {
    if (record.collection === '' && record.name === END.name) version = record.resourceVersion;
    else restore(record);
  });
  const size = await readFrames(chunks, decode);
  if (version === undefined) throw new StorageError('Cannot read the snapshot: it is not complete');
  return { version, size };
}
