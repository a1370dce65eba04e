import type { Clock } from '../core/index.ts';
import { GitError } from '../git/index.ts';
import type { CommitRequest, Mirror } from '../git/index.ts';
import type { Signer } from './dsse.ts';
import { EvidenceError } from './errors.ts';
import { LEDGER_REF, keyPath, recordPath } from './layout.ts';
import { LedgerTip } from './ledger-tip.ts';
import { recordsAt } from './read-ledger.ts';
import { PAYLOAD_TYPE, formatEnvelope, hashOf, statementOf } from './statement.ts';
import type { Fact, LedgerRecord, Place } from './statement.ts';

const TRIES = 5;
/** Who commits records. */
const WRITER = { name: 'stoa-cd', email: 'stoa-cd@stoa.invalid' };

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
   * Costs the same however long the ledger is; only the first call reads it whole.
   * @throws EvidenceError `CONTENDED` when others keep writing, `INVALID_RECORD` when the ledger is damaged, `REWRITTEN`
   * when the branch no longer holds what it held; GitError when the remote cannot be reached
   */
  append(fact: Fact, signal?: AbortSignal): Promise<Recorded>;
  records(signal?: AbortSignal): Promise<readonly LedgerRecord[]>;
}

/** A record as it is committed. */
export interface SealedRecord {
  /** Path to content. */
  readonly files: ReadonlyMap<string, string>;
  readonly message: string;
  readonly hash: string;
}

/** Signs a fact at its place in the chain. */
export function sealRecord(fact: Fact, place: Place, signer: Signer): SealedRecord {
  const text = formatEnvelope(signer.sign(PAYLOAD_TYPE, statementOf(fact, place)));
  const hash = hashOf(text);
  return {
    files: new Map([
      [recordPath(place.sequence), text],
      [keyPath(signer.keyId), signer.publicKeyPem],
    ]),
    message: `Record ${fact.id}\n\nRecord-Hash: ${hash}`,
    hash,
  };
}

export function openLedger({ mirror, signer, clock, ref = LEDGER_REF }: LedgerOptions): Ledger {
  const tip = new LedgerTip(mirror, ref);
  // Appends of this process queue up, so that they do not contend with one another.
  let last: Promise<unknown> = Promise.resolve();

  /** `undefined` when somebody else wrote first. */
  async function appendOnce(fact: Fact, signal?: AbortSignal): Promise<Recorded | undefined> {
    await tip.follow(signal);
    const { commit: parent } = tip;
    const existing = tip.sequenceOf(fact.id);
    if (existing !== undefined && parent !== undefined) return { sequence: existing, commit: parent };
    const now = clock.now();
    const place = tip.placeOfNext(now);
    const { files, message, hash } = sealRecord(fact, place, signer);
    const request: CommitRequest = {
      // The commit has the clock's own time: where that was set back, the two times differ and the verifier says so.
      ...{ ref, files, message, author: WRITER, at: now },
      ...(parent === undefined ? {} : { parent }),
    };
    try {
      const commit = await mirror.push(request, signal);
      tip.advance({ ...place, id: fact.id, hash }, commit);
      return { sequence: place.sequence, commit };
    } catch (error) {
      // Whether or not it arrived: the remote is asked before the next attempt.
      tip.doubt();
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
