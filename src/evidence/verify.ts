import { verifyEnvelope } from './dsse.ts';
import type { TrustedKeys } from './dsse.ts';
import { GENESIS, parseRecord } from './statement.ts';
import type { LedgerRecord } from './statement.ts';

export type Verdict =
  | { readonly ok: true; readonly records: number; /** Hash of the last record. */ readonly head: string }
  | { readonly ok: false; /** Of the first bad record. */ readonly sequence: number; readonly reason: string };

export interface VerifyOptions {
  readonly trusted: TrustedKeys;
  /** Hash of the last record as somebody else has kept it: a ledger that was cut off does not reach it. */
  readonly expectedHead?: string;
}

/** A file of the ledger: its place by name, and its text. */
export interface LedgerFile {
  readonly sequence: number;
  readonly text: string;
}

/** Checks signatures, order, gaps, hashes and times of a whole ledger; names the first record that is wrong. */
export function verifyLedger(files: readonly LedgerFile[], { trusted, expectedHead }: VerifyOptions): Verdict {
  let previous: LedgerRecord | undefined;
  let reached = expectedHead === undefined || expectedHead === GENESIS;
  const ids = new Set<string>();
  for (const [index, file] of files.entries()) {
    const parsed = parseRecord(file.text);
    const sequence = index + 1;
    if (file.sequence !== sequence) return bad(sequence, 'it is missing');
    if (parsed === undefined) return bad(sequence, 'it cannot be read');
    const { record, envelope } = parsed;
    if (!verifyEnvelope(envelope, trusted))
      return bad(sequence, 'its signature is not by a trusted key, or its content was changed');
    const reason = chainFault(record, { previous, sequence, ids });
    if (reason !== undefined) return bad(sequence, reason);
    ids.add(record.id);
    previous = record;
    reached ||= record.hash === expectedHead;
  }
  if (!reached) return bad(files.length + 1, 'it is missing: the ledger was cut off before the head that was expected');
  return { ok: true, records: files.length, head: previous?.hash ?? GENESIS };
}

interface Chain {
  readonly previous: LedgerRecord | undefined;
  readonly sequence: number;
  readonly ids: ReadonlySet<string>;
}

function chainFault(record: LedgerRecord, { previous, sequence, ids }: Chain): string | undefined {
  if (record.sequence !== sequence) return `it says that it is record ${record.sequence}`;
  if (record.previous !== (previous?.hash ?? GENESIS)) return 'it does not follow the record before it';
  if (record.at < (previous?.at ?? 0)) return 'it is older than the record before it';
  if (ids.has(record.id)) return 'its fact is recorded already';
  return undefined;
}

function bad(sequence: number, reason: string): Verdict {
  return { ok: false, sequence, reason };
}
