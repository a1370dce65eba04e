import type { Repository, TreeEntry } from '../git/index.ts';
import { EvidenceError } from './errors.ts';
import { LEDGER_REF, keyIdAt, sequenceAt } from './layout.ts';
import { parseRecord } from './statement.ts';
import type { LedgerRecord } from './statement.ts';
import type { LedgerFile } from './verify.ts';

/** Blobs asked for at once: enough to keep git busy, few enough that memory does not grow with the ledger. */
const BATCH = 256;
const PLAIN_FILE = '100644';

/** Where a record lies. */
export interface RecordEntry {
  readonly sequence: number;
  readonly oid: string;
}

/** What a commit of the ledger holds. */
export interface LedgerLayout {
  /** By sequence. */
  readonly records: readonly RecordEntry[];
  readonly keys: readonly { readonly keyId: string; readonly path: string; readonly oid: string }[];
  /** Paths of files that belong to no ledger. */
  readonly strays: readonly string[];
}

/** Sorts a tree's files into records, keys and what belongs to neither. */
export function layOut(entries: readonly TreeEntry[]): LedgerLayout {
  const records: RecordEntry[] = [];
  const keys: LedgerLayout['keys'][number][] = [];
  const strays: string[] = [];
  for (const { path, mode, oid } of entries) {
    const sequence = sequenceAt(path);
    const keyId = keyIdAt(path);
    if (mode !== PLAIN_FILE) strays.push(path);
    else if (sequence !== undefined) records.push({ sequence, oid });
    else if (keyId !== undefined) keys.push({ keyId, path, oid });
    else strays.push(path);
  }
  records.sort((a, b) => a.sequence - b.sequence);
  return { records, keys, strays: strays.sort() };
}

/** The records' texts in order, in batches; the next batch is read while the caller works on one. */
export async function* readLedgerFiles(
  repository: Repository,
  entries: readonly RecordEntry[],
  signal?: AbortSignal,
): AsyncGenerator<readonly LedgerFile[]> {
  const read = (start: number): Promise<readonly LedgerFile[]> =>
    Promise.all(
      entries.slice(start, start + BATCH).map(async ({ sequence, oid }) => ({
        sequence,
        text: (await repository.blob(oid, signal)).toString(),
      })),
    );
  let next = read(0);
  for (let start = 0; start < entries.length; start += BATCH) {
    const batch = await next;
    next = read(start + BATCH);
    next.catch(() => undefined); // Told when it is awaited; a caller that stops early never asks.
    yield batch;
  }
}

/** The records at a commit, unchecked but for their form. @throws EvidenceError `INVALID_RECORD` */
export async function recordsAt(
  repository: Repository,
  commit: string,
  signal?: AbortSignal,
): Promise<readonly LedgerRecord[]> {
  const layout = layOut(await repository.tree(commit, '', signal));
  refuseStrays(layout);
  const records: LedgerRecord[] = [];
  for await (const batch of readLedgerFiles(repository, layout.records, signal)) records.push(...batch.map(readRecord));
  return records;
}

/** A record and the very text that was signed and hashed. */
export interface SealedText {
  readonly record: LedgerRecord;
  readonly text: string;
}

/** The whole ledger with its texts and the keys that lie beside it. @throws EvidenceError `INVALID_RECORD` */
export async function readSealedLedger(
  repository: Repository,
  signal?: AbortSignal,
): Promise<{
  readonly ledger: readonly SealedText[];
  /** Key id to PEM. */ readonly keys: ReadonlyMap<string, string>;
}> {
  const head = await repository.resolve(LEDGER_REF, signal);
  const layout = layOut(head === undefined ? [] : await repository.tree(head, '', signal));
  const ledger: SealedText[] = [];
  for await (const batch of readLedgerFiles(repository, layout.records, signal))
    ledger.push(...batch.map((file) => ({ record: readRecord(file), text: file.text })));
  const keys = await Promise.all(
    layout.keys.map(async ({ keyId, oid }): Promise<[string, string]> => [
      keyId,
      (await repository.blob(oid, signal)).toString(),
    ]),
  );
  return { ledger, keys: new Map(keys) };
}

/** The records of a repository's ledger, unchecked; none where there is no ledger. @throws EvidenceError `INVALID_RECORD` */
export async function readRecords(repository: Repository, ref: string = LEDGER_REF): Promise<readonly LedgerRecord[]> {
  const head = await repository.resolve(ref);
  return head === undefined ? [] : recordsAt(repository, head);
}

/** @throws EvidenceError `INVALID_RECORD` */
export function readRecord({ sequence, text }: LedgerFile): LedgerRecord {
  const parsed = parseRecord(text);
  if (parsed === undefined) throw new EvidenceError('INVALID_RECORD', `Cannot read record ${sequence} of the ledger`);
  return parsed.record;
}

/** A ledger that is laid out otherwise must not be taken for an empty one. @throws EvidenceError `INVALID_RECORD` */
export function refuseStrays({ strays: [stray] }: LedgerLayout): void {
  if (stray !== undefined)
    throw new EvidenceError('INVALID_RECORD', `Cannot read the ledger: ${JSON.stringify(stray)} does not belong to it`);
}
