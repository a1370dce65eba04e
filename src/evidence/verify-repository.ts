import type { Repository } from '../git/index.ts';
import { keyIdOfPem, trustKeys } from './dsse.ts';
import { historyFault, readHistory, skewWarnings } from './history.ts';
import { LEDGER_REF } from './layout.ts';
import { layOut, readLedgerFiles } from './read-ledger.ts';
import type { LedgerLayout } from './read-ledger.ts';
import { bad, intact, verifyChain } from './verify.ts';
import type { Fault, Verdict, VerifyOptions } from './verify.ts';

export interface VerifyRepositoryOptions extends Omit<VerifyOptions, 'trusted'> {
  /** PEM. */
  readonly publicKeys: readonly string[];
  /** @default 'refs/heads/evidence' */
  readonly ref?: string;
  readonly signal?: AbortSignal;
}

/**
 * Checks the ledger of a repository against keys that the caller trusts: its files, its chain and its history.
 * @throws EvidenceError `INVALID_KEY`; GitError when the repository cannot be read
 */
export async function verifyRepository(repository: Repository, options: VerifyRepositoryOptions): Promise<Verdict> {
  const { publicKeys, ref = LEDGER_REF, signal, ...rest } = options;
  const trusted = trustKeys(publicKeys);
  const head = await repository.resolve(ref, signal);
  const layout = layOut(head === undefined ? [] : await repository.tree(head, '', signal));
  const misplaced = await fileFault(repository, layout, signal);
  if (misplaced !== undefined) return misplaced;
  const chain = await verifyChain(readLedgerFiles(repository, layout.records, signal), { ...rest, trusted });
  if (!chain.ok) return chain;
  const commits = head === undefined ? [] : await readHistory(repository, head, signal);
  return historyFault(chain.links, commits) ?? { ...intact(chain), warnings: skewWarnings(chain.links, commits) };
}

/** A file that belongs to no ledger, or a key under another one's name. */
async function fileFault(
  repository: Repository,
  { strays: [stray], keys }: LedgerLayout,
  signal?: AbortSignal,
): Promise<Fault | undefined> {
  if (stray !== undefined) return bad(0, `${JSON.stringify(stray)} does not belong to the ledger`);
  for (const { keyId, path, oid } of keys) {
    if (keyIdOfPem((await repository.blob(oid, signal)).toString()) !== keyId)
      return bad(0, `${path} does not hold the key that it is named after`);
  }
  return undefined;
}
