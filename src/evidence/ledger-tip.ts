import { GitError } from '../git/index.ts';
import type { FileChange, Mirror } from '../git/index.ts';
import { EvidenceError } from './errors.ts';
import { sequenceAt } from './layout.ts';
import { layOut, readLedgerFiles, readRecord, refuseStrays } from './read-ledger.ts';
import type { RecordEntry } from './read-ledger.ts';
import { GENESIS } from './statement.ts';
import type { LedgerRecord, Place } from './statement.ts';

/** What of the last record the next one needs. */
type TipRecord = Pick<LedgerRecord, 'id' | 'sequence' | 'hash' | 'at'>;

/**
 * What a writer keeps in mind of the ledger: its last record and the ids of all. Pushing by compare-and-swap tells when
 * that is out of date, so the remote is asked only then, and of what it has more, only that is read.
 */
export class LedgerTip {
  readonly #mirror: Mirror;
  readonly #ref: string;
  readonly #sequences = new Map<string, number>();
  #commit: string | undefined;
  #last: TipRecord | undefined;
  #doubted = true;

  constructor(mirror: Mirror, ref: string) {
    this.#mirror = mirror;
    this.#ref = ref;
  }

  /** The commit that this knowledge is of. */
  get commit(): string | undefined {
    return this.#commit;
  }

  sequenceOf(id: string): number | undefined {
    return this.#sequences.get(id);
  }

  placeOfNext(now: number): Place {
    return {
      sequence: (this.#last?.sequence ?? 0) + 1,
      previous: this.#last?.hash ?? GENESIS,
      // A clock that was set back does not make the ledger run backwards.
      at: Math.max(now, this.#last?.at ?? 0),
    };
  }

  /** A record was pushed. */
  advance(record: TipRecord, commit: string): void {
    this.#sequences.set(record.id, record.sequence);
    this.#last = record;
    this.#commit = commit;
  }

  /** The remote may be elsewhere than this knowledge. */
  doubt(): void {
    this.#doubted = true;
  }

  /** Catches up with the remote where there is doubt. @throws EvidenceError `REWRITTEN`, `INVALID_RECORD`; GitError */
  async follow(signal?: AbortSignal): Promise<void> {
    if (!this.#doubted) return;
    await this.#mirror.fetch(signal);
    const head = await this.#mirror.resolve(this.#ref, signal);
    if (head !== this.#commit) {
      if (head === undefined) throw this.#rewritten();
      for await (const batch of readLedgerFiles(this.#mirror, await this.#newRecords(head, signal), signal))
        for (const record of batch.map(readRecord)) this.#absorb(record);
      this.#commit = head;
    }
    this.#doubted = false;
  }

  async #newRecords(head: string, signal?: AbortSignal): Promise<readonly RecordEntry[]> {
    if (this.#commit === undefined) {
      const layout = layOut(await this.#mirror.tree(head, '', signal));
      refuseStrays(layout);
      return layout.records;
    }
    if (!(await this.#holds(head, signal))) throw this.#rewritten();
    const changes = await this.#mirror.changes(this.#commit, head, signal);
    return changes.flatMap(added).sort((a, b) => a.sequence - b.sequence);
  }

  async #holds(head: string, signal?: AbortSignal): Promise<boolean> {
    return this.#mirror.isAncestor(this.#commit ?? '', head, signal).catch((error: unknown) => {
      if (error instanceof GitError && error.code === 'NOT_FOUND') return false; // Not even the commit is left.
      throw error;
    });
  }

  #absorb(record: LedgerRecord): void {
    const { sequence, previous } = this.placeOfNext(0);
    // Records that were read before a failure come again.
    if (record.sequence < sequence && this.#sequences.get(record.id) === record.sequence) return;
    if (record.sequence !== sequence || record.previous !== previous)
      throw new EvidenceError('INVALID_RECORD', `Cannot go on with the ledger: record ${sequence} does not follow`);
    const { id, hash, at } = record;
    this.#sequences.set(id, sequence);
    this.#last = { id, sequence, hash, at };
  }

  #rewritten(): EvidenceError {
    return new EvidenceError(
      'REWRITTEN',
      `Cannot go on with the ledger: ${this.#ref} no longer holds commit ${this.#commit ?? ''} with record ${this.#last?.sequence ?? 0}`,
    );
  }
}

/** @throws EvidenceError `INVALID_RECORD` when a record was changed or deleted */
function added({ path, before, after }: FileChange): readonly RecordEntry[] {
  const sequence = sequenceAt(path);
  if (sequence === undefined) return [];
  if (before !== undefined || after === undefined)
    throw new EvidenceError(
      'INVALID_RECORD',
      `Cannot go on with the ledger: record ${sequence} was changed or deleted`,
    );
  return [{ sequence, oid: after }];
}
