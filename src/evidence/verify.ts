import { verifyEnvelope } from './dsse.ts';
import type { TrustedKeys } from './dsse.ts';
import { GENESIS, parseRecord } from './statement.ts';
import type { LedgerRecord } from './statement.ts';

export type Verdict = Intact | Fault;

export interface Intact {
  readonly ok: true;
  readonly records: number;
  /** Hash of the last record. */
  readonly head: string;
  /** What is odd but proves nothing, for instance a clock that was wrong. */
  readonly warnings: string[];
}

export interface Fault {
  readonly ok: false;
  /** Of the first bad record; 0 when the fault is in none. */
  readonly sequence: number;
  readonly reason: string;
}

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

export type ChainLink = Pick<LedgerRecord, 'hash' | 'at'>;

export interface IntactChain {
  readonly ok: true;
  /** Each record's hash and time, in order. */
  readonly links: readonly ChainLink[];
}

/** Checks signatures, order, gaps, hashes and times of a whole ledger; names the first record that is wrong. */
export async function verifyLedger(files: readonly LedgerFile[], options: VerifyOptions): Promise<Verdict> {
  const chain = await verifyChain([files], options);
  return chain.ok ? intact(chain) : chain;
}

export function intact({ links }: IntactChain): Intact {
  return { ok: true, records: links.length, head: links.at(-1)?.hash ?? GENESIS, warnings: [] };
}

/** As {@link verifyLedger}, batch by batch: one batch's signatures are checked while the next one is read. */
export async function verifyChain(
  batches: Iterable<readonly LedgerFile[]> | AsyncIterable<readonly LedgerFile[]>,
  { trusted, expectedHead }: VerifyOptions,
): Promise<Fault | IntactChain> {
  const walk = new ChainWalk(trusted);
  let behind: Promise<Fault | undefined> = Promise.resolve(undefined);
  for await (const batch of batches) {
    const current = walk.check(batch);
    const fault = await behind;
    if (fault !== undefined) return fault;
    behind = current;
  }
  const fault = await behind;
  if (fault !== undefined) return fault;
  const { links } = walk;
  if (expectedHead !== undefined && expectedHead !== GENESIS && !links.some(({ hash }) => hash === expectedHead))
    return bad(links.length + 1, 'it is missing: the ledger was cut off before the head that was expected');
  return { ok: true, links };
}

class ChainWalk {
  readonly links: ChainLink[] = [];
  readonly #trusted: TrustedKeys;
  readonly #ids = new Set<string>();

  constructor(trusted: TrustedKeys) {
    this.#trusted = trusted;
  }

  /** The first fault of a batch. Its links are walked before this returns, its signatures checked in the background. */
  async check(batch: readonly LedgerFile[]): Promise<Fault | undefined> {
    const signatures: Promise<Fault | undefined>[] = [];
    let broken: Fault | undefined;
    for (const file of batch) {
      const sequence = this.links.length + 1;
      if (file.sequence !== sequence) broken = bad(sequence, 'it is missing');
      const parsed = broken === undefined ? parseRecord(file.text) : undefined;
      if (parsed === undefined) {
        broken ??= bad(sequence, 'it cannot be read');
        break;
      }
      signatures.push(this.#signatureFault(sequence, parsed.envelope));
      const reason = this.#linkFault(parsed.record);
      if (reason !== undefined) {
        broken = bad(sequence, reason);
        break;
      }
      this.#ids.add(parsed.record.id);
      this.links.push({ hash: parsed.record.hash, at: parsed.record.at });
    }
    return (await Promise.all(signatures)).find((fault) => fault !== undefined) ?? broken;
  }

  async #signatureFault(sequence: number, envelope: Parameters<typeof verifyEnvelope>[0]): Promise<Fault | undefined> {
    if (await verifyEnvelope(envelope, this.#trusted)) return undefined;
    return bad(sequence, 'its signature is not by a trusted key, or its content was changed');
  }

  #linkFault(record: LedgerRecord): string | undefined {
    const previous = this.links.at(-1);
    if (record.sequence !== this.links.length + 1) return `it says that it is record ${record.sequence}`;
    if (record.previous !== (previous?.hash ?? GENESIS)) return 'it does not follow the record before it';
    if (record.at < (previous?.at ?? 0)) return 'it is older than the record before it';
    if (this.#ids.has(record.id)) return 'its fact is recorded already';
    return undefined;
  }
}

export function bad(sequence: number, reason: string): Fault {
  return { ok: false, sequence, reason };
}
