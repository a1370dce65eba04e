import type { Clock } from '../core/index.ts';
import { GitError } from '../git/index.ts';
import type { CommitRequest, Mirror, Repository } from '../git/index.ts';
import { trustKeys } from './dsse.ts';
import type { Signer } from './dsse.ts';
import { EvidenceError } from './errors.ts';
import { GENESIS, PAYLOAD_TYPE, formatEnvelope, hashOf, parseRecord, statementOf } from './statement.ts';
import type { Fact, LedgerRecord } from './statement.ts';
import { verifyLedger } from './verify.ts';
import type { LedgerFile, Verdict, VerifyOptions } from './verify.ts';

export const LEDGER_REF = 'refs/heads/evidence';
const RECORD_PATH = /^records\/\d{2}\/(\d{8})\.json$/;
const TRIES = 5;

export interface LedgerOptions {
  readonly mirror: Mirror;
  readonly signer: Signer;
  readonly clock: Clock;
  /** @default 'refs/heads/evidence' */
  readonly ref?: string;
}

export interface Recorded {
  readonly sequence: number;
  /** Commit that holds the record. */
  readonly commit: string;
}

/** One signed statement a fact, each holding the hash of the one before, on a branch of its own. */
export interface Ledger {
  /**
   * Records a fact exactly once: a fact whose id is there already is left as it is. Resolves when the remote has it.
   * @throws EvidenceError `CONTENDED` when others keep writing; GitError when the remote cannot be reached
   */
  append(fact: Fact, signal?: AbortSignal): Promise<Recorded>;
  records(signal?: AbortSignal): Promise<readonly LedgerRecord[]>;
}

export function openLedger({ mirror, signer, clock, ref = LEDGER_REF }: LedgerOptions): Ledger {
  // Appends of this process queue up, so that they do not contend with one another.
  let last: Promise<unknown> = Promise.resolve();

  async function appendOnce(fact: Fact, signal?: AbortSignal): Promise<Recorded | undefined> {
    await mirror.fetch(signal);
    const parent = await mirror.resolve(ref, signal);
    const records = parent === undefined ? [] : await recordsAt(mirror, parent, signal);
    const existing = records.find(({ id }) => id === fact.id);
    if (existing !== undefined && parent !== undefined) return { sequence: existing.sequence, commit: parent };
    const place = placeAfter(records.at(-1), clock.now());
    const text = formatEnvelope(signer.sign(PAYLOAD_TYPE, statementOf(fact, place)));
    const files = new Map([
      [recordPath(place.sequence), text],
      [`keys/${signer.keyId}.pem`, signer.publicKeyPem],
    ]);
    const request: CommitRequest = {
      ref,
      files,
      message: `Record ${fact.id}\n\nRecord-Hash: ${hashOf(text)}`,
      author: { name: 'stoa-cd', email: 'stoa-cd@stoa.invalid' },
      at: place.at,
      ...(parent === undefined ? {} : { parent }),
    };
    try {
      return { sequence: place.sequence, commit: await mirror.push(request, signal) };
    } catch (error) {
      if (error instanceof GitError && error.code === 'REJECTED') return undefined;
      throw error;
    }
  }

  async function append(fact: Fact, signal?: AbortSignal): Promise<Recorded> {
    for (let tries = 0; tries < TRIES; tries++) {
      const recorded = await appendOnce(fact, signal);
      if (recorded !== undefined) return recorded;
    }
    throw new EvidenceError('CONTENDED', `Cannot record ${fact.id}: others write to the ledger at the same time`);
  }

  return {
    append(fact, signal) {
      const next = last.then(() => append(fact, signal));
      last = next.catch(() => undefined);
      return next;
    },
    async records(signal) {
      await mirror.fetch(signal);
      const head = await mirror.resolve(ref, signal);
      return head === undefined ? [] : recordsAt(mirror, head, signal);
    },
  };
}

function placeAfter(
  previous: LedgerRecord | undefined,
  now: number,
): { readonly sequence: number; readonly previous: string; readonly at: number } {
  // A clock that was set back does not make the ledger run backwards.
  return {
    sequence: (previous?.sequence ?? 0) + 1,
    previous: previous?.hash ?? GENESIS,
    at: Math.max(now, previous?.at ?? 0),
  };
}

/** `records/00/00000001.json` */
function recordPath(sequence: number): string {
  const name = String(sequence).padStart(8, '0');
  return `records/${name.slice(0, 2)}/${name}.json`;
}

/** The ledger's files at a commit, in order. */
export async function readLedgerFiles(
  repository: Repository,
  commit: string,
  signal?: AbortSignal,
): Promise<readonly LedgerFile[]> {
  const entries = (await repository.tree(commit, '', signal)).filter(({ path }) => RECORD_PATH.test(path));
  const files = await Promise.all(
    entries.map(async ({ path, oid }) => ({
      sequence: Number(RECORD_PATH.exec(path)?.[1]),
      text: (await repository.blob(oid, signal)).toString(),
    })),
  );
  return files.sort((a, b) => a.sequence - b.sequence);
}

async function recordsAt(
  repository: Repository,
  commit: string,
  signal?: AbortSignal,
): Promise<readonly LedgerRecord[]> {
  return (await readLedgerFiles(repository, commit, signal)).map(({ sequence, text }) => {
    const parsed = parseRecord(text);
    if (parsed === undefined) throw new EvidenceError('INVALID_RECORD', `Cannot read record ${sequence} of the ledger`);
    return parsed.record;
  });
}

/** Checks the ledger of a repository against keys that the caller trusts. */
export async function verifyRepository(
  repository: Repository,
  options: Omit<VerifyOptions, 'trusted'> & { readonly publicKeys: readonly string[]; readonly ref?: string },
): Promise<Verdict> {
  const head = await repository.resolve(options.ref ?? LEDGER_REF);
  const files = head === undefined ? [] : await readLedgerFiles(repository, head);
  return verifyLedger(files, { ...options, trusted: trustKeys(options.publicKeys) });
}

/** The records of a repository's ledger, unchecked; none where there is no ledger. @throws EvidenceError `INVALID_RECORD` */
export async function readRecords(repository: Repository, ref: string = LEDGER_REF): Promise<readonly LedgerRecord[]> {
  const head = await repository.resolve(ref);
  return head === undefined ? [] : recordsAt(repository, head);
}
